"""A store that was being made when the power went: LevelDB does not sync the first files it makes.

Its first manifest is named in CURRENT before it is durable, so the folder may open as damage, or
not at all. It never held a row, and is begun again.
"""

from pathlib import Path

FILES = frozenset(("CURRENT", "LOCK", "LOG", "LOG.old", "000001.dbtmp", "000002.dbtmp"))
"""What lies in a folder at birth besides manifests and an empty log."""
MANIFESTS = frozenset(("MANIFEST-000001", "MANIFEST-000002"))
"""Those of a first start; each further start writes a higher one."""


def is_unborn(folder: Path) -> bool:
    """Whether a folder with files holds no table, nothing in a log, and no later manifest."""
    names = {path.name for path in folder.iterdir()}
    manifests = {name for name in names if name.startswith("MANIFEST-")}
    empty = {path.name for path in folder.glob("*.log") if path.stat().st_size == 0}
    return names - manifests - empty <= FILES and manifests <= MANIFESTS
