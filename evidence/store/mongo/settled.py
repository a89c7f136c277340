"""A new primary may show an older log than the last one did, until it has committed something itself.

What a majority has is known to a primary by what its members tell it; one that was just elected, above
all after it was started again, may for a while know of less than was acknowledged before. Read with
majority concern it then gives a shorter log. MongoDB documents it under "Read Concern majority": reads
are of committed data, not of the newest. A linearizable read ends that: it is answered only when the
primary has had a majority confirm an entry of its own term, and with it everything before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from pymongo import MongoClient
from pymongo.errors import AutoReconnect
from pymongo.read_concern import ReadConcern
from pymongo.topology_description import TOPOLOGY_TYPE

PROBE_MS = 10_000
TRIES = 5
NO_SET = "no replica set"


class Settled:
    """Knows which primary is known to be up to date.

    primary: names the present primary and its election, None while there is none.
    probe:   a linearizable read.
    """

    def __init__(self, primary: Callable[[], Hashable | None], probe: Callable[[], object]) -> None:
        self._primary = primary
        self._probe = probe
        self._settled: Hashable | None = None

    def wait(self) -> Hashable:
        """The name of a primary that is up to date now. Raises PyMongoError when there is none."""
        for _ in range(TRIES):
            before = self._primary()
            if before is not None and before == self._settled:
                return before
            self._probe()
            if before is not None and before == self._primary():
                self._settled = before
        raise AutoReconnect("the primary changes")

    def has_one_log(self) -> bool:
        """Whether the present primary keeps all writes in one order: a majority has all or a prefix."""
        return self._primary() not in (None, NO_SET)

    def holds(self, name: Hashable) -> bool:
        """Whether that primary is still the present one: what was read meanwhile came from it."""
        return self._primary() == name


def settled_reads(client: MongoClient[Any], database: str, collection: str) -> Settled:
    """For the primaries of a replica set; of anything else nothing is known and nothing asked.

    collection: one that may be read.
    """

    def primary() -> Hashable | None:
        seen = client.topology_description
        if seen.topology_type in (TOPOLOGY_TYPE.Sharded, TOPOLOGY_TYPE.LoadBalanced):
            return NO_SET
        for address, server in seen.server_descriptions().items():
            if server.is_writable and server.replica_set_name:
                return (address, server.election_id)
        return None

    def probe() -> object:
        if primary() == NO_SET:
            return None
        linearizable = ReadConcern("linearizable")
        asked = client[database].get_collection(collection, read_concern=linearizable)
        return asked.find_one({"_id": {"$lt": 0}}, max_time_ms=PROBE_MS)

    return Settled(primary, probe)
