"""Peers: mutual TLS, connections, budgets and send queues."""
