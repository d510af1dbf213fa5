"""The overload campaign finds each figure that is missed."""

import pytest

from tests.campaigns.network.history import Broken
from tests.campaigns.network.overload import Phase, judge


def phase(**fields: float) -> Phase:
    """One in which all is well."""
    values = {
        "final": 1_000,
        "seconds": 10.0,
        "lag_within": 100.0,
        "lag_samples": 100.0,
        "memory_mb": 100,
    }
    return Phase(**(values | fields))  # type: ignore[arg-type]


def test_all_figures_held() -> None:
    judge(phase(), phase(final=800, lag_within=99.0, memory_mb=150), 1)


@pytest.mark.parametrize(
    ("during", "roots", "said"),
    [
        (phase(final=799), 1, "commits 80 %"),
        (phase(lag_within=98.9), 1, "98.90 % of the loop lags"),
        (phase(memory_mb=151), 1, "memory 100 MB before, 151"),
        (phase(unresolved=1), 1, "1 accepted and not final"),
        (phase(), 2, "2 state roots"),
    ],
)
def test_each_figure_that_is_missed_is_named(during: Phase, roots: int, said: str) -> None:
    with pytest.raises(Broken, match=said):
        judge(phase(), during, roots)
