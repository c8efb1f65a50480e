"""Keys that were destroyed and are back, because an older keyring was put in place: found, ended.

    check(service).revived        ->  ["0192…"]
    destroy_again(service)        ->  ["0192…"], now destroyed

Which keys were destroyed is told by three: the rows of the keyring itself, the file of tombstones
outside the database, and the service's own log, where each erasure names the keys it ended. A
restored keyring contradicts the two others, and they win.
"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import or_, select

from shared.events.envelope import data_decoder
from shared.events.tables import EVENTS
from shared.privacy.tombstones import Tombstones
from shared.service import Service

_STREAMS: Final = ("erasure/", "answer/")
_TYPES: Final = ("%.erasure.keys_destroyed.v%", "%.erasure.purged.v%")


class _Named(msgspec.Struct, frozen=True):
    key_ids: tuple[str, ...] = ()


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What contradicts what, of the keys that a service may see. All empty when all is well.

    revived:  destroyed according to the file or the log, and in the keyring all the same.
    unwritten: destroyed according to the keyring or the log, and not in the file.
    faults:   numbers of lines of the file that are not as they were written.
    """

    revived: tuple[str, ...]
    unwritten: tuple[str, ...]
    faults: tuple[int, ...]
    destroyed: int


_decode: Final = data_decoder(_Named)


def recorded(service: Service) -> set[str]:
    """The ids of all keys that the service's own log says were destroyed."""
    of_erasures = select(EVENTS.c.envelope).where(
        or_(*(EVENTS.c.stream.startswith(prefix) for prefix in _STREAMS)),
        or_(*(EVENTS.c.type.like(kind) for kind in _TYPES)),
    )
    with service.database.reading() as connection:
        rows = connection.execute(of_erasures).scalars()
        return {key_id for raw in rows for key_id in _decode(raw).key_ids}


def check(service: Service) -> Checked:
    """Compare keyring, file and log; changes nothing."""
    stones = stones_of(service)
    in_file, in_log = stones.ids(), recorded(service)
    in_keyring = set(service.keyring.destroyed())
    return Checked(
        revived=tuple(service.keyring.living(in_file | in_log)),
        unwritten=tuple(sorted((in_keyring | in_log) - in_file)),
        faults=tuple(stones.faults(service.keyring.secret("tombstones"))),
        destroyed=len(in_keyring),
    )


def destroy_again(service: Service) -> list[str]:
    """Destroy what is back, and have every destroyed key in the file; the ids of what was back."""
    stones = stones_of(service)
    in_log = recorded(service)
    missing = (in_log | set(service.keyring.destroyed())) - stones.ids()
    if missing:
        stones.add(missing, service.keyring.secret("tombstones"))
    return service.keyring.destroy_ids(service.keyring.living(in_log | stones.ids()))


def stones_of(service: Service) -> Tombstones:
    """The installation's file of tombstones."""
    return Tombstones(service.settings.destroyed_keys_path)
