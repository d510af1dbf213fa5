"""The shell: bytes, time and disk around the two cores."""
