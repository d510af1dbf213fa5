"""What a node keeps on disk: the key-value store, the sign guard, the lock on the folder."""
