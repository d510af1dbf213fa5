"""One node's shell in small pieces: a chain with the development genesis, fakes, virtual time."""
