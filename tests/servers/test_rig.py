"""The rigs themselves: what the real servers answer to anyone who asks."""

from __future__ import annotations

import pytest

from tests.servers.atproto import AtprotoNetwork
from tests.servers.fediverse import Fediverse
from tests.servers.process import get, wait_for

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


def test_an_edited_post_keeps_its_address_and_changes_its_content_id(
    atproto: AtprotoNetwork,
) -> None:
    member = atproto.join("rig-edit")
    first = member.post("sebelum")

    second = member.edit(first, "sesudah")

    assert second.uri == first.uri
    assert second.cid != first.cid


def test_a_federated_like_is_counted_where_the_post_was_written(fediverse: Fediverse) -> None:
    writer, reader = fediverse.here.join("rigwriter"), fediverse.there.join("rigreader")
    reader.follow(writer)
    status = writer.post("rig: disukai")

    reader.like(reader.received("rig: disukai"))

    def likes() -> int:
        shown = get(f"{fediverse.here.url}/api/v1/accounts/rigwriter/statuses").json()
        return sum(one["favourites_count"] for one in shown if one["uri"] == status["uri"])

    wait_for(lambda: likes() == 1, "the like arrived")
