"""A list of reposts as of the account it is of, which the list itself does not name."""

from __future__ import annotations

from dataclasses import replace

from evidence.model import Act, Reading


def placed(reading: Reading, native_id: str | None, handle: str) -> Reading:
    """The reading with this account as the one who reposted, where no account is named."""
    return replace(
        reading,
        interactions=tuple(
            replace(edge, actor_id=native_id, actor_handle=handle)
            if edge.act is Act.SHARE and edge.actor_id is None and edge.actor_handle is None
            else edge
            for edge in reading.interactions
        ),
    )
