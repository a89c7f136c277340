from __future__ import annotations

import pytest

from evidence.store import MemoryArchive
from tests.evidence.erasure.office import Office, furnish


@pytest.fixture
def office() -> Office:
    """Two accounts, their pages, posts, a picture and a like; in memory."""
    return furnish(MemoryArchive())
