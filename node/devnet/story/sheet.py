"""A published bid sheet: the 3-month Treasury bill auction of 9 September 2020, 20 bids.

Source: State Bank of Pakistan, result of auction 574. Facts; the dates of the story are others, the
84 days between settlement and maturity are the same.
"""

PAISA_PER_MILLION = 100_000_000
WEIGHTED_YIELD_E6 = 71_708
"""Published weighted-average yield, 7.1708 percent."""

BIDS = (
    ("98.3879", "100"), ("98.3857", "500"), ("98.3847", "500"), ("98.3837", "1000"),
    ("98.3827", "500"), ("98.3817", "500"), ("98.3815", "25000"), ("98.3815", "300"),
    ("98.3735", "250"), ("98.3712", "10000"), ("98.3617", "10000"), ("98.3837", "2500"),
    ("98.4146", "92"), ("98.3968", "685.855"), ("98.3923", "121"), ("98.3836", "1000"),
    ("98.3774", "300"), ("98.3923", "250"), ("98.3878", "250"), ("98.3834", "300"),
)  # fmt: skip
"""(price per 100 of face, face in millions of rupees), as printed."""
