"""The rules of style that no linter knows, one family a file."""
