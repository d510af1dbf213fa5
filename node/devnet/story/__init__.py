"""The story that `mohur devnet demo` plays: each step on real parts, verified on all nodes."""
