"""Disk: the key-value store, the block batch, the sign guard, snapshots."""
