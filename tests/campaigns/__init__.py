"""Campaigns that break real things on purpose: network, storage. Each is a make target."""
