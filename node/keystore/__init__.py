"""Private keys at rest and in hardware."""
