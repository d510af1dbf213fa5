"""How many past states a node keeps: the operator's word, or what its role makes sensible.

Keeping them costs a validator more than a twentieth of its time for a transfer (docs/bench.md), and
validators share one pace, which reads must not set: so by default those keep states that do not
vote, and networks for trying things out.
"""

from node.config import ConfigInvalid, NodeConfig
from node.storage.state_history import ALL


def retained_states(config: NodeConfig, *, is_dev: bool, is_validator: bool) -> int:
    """States to keep below the newest one; 0: none, `ALL`: all. Raises ConfigInvalid.

    A state is told with the block that it is of, so states reach no further back than blocks.
    """
    most = ALL if config.retain_blocks == 0 else config.retain_blocks - 1
    asked = config.retain_states
    if asked is None:
        return most if is_dev or not is_validator else 0
    if asked == "all":
        return most
    if asked > most:
        raise ConfigInvalid(f"retain_states: at most {most}, because blocks are kept no longer")
    return asked
