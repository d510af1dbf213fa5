"""Tests of what institutions report."""
