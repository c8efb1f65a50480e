"""How often something may be tried, per account and per address of the asker, in the database.

    throttle(service, "sign-in/address", client_address())   # raises TooMany: 429, Retry-After
    ...                                                      # check the secret
    forgive(service, "sign-in/address", client_address())    # it was right: the try is given back

Every kind has a number of tries at once and a time after which one more comes back (GCRA: one
moment a key, at which all tries are back, says everything). A try is counted before the secret is
looked at, so that a hundred at the same moment are no more than the number allowed; a refused one
is not counted, so that nobody prolongs it by hammering. Whoever is right gives the try back: an
office behind one address is not slowed by its own people signing in.

An address of IPv6 is counted as the network of a house (/64), of a site (/56) and of a provider's
customer (/48), since whoever is given a large network has as many small ones as they like.

What is kept is a keyed hash of the key and that moment: neither an address of a person nor an
account can be read from it. Rows whose tries are all back are deleted once a day.

Call it outside of any other transaction: it commits by itself, whatever comes after.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Network
from math import ceil
from typing import Final

from sqlalchemy import Column, Connection, String, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from services.accounts.tables import METADATA, Moment
from shared.errors import TooMany
from shared.language.marking import N_
from shared.privacy.keyring import Keyring
from shared.service import Service

PURGE_KIND: Final = "accounts.throttling.purge"

TRIES: Final = Table(
    "tries",
    METADATA,
    Column("key_index", String(64), primary_key=True),
    Column("full_at", Moment, nullable=False, index=True),
)


@dataclass(frozen=True)
class Rate:
    """``at_once`` tries, and one more whenever ``refill`` has passed."""

    at_once: int
    refill: timedelta

    @property
    def span(self) -> timedelta:
        """How long it takes until all tries are back."""
        return self.refill * self.at_once


_MINUTE: Final = timedelta(minutes=1)

RATES: Final[dict[str, Rate]] = {
    # Wrong passwords from one address, whoever's they are: the pages and the API.
    "sign-in/address": Rate(30, timedelta(seconds=20)),
    # Wrong passwords in a browser that the account was signed in by before.
    "sign-in/device": Rate(5, 3 * _MINUTE),
    # Six digits have a million values: some five hundred a day are a chance of one in two thousand.
    "code/account": Rate(5, 3 * _MINUTE),
    "code/address": Rate(30, timedelta(seconds=20)),
    "recovery/account": Rate(5, 10 * _MINUTE),
    "passkey/address": Rate(30, timedelta(seconds=20)),
    # Each sends a mail to somebody who perhaps never asked for one.
    "reset/account": Rate(3, 20 * _MINUTE),
    "reset/address": Rate(10, 6 * _MINUTE),
    "key/address": Rate(30, timedelta(seconds=20)),
    # Messages with a code to one applicant: as one network asks, and whoever asks. No more of them
    # are good at the same time than are kept, so that nobody's waiting code falls out, and one
    # network does not use up what the applicant may ask for elsewhere.
    "applicant/network": Rate(3, 20 * _MINUTE),
    "applicant/person": Rate(10, 5 * _MINUTE),
    "applicant/address": Rate(20, 3 * _MINUTE),
    # Codes that are tried, in one browser; those of one person and of all only slow answers down.
    "applicant-code/browser": Rate(5, 3 * _MINUTE),
    "applicant-code/person": Rate(10, 3 * _MINUTE),
    "applicant-code/everybody": Rate(200, timedelta(seconds=10)),
    "applicant-code/address": Rate(30, timedelta(seconds=20)),
    "applicant-code/warning": Rate(1, 10 * _MINUTE),
}
"""Kind → its rate. The part after the stroke says what the key is."""

ADDRESS: Final = "/address"
"""How kinds end whose key is a network that somebody asks from."""

WIDER: Final = ((56, 1), (48, 2))
"""The length of the prefix of a network that a /64 lies in → how often its rate that one has."""


def throttle(service: Service, kind: str, key: str) -> None:
    """Count a try, or raise TooMany when there are none left. Raises KeyError for unknown kinds."""
    wait = take(service, kind, key)
    if wait is not None:
        raise TooMany(
            "too-many-tries",
            N_("Too many tries. Wait {wait_minutes} min and try again."),
            wait_minutes=ceil(wait / _MINUTE),
            retry_after_seconds=ceil(wait.total_seconds()),
        )


def take(service: Service, kind: str, key: str) -> timedelta | None:
    """Count a try; or how long to wait for one, for those who must answer alike in both cases."""
    now = service.clock.now().astimezone(UTC)
    counted: list[tuple[str, datetime]] = []
    with service.database.writing() as connection:
        for one, rate in _counters(kind, key):
            index = _index(service.keyring, kind, one)
            full_at = max(_full_at(connection, index, now), now) + rate.refill
            if full_at - now > rate.span:
                return full_at - now - rate.span
            counted.append((index, full_at))
        for index, full_at in counted:
            _keep(connection, index, full_at)
    return None


def forgive(service: Service, kind: str, key: str) -> None:
    """Give one try back: what was tried was right."""
    now = service.clock.now().astimezone(UTC)
    with service.database.writing() as connection:
        for one, rate in _counters(kind, key):
            index = _index(service.keyring, kind, one)
            full_at = _full_at(connection, index, now) - rate.refill
            if full_at > now:
                _keep(connection, index, full_at)
            else:
                connection.execute(delete(TRIES).where(TRIES.c.key_index == index))


def widest(address: str) -> str:
    """The widest network that an asker's address is counted as: of IPv6 a /48, else itself.

    >>> widest("2001:db8:1:2::/64"), widest("203.0.113.9")
    ('2001:db8:1::/48', '203.0.113.9')
    """
    *_, last = _networks(address)
    return last[0]


def _counters(kind: str, key: str) -> Iterator[tuple[str, Rate]]:
    """What a try counts for: its key and, of a network of IPv6, the wider ones around it."""
    rate = RATES[kind]
    if not kind.endswith(ADDRESS):
        yield key, rate
        return
    for network, times in _networks(key):
        yield network, Rate(rate.at_once * times, rate.refill / times)


def _networks(address: str) -> Iterator[tuple[str, int]]:
    """The network and the wider ones around it, with how often a rate each of them has."""
    yield address, 1
    with suppress(ValueError):
        network = IPv6Network(address)
        for length, times in WIDER:
            if length < network.prefixlen:
                yield str(network.supernet(new_prefix=length)), times


@contextmanager
def tried(
    service: Service, kind: str, key: str, *, right: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Count a try, and give it back when what is tried within succeeds, or ends by ``right``.

    Raises TooMany before anything is tried.
    """
    throttle(service, kind, key)
    try:
        yield
    except right:
        forgive(service, kind, key)
        raise
    forgive(service, kind, key)


def purge(service: Service, payload: bytes) -> None:  # noqa: ARG001 (due work has a payload)
    """Forget every key whose tries are all back; due work of each day."""
    with service.database.writing() as connection:
        connection.execute(delete(TRIES).where(TRIES.c.full_at <= service.clock.now()))


def _index(keyring: Keyring, kind: str, key: str) -> str:
    return keyring.blind_index("tries", f"{kind}\0{key}")


def _full_at(connection: Connection, index: str, now: datetime) -> datetime:
    """When all tries are back. Whoever asks for the same key meanwhile waits for our commit."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(TRIES).values(key_index=index, full_at=now).on_conflict_do_nothing())
    found: datetime = connection.execute(
        select(TRIES.c.full_at).where(TRIES.c.key_index == index).with_for_update()
    ).scalar_one()
    return found


def _keep(connection: Connection, index: str, full_at: datetime) -> None:
    connection.execute(TRIES.update().where(TRIES.c.key_index == index).values(full_at=full_at))
