"""Keys that were destroyed and are back, because an older keyring was put in place: found, ended.

    check(service).revived        ->  ["0192…"]
    check(service).lost           ->  ["r1 identity/programme"]: a new key could be made under it
    destroy_again(service)        ->  ["0192…"], now destroyed; what was lost is a tombstone again

Which keys were destroyed is told by three: the rows of the keyring itself, the file of tombstones
outside the database, and the service's own log and inbox, where each erasure names the keys it
ended, and whose keys for which data. A restored keyring contradicts the two others, and they win:
also about a key that was made after the backup, of which it knows nothing.
"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import or_, select

from shared.events.envelope import data_decoder
from shared.events.tables import EVENTS, INBOX
from shared.privacy.erasing import Kind, names
from shared.privacy.keyring import KeyName
from shared.privacy.tombstones import Tombstones
from shared.service import Service

_STREAMS: Final = ("erasure/", "answer/")
_TYPES: Final = ("%.erasure.keys_destroyed.v%", "%.erasure.purged.v%")
_OF_ERASURES: Final = "trainings"
"""The service that has the record of erasures, as others hear of it."""


class _Named(msgspec.Struct, frozen=True):
    key_ids: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What contradicts what, of the keys that a service may see. All empty when all is well.

    revived:  destroyed according to the file or the log, and in the keyring all the same.
    lost:     names whose keys were destroyed according to the log, and of which nothing is there.
    unwritten: destroyed according to the keyring or the log, and not in the file.
    faults:   numbers of lines of the file that are not as they were written.
    """

    revived: tuple[str, ...]
    lost: tuple[str, ...]
    unwritten: tuple[str, ...]
    faults: tuple[int, ...]
    destroyed: int


_decode: Final = data_decoder(_Named)


def recorded(service: Service) -> tuple[set[str], set[KeyName]]:
    """The ids of all keys that the logs say were destroyed, and the names as far as they tell."""
    of_erasures = select(EVENTS.c.envelope).where(
        or_(*(EVENTS.c.stream.startswith(prefix) for prefix in _STREAMS)),
        or_(*(EVENTS.c.type.like(kind) for kind in _TYPES)),
    )
    heard = select(INBOX.c.envelope).where(
        INBOX.c.source == _OF_ERASURES, INBOX.c.type.like(_TYPES[0])
    )
    ids: set[str] = set()
    named: set[KeyName] = set()
    with service.database.reading() as connection:
        for query in (of_erasures, heard):
            for raw in connection.execute(query).scalars():
                told = _decode(raw)
                ids.update(told.key_ids)
                named.update(names(told.owners, (Kind.of(one) for one in told.kinds)))
    return ids, named


def check(service: Service) -> Checked:
    """Compare keyring, file and log; changes nothing."""
    stones = stones_of(service)
    in_file, (in_log, named) = stones.ids(), recorded(service)
    in_keyring = set(service.keyring.destroyed())
    return Checked(
        revived=tuple(service.keyring.living(in_file | in_log)),
        lost=tuple(
            f"{one.owner} {Kind(one.data_class, one.group).text}"
            for one in service.keyring.unknown(named)
        ),
        unwritten=tuple(sorted((in_keyring | in_log) - in_file)),
        faults=tuple(stones.faults(service.keyring.secret("tombstones"))),
        destroyed=len(in_keyring),
    )


def destroy_again(service: Service) -> list[str]:
    """Destroy what is back, and have every destroyed key in the file; the ids of what was back."""
    stones, keyring = stones_of(service), service.keyring
    in_log, named = recorded(service)
    lost = keyring.unknown(named)
    keyring.ensure(lost)
    keyring.destroy(lost)
    known = {key_id: keyring.stone(name) for key_id, name in keyring.destroyed().items()}
    if in_log or known:
        stones.add(dict.fromkeys(in_log, "") | known, keyring.secret("tombstones"))
    return keyring.destroy_ids(keyring.living(in_log | stones.ids()))


def stones_of(service: Service) -> Tombstones:
    """The installation's file of tombstones."""
    return Tombstones(service.settings.destroyed_keys_path)
