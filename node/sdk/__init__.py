"""The client library: build, sign, submit, prove."""
