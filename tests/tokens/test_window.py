"""The exactly-once window: what enters, what leaves, what a restart may believe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokens.window import Window, WindowMismatch, decode_row, digest, encode_row


def keys(height: int, count: int = 2) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((bytes([number]) * 16, height.to_bytes(16, "big")) for number in range(count))


@given(st.integers(1, 6), st.lists(st.integers(0, 3), max_size=20))
def test_it_holds_exactly_the_last_blocks(blocks_max: int, counts: list[int]) -> None:
    window = Window(blocks_max)
    history = []
    for height, count in enumerate(counts, start=1):
        history.append(keys(height, count))
        window.extend(height, history[-1])
        expected = {key for block in history[-blocks_max:] for key in block}
        assert len(window) == len(expected)
        assert all(key in window for key in expected)
        assert all(key not in window for block in history[:-blocks_max] for key in block)


@given(st.integers(1, 6), st.integers(0, 12))
def test_a_loaded_window_is_the_same(blocks_max: int, height: int) -> None:
    window = Window(blocks_max)
    for at in range(1, height + 1):
        window.extend(at, keys(at))
    rows = [
        (decode_row(encode_row(keys(at))), digest(keys(at)))
        for at in range(max(1, height - blocks_max + 1), height + 1)
    ]
    loaded = Window.load(blocks_max, height, rows)
    assert loaded.height == window.height
    assert loaded._heights == window._heights


def test_a_list_that_is_not_under_the_root_is_refused() -> None:
    with pytest.raises(WindowMismatch, match="height 2"):
        Window.load(9, 2, [(keys(1), digest(keys(1))), (keys(2), digest(keys(3)))])
    with pytest.raises(WindowMismatch, match="1 rows, not 2"):
        Window.load(9, 2, [(keys(1), digest(keys(1)))])


def test_blocks_enter_in_order() -> None:
    window = Window(3)
    with pytest.raises(ValueError, match="at height 0"):
        window.extend(2, ())
