"""The scenarios of the consensus page on whole nodes: docs/simulation.md says which is where."""
