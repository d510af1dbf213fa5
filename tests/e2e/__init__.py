"""Tests that start real node processes on free ports."""
