"""The tests of Mohur. See docs/architecture.md for the kinds of test."""
