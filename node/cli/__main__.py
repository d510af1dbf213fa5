"""`python -m node.cli`: the same as the command `mohur`."""

from node.cli.root import main

if __name__ == "__main__":
    main()
