"""The drills of docs/runbook.md: each plays it on four real processes (`make drills`)."""
