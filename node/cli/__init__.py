"""The command `mohur`: one command a file, each imports what it needs when it runs.

Rules of this package:
1. A module imports click and node.cli at its top, and everything else inside the function that
   needs it: `mohur --help` answers in a twentieth of a second.
2. What goes wrong is one sentence on standard error and a status of node/cli/exits.py.
3. Standard output is the answer, nothing else: JSON where a program may read it.
"""

from node.cli.root import main

__all__ = ["main"]
