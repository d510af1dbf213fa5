"""The model of a disk that loses what was not synced."""

import random

from tests.campaigns.storage.disk_image import Disk
from tests.campaigns.storage.recording import Record

OWN, STORE = "/guard/a.guard", "/store/000003.log"


def call(kind: str, name: str, number: int = 0, data: bytes = b"") -> Record:
    return Record(kind, name, number, data)


def images(*calls: Record) -> list[dict[str, bytes]]:
    """What may be left, by 200 seeds."""
    disk = Disk()
    for each in calls:
        disk.replay(each)
    return [disk.cut(random.Random(seed)) for seed in range(200)]


def test_what_was_synced_is_always_there() -> None:
    found = images(
        call("C", OWN),
        call("W", OWN, 0, b"x" * 700),
        call("S", OWN),
        call("D", "/guard"),
        call("W", OWN, 700, b"y" * 700),
    )
    assert all(image[OWN][:700] == b"x" * 700 for image in found)
    assert {len(image[OWN]) for image in found} >= {700, 1_400}
    torn = [image[OWN] for image in found if b"y" in image[OWN] and b"y" * 700 not in image[OWN]]
    assert torn, "a write is torn between two sectors"


def test_a_name_needs_its_folder_synced_except_in_the_store() -> None:
    for name, survives in ((OWN, False), (STORE, True)):
        found = images(call("C", name), call("W", name, 0, b"x"), call("S", name))
        assert all(name in image for image in found) == survives
        assert any(name in image for image in found)


def test_a_rename_leaves_the_old_or_the_new() -> None:
    new = OWN + ".new"
    found = images(
        call("C", OWN),
        call("W", OWN, 0, b"old"),
        call("S", OWN),
        call("D", "/guard"),
        call("C", new),
        call("W", new, 0, b"new"),
        call("S", new),
        call("R", new, 0, OWN.encode()),
    )
    assert {image[OWN] for image in found} == {b"old", b"new"}


def test_an_unsynced_file_may_have_its_length_and_zeros() -> None:
    found = images(call("C", STORE), call("S", STORE), call("W", STORE, 0, b"z" * 2_000))
    assert any(image[STORE] and not any(image[STORE][:512]) for image in found)
    assert any(image[STORE] == b"" for image in found)
