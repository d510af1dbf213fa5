"""PBFT among sovereign validators: a pure state machine from events to actions."""
