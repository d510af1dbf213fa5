"""Real node processes behind proxies of their links: cut, slow, stopped, lied to, flooded."""
