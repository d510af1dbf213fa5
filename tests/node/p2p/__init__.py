"""Links between nodes, over real loopback sockets."""
