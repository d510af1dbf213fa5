"""Measures a local network: rate, latency, CPU by stage, memory, disk. docs/bench.md says how."""
