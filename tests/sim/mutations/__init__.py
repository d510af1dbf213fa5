"""Mutations (ByzzFuzz): real messages of real code, each changed a little and signed again."""
