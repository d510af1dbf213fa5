"""A guard that has signed nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.storage.sign_guard import SignGuard
from tests.node.storage.guards import KEY


@pytest.fixture
def guard(tmp_path: Path) -> SignGuard:
    return SignGuard.create(tmp_path, KEY)
