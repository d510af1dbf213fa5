"""What a campaign and its proxy process say to each other: one JSON object a line over pipes."""

import msgspec


class Weather(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to the bytes of one direction of a link. The default lets all pass at once."""

    delay_ms: int = 0
    """Each read of bytes leaves so much later than it came."""
    jitter_ms: int = 0
    """And up to so much more, drawn anew for each read. Bytes of one connection keep their order,
    as TCP demands; directions and links overtake each other."""
    gather_ms: int = 0
    """Bytes are kept and let go together, at the end of a period of this length with a phase of its
    own for each direction. This is the strongest reordering that a stream allows: what was sent to
    three peers at once arrives at moments that differ by up to this."""
    bytes_per_s: int = 0
    """Bandwidth; 0 = unlimited."""
    held: bool = False
    """Nothing passes; it is delivered when this ends, as TCP does after a short partition."""
    swallowed: bool = False
    """Bytes vanish and nobody is told: a half-open link. A stream with a hole cannot go on, so its
    connections are reset when this ends."""


class Listen(msgspec.Struct, frozen=True, kw_only=True, tag="listen"):
    """First line to the proxy: the peer ports of all nodes by name, and the seed of its chances."""

    ports: dict[str, int]
    seed: int


class Change(msgspec.Struct, frozen=True, kw_only=True, tag="change"):
    """The weather of one direction from now on."""

    sender: str
    receiver: str
    weather: Weather


class Reset(msgspec.Struct, frozen=True, kw_only=True, tag="reset"):
    """Cut the connections between two nodes now (RST); they may dial again."""

    one: str
    other: str


class Look(msgspec.Struct, frozen=True, kw_only=True, tag="look"):
    """Ask for the counters."""


Command = Listen | Change | Reset | Look


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """Counters of one direction since the proxy began."""

    bytes_passed: int
    bytes_swallowed: int
    reads_delayed: int
    """Reads that waited before they were passed on: delayed, gathered, held or for bandwidth."""


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to every command."""

    directions: dict[str, Passed]
    """By "sender>receiver"."""
    accepted: int
    """Connections so far."""
    resets: int
    """Connections cut so far."""
