"""How often something may be tried, per key and per address of the asker, in the database.

    tries = Tries(tries_table(METADATA), {"sign-in/address": Rate(30, timedelta(seconds=20))})
    tries.throttle(service, "sign-in/address", client_address())   # TooMany: 429, Retry-After
    ...                                                            # check the secret
    tries.forgive(service, "sign-in/address", client_address())    # right: it is given back

Every kind has a number of tries at once and a time after which one more comes back (GCRA: one
moment a key, at which all tries are back, says everything). A try is counted before the secret is
looked at, so that a hundred at the same moment are no more than the number allowed; a refused one
is not counted, so that nobody prolongs it by hammering. Whoever is right gives the try back: an
office behind one address is not slowed by its own people.

An address of IPv6 is counted as the network of a house (/64), of a site (/56) and of a provider's
customer (/48), since whoever is given a large network has as many small ones as they like.

What is kept is a keyed hash of the key and that moment: neither an address of a person nor an
account can be read from it. Rows whose tries are all back are deleted once a day.

Call it outside of any other transaction: it commits by itself, whatever comes after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Network
from math import ceil
from typing import Final

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from shared.errors import TooMany
from shared.events.columns import MOMENT
from shared.language.marking import N_
from shared.privacy.keyring import Keyring
from shared.service import Service

ADDRESS: Final = "/address"
"""How kinds end whose key is a network that somebody asks from."""

WIDER: Final = ((56, 1), (48, 2))
"""The length of the prefix of a network that a /64 lies in → how often its rate that one has."""

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Rate:
    """``at_once`` tries, and one more whenever ``refill`` has passed."""

    at_once: int
    refill: timedelta

    @property
    def span(self) -> timedelta:
        """How long it takes until all tries are back."""
        return self.refill * self.at_once


def tries_table(metadata: MetaData) -> Table:
    """Where a service counts: one row a key whose tries are not all back."""
    return Table(
        "tries",
        metadata,
        Column("key_index", String(64), primary_key=True),
        Column("full_at", MOMENT, nullable=False, index=True),
    )


@dataclass(frozen=True)
class Tries:
    """What a service lets be tried. ``rates``: kind → its rate; the key follows the stroke."""

    table: Table
    rates: Mapping[str, Rate]

    def throttle(self, service: Service, kind: str, key: str) -> None:
        """Count a try; TooMany when there are none left. Raises KeyError for unknown kinds."""
        wait = self.take(service, kind, key)
        if wait is not None:
            raise too_many(wait)

    def take(self, service: Service, kind: str, key: str) -> timedelta | None:
        """Count a try; or how long to wait, for those who must answer alike in both cases."""
        now = service.clock.now().astimezone(UTC)
        counted: list[tuple[str, datetime]] = []
        with service.database.writing() as connection:
            for one, rate in self._counters(kind, key):
                index = _index(service.keyring, kind, one)
                full_at = max(self._full_at(connection, index, now), now) + rate.refill
                if full_at - now > rate.span:
                    return full_at - now - rate.span
                counted.append((index, full_at))
            for index, full_at in counted:
                self._keep(connection, index, full_at)
        return None

    def forgive(self, service: Service, kind: str, key: str) -> None:
        """Give one try back: what was tried was right."""
        now = service.clock.now().astimezone(UTC)
        with service.database.writing() as connection:
            for one, rate in self._counters(kind, key):
                index = _index(service.keyring, kind, one)
                full_at = self._full_at(connection, index, now) - rate.refill
                if full_at > now:
                    self._keep(connection, index, full_at)
                else:
                    gone = delete(self.table).where(self.table.c.key_index == index)
                    connection.execute(gone)

    @contextmanager
    def tried(
        self, service: Service, kind: str, key: str, *, right: tuple[type[Exception], ...] = ()
    ) -> Iterator[None]:
        """Count a try, and give it back when what is tried within succeeds, or ends by ``right``.

        Raises TooMany before anything is tried.
        """
        self.throttle(service, kind, key)
        try:
            yield
        except right:
            self.forgive(service, kind, key)
            raise
        self.forgive(service, kind, key)

    def purge(self, service: Service, payload: bytes) -> None:  # noqa: ARG002 (due work has one)
        """Forget every key whose tries are all back; due work of each day."""
        with service.database.writing() as connection:
            now = service.clock.now()
            connection.execute(delete(self.table).where(self.table.c.full_at <= now))

    def _counters(self, kind: str, key: str) -> Iterator[tuple[str, Rate]]:
        """What a try counts for: its key and, of a network of IPv6, the wider ones around it."""
        rate = self.rates[kind]
        if not kind.endswith(ADDRESS):
            yield key, rate
            return
        for network, times in _networks(key):
            yield network, Rate(rate.at_once * times, rate.refill / times)

    def _full_at(self, connection: Connection, index: str, now: datetime) -> datetime:
        """When all tries are back. Whoever asks for the same key meanwhile waits for our commit."""
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        first = insert(self.table).values(key_index=index, full_at=now)
        connection.execute(first.on_conflict_do_nothing())
        columns = self.table.c
        found: datetime = connection.execute(
            select(columns.full_at).where(columns.key_index == index).with_for_update()
        ).scalar_one()
        return found

    def _keep(self, connection: Connection, index: str, full_at: datetime) -> None:
        own = self.table.c.key_index == index
        connection.execute(self.table.update().where(own).values(full_at=full_at))


def too_many(wait: timedelta) -> TooMany:
    """What whoever tried too often is told."""
    return TooMany(
        "too-many-tries",
        N_("Too many tries. Wait {wait_minutes} min and try again."),
        wait_minutes=ceil(wait / _MINUTE),
        retry_after_seconds=ceil(wait.total_seconds()),
    )


def widest(address: str) -> str:
    """The widest network that an asker's address is counted as: of IPv6 a /48, else itself.

    >>> widest("2001:db8:1:2::/64"), widest("203.0.113.9")
    ('2001:db8:1::/48', '203.0.113.9')
    """
    *_, last = _networks(address)
    return last[0]


def _networks(address: str) -> Iterator[tuple[str, int]]:
    """The network and the wider ones around it, with how often a rate each of them has."""
    yield address, 1
    with suppress(ValueError):
        network = IPv6Network(address)
        for length, times in WIDER:
            if length < network.prefixlen:
                yield str(network.supernet(new_prefix=length)), times


def _index(keyring: Keyring, kind: str, key: str) -> str:
    return keyring.blind_index("tries", f"{kind}\0{key}")
