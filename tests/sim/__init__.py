"""The deterministic simulator: network, disk, clock and checkers."""
