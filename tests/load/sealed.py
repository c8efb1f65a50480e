"""A registration's personal fields sealed and opened again, beside Fernet with the same texts.

with registrations(folder) as stage:
    sealed_and_opened(stage)    ->  8.4    # microseconds a field
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet

from services.trainings.people.registration_events import Registered
from shared.privacy.keyring import Keyring
from shared.privacy.sealing import open_text, seal_events
from tests.store.domain import BOATS, Home

PEOPLE: Final = 2_000
FIELDS: Final = ("full_name", "birth_date", "jmbg", "phone", "declared_roma")


@dataclass(frozen=True)
class Registrations:
    """People who are registered, their keys durable and open, as in a service at work."""

    keyring: Keyring
    events: tuple[Registered, ...]


@contextmanager
def registrations(folder: Path) -> Iterator[Registrations]:
    """A keyring on SQLite with everybody's keys."""
    home = Home.make(folder)
    keyring = home.open(BOATS).keyring
    events = tuple(_registered(number) for number in range(PEOPLE))
    seal_events(keyring, events)
    yield Registrations(keyring, events)
    home.close()


def sealed_and_opened(stage: Registrations) -> float:
    """Microseconds a field, for sealing it and opening it again."""
    begun = time.perf_counter()
    for sealed in seal_events(stage.keyring, stage.events):
        for name in FIELDS:
            if open_text(stage.keyring, getattr(sealed, name)) is None:
                raise RuntimeError("a field was not opened")
    return _each(begun)


def fernet(stage: Registrations) -> float:
    """The same texts, encrypted and decrypted by Fernet, which holds a key a person."""
    keys = [Fernet(Fernet.generate_key()) for _ in stage.events]
    begun = time.perf_counter()
    for event, key in zip(stage.events, keys, strict=True):
        for name in FIELDS:
            key.decrypt(key.encrypt(str(getattr(event, name)).encode())).decode()
    return _each(begun)


def _each(begun: float) -> float:
    return (time.perf_counter() - begun) * 1e6 / (PEOPLE * len(FIELDS))


def _registered(number: int) -> Registered:
    return Registered(
        registration_id=f"r-{number}",
        person_id=f"p-{number}",
        reference=f"R-{number}",
        full_name="Mira Đorđević",
        birth_date="1990-01-01",
        sex="F",
        country="RS",
        municipality="Kragujevac",
        jmbg="0101990715000",
        phone="+381 60 000 0001",
        declared_roma="declined",
        consent_on=None,
        registered_by=None,
    )
