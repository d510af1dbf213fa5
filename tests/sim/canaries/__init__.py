"""Seeded bugs of the whole node, each of which a campaign of the simulator must find."""
