"""Tests of the consensus core: rules, scenarios, every state and event, campaigns."""
