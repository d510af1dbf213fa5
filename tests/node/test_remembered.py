"""A bounded set of ids: the oldest goes, and going costs as little after a million as at first."""

from hypothesis import given
from hypothesis import strategies as st

from node.remembered import Remembered

ID = st.binary(min_size=1, max_size=1)


@given(most=st.integers(1, 5), ids=st.lists(ID, max_size=40))
def test_it_holds_the_newest_that_were_not_there(most: int, ids: list[bytes]) -> None:
    kept, model = Remembered(most), list[bytes]()
    for one in ids:
        kept.add(one)
        if one not in model:
            model = [*model, one][-most:]
        assert len(kept) == len(model) <= most
    for one in map(bytes, ([value] for value in range(256))):
        assert (one in kept) == (one in model)
