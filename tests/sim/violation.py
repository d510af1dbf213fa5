"""What a checker says when something must not be."""


class Violation(AssertionError):
    """A property is broken."""
