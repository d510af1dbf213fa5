"""Bytes of the peer protocol: frames, messages, and the one place that verifies them."""
