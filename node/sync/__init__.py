"""How a node that is behind gets level: blocks and snapshots, each byte checked."""
