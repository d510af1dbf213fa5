"""Scenarios of links that are cut: in halves, at quorum size, one way, with a bridge, silently."""

from __future__ import annotations

from tests.campaigns.network.bounds import next_block_s
from tests.campaigns.network.history import Broken
from tests.campaigns.network.messages import Weather
from tests.campaigns.network.scene import HELD, SWALLOWED, Scenario, Scene
from tests.campaigns.span import last

SILENCE_SECONDS = 12.0
"""Longer than a link waits for a silent peer before it gives it up (10 s)."""


async def two_against_two_decide_nothing(scene: Scene) -> str:
    """No quorum on either side: no block. The campaign measures the first one after healing."""
    names = list(scene.names)
    scene.chance.shuffle(names)
    await scene.site.links.split(names[:2], names[2:])
    await scene.stands(scene.names)
    return f"{names[:2]} | {names[2:]}: no block"


async def three_against_one_go_on(scene: Scene) -> str:
    """Exactly a quorum on one side, the primary in it."""
    primary = await scene.site.primary()
    cut = scene.backup(primary)
    return await _one_cut(scene, cut, faulty_primaries=0)


async def three_against_the_primary_go_on(scene: Scene) -> str:
    """Exactly a quorum, and it has to change the view first."""
    return await _one_cut(scene, await scene.site.primary(), faulty_primaries=1)


async def _one_cut(scene: Scene, cut: str, *, faulty_primaries: int) -> str:
    rest = tuple(name for name in scene.names if name != cut)
    await scene.site.links.split([cut], rest)
    wait_s = await scene.site.next_block(next_block_s(faulty_primaries), of=rest)
    await scene.stands((cut,))
    await scene.site.next_block(next_block_s(0), of=rest)
    return f"{cut} | the others: they went on after {wait_s:.2f} s, it stood"


async def one_hears_and_is_not_heard(scene: Scene) -> str:
    """Asymmetric: what the primary sends is held, what is sent to it arrives."""
    primary = await scene.site.primary()
    for other in scene.names:
        if other != primary:
            await scene.site.links.change(primary, other, HELD)
    rest = tuple(name for name in scene.names if name != primary)
    wait_s = await scene.goes_on(1, of=rest)
    return f"nobody heard {primary}: a block within {wait_s:.2f} s"


async def one_is_heard_and_does_not_hear(scene: Scene) -> str:
    """Asymmetric the other way round: it proposes for ever and learns of no vote."""
    primary = await scene.site.primary()
    for other in scene.names:
        if other != primary:
            await scene.site.links.change(other, primary, HELD)
    rest = tuple(name for name in scene.names if name != primary)
    wait_s = await scene.goes_on(1, of=rest)
    return f"{primary} heard nobody: a block within {wait_s:.2f} s"


async def one_direction_of_one_link_is_cut(scene: Scene) -> str:
    """A hears B, B does not hear A; both speak with everybody else."""
    one, other = scene.chance.sample(scene.names, 2)
    await scene.site.links.change(one, other, HELD)
    wait_s = await scene.goes_on(1)
    return f"{other} did not hear {one}: a block within {wait_s:.2f} s"


async def a_bridge_holds_two_halves_together(scene: Scene) -> str:
    """Two pairs, one member of the first one hears and is heard by both: three are a quorum."""
    names = list(scene.names)
    scene.chance.shuffle(names)
    await scene.site.links.split(names[:2], names[2:], bridge=[names[0]])
    quorum = (names[0], *names[2:])
    wait_s = await scene.goes_on(1, of=quorum)
    return f"{names[0]} between {names[1]} and {names[2:]}: a block within {wait_s:.2f} s"


async def links_are_reset_again_and_again(scene: Scene) -> str:
    """Each 50 to 400 ms the connections of some pair are cut; both sides dial again."""
    before = (await scene.site.links.counters()).resets
    end = scene.now() + scene.hold_s
    longest = 0.0
    while scene.now() < end:
        one, other = scene.chance.sample(scene.names, 2)
        await scene.site.links.reset(one, other)
        await last(scene.chance.uniform(0.05, 0.4))
        longest = max(longest, await scene.site.next_block(next_block_s(1)))
    resets = (await scene.site.links.counters()).resets - before
    if not resets:
        raise Broken("nothing was reset")
    return f"{resets} resets: a block within {longest:.2f} s"


async def the_primarys_links_are_half_open(scene: Scene) -> str:
    """What it sends and gets vanishes and no connection ends: only timers can find out."""
    primary = await scene.site.primary()
    before = await _swallowed(scene)
    await scene.site.links.around(primary, SWALLOWED)
    rest = tuple(name for name in scene.names if name != primary)
    wait_s = await scene.site.next_block(next_block_s(1), of=rest)
    await scene.hold(SILENCE_SECONDS)
    await scene.site.next_block(next_block_s(0), of=rest)
    status = await scene.site.status(rest[0])
    if status.peers_connected != len(rest) - 1:
        raise Broken(f"{rest[0]} has {status.peers_connected} peers: silence was not noticed")
    return f"{primary} vanished ({await _swallowed(scene) - before} B): {wait_s:.2f} s to a block"


async def _swallowed(scene: Scene) -> int:
    directions = (await scene.site.links.counters()).directions.values()
    return sum(passed.bytes_swallowed for passed in directions)


async def far_apart_and_out_of_step(scene: Scene) -> str:
    """30 to 80 ms each way, and what was sent to three at once arrives up to 60 ms apart."""
    await scene.site.links.all(Weather(delay_ms=30, jitter_ms=50, gather_ms=60))
    wait_s = await scene.goes_on(1)
    delayed = (await scene.site.links.counters()).directions.values()
    if not all(passed.reads_delayed for passed in delayed):
        raise Broken("a direction was not delayed")
    return f"delay, jitter and gathering everywhere: a block within {wait_s:.2f} s"


async def one_line_is_narrow(scene: Scene) -> str:
    """One backup has 32 KiB a second each way."""
    slow = scene.backup(await scene.site.primary())
    await scene.site.links.around(slow, Weather(bytes_per_s=32 * 1024))
    wait_s = await scene.goes_on(1)
    return f"{slow} behind a narrow line: a block within {wait_s:.2f} s"


PARTITIONS: tuple[Scenario, ...] = (
    two_against_two_decide_nothing,
    three_against_one_go_on,
    three_against_the_primary_go_on,
    one_hears_and_is_not_heard,
    one_is_heard_and_does_not_hear,
    one_direction_of_one_link_is_cut,
    a_bridge_holds_two_halves_together,
    links_are_reset_again_and_again,
    the_primarys_links_are_half_open,
    far_apart_and_out_of_step,
    one_line_is_narrow,
)
