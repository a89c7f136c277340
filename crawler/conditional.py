"""Watched addresses by themselves, and requests that let a server answer that nothing changed."""

from __future__ import annotations

from crawler.visit import Visit

CONDITIONS = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))


def address_of(visit: Visit) -> str | None:
    """The watched address: its native id, else the row's handle or base_url if that is one."""
    given = (visit.native_id, visit.entry.account.native_id, visit.handle, visit.base_url)
    return next((one for one in given if one and one.startswith(("http://", "https://"))), None)


def conditions(visit: Visit, address: str) -> tuple[tuple[str, str], ...]:
    """Request headers that let the server answer 304, from what an earlier visit remembers."""
    remembered = ((name, visit.recall(f"{key} {address}")) for key, name in CONDITIONS)
    return tuple((name, value) for name, value in remembered if value)
