"""Which logs a witness knows, and by which keys: those that its service follows, and others.

    known_log(service, "zanat/grants")       # KnownLog(log="grants", followed=True, …)
    known_log(service, "example.org/log")    # from the file in ZANAT_WITNESSED_LOGS

Files of keys hold one verifier key a line (``name+id+base64``); a line that begins with # says
something to people. They are read when they are needed: a key that is added counts at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shared.log import keys
from shared.log.notes import BadNote, Verifier
from shared.service import Service
from shared.settings import SERVICES, Settings

FILE_BYTES_MAX: Final = 1_000_000
ELSEWHERE: Final = "elsewhere/"


@dataclass(frozen=True)
class KnownLog:
    """A log whose checkpoints may be cosigned.

    log: under which name its rows are kept: the source's, or one made of the origin.
    followed: whether there is a copy of its entries. retired: verifier keys that were replaced,
    and the size up to which each signs alone.
    """

    log: str
    origin: str
    verifiers: tuple[Verifier, ...]
    followed: bool
    retired: Mapping[str, int] = field(default_factory=dict)

    def verifiers_at(self, size: int) -> tuple[Verifier, ...]:
        """The keys of which one must have signed a checkpoint of this size."""
        return tuple(
            key for key in self.verifiers if size <= self.retired.get(key.verifier_key, size)
        )


@dataclass(frozen=True)
class OutsideWitness:
    """A witness elsewhere: its key, and the address under which ``add-checkpoint`` is."""

    verifier: Verifier
    prefix: str


def followed_log(service: Service, source: str) -> KnownLog:
    """The log of a service that this one follows."""
    name = keys.origin(service.settings, source)
    return KnownLog(
        source,
        name,
        keys.verifiers(service.settings, source),
        followed=True,
        retired=keys.retired(service.settings, source),
    )


def known_log(service: Service, origin: str) -> KnownLog | None:
    """The log of this origin; None when this witness has nothing to do with it."""
    for source in service.definition.follows:
        if origin == keys.origin(service.settings, source):
            return followed_log(service, source)
    trusted = tuple(key for key in elsewhere(service.settings) if key.name == origin)
    return KnownLog(name_elsewhere(origin), origin, trusted, followed=False) if trusted else None


def elsewhere(settings: Settings) -> Iterator[Verifier]:
    """Keys of logs elsewhere that are cosigned here. Raises BadNote for a line that is no key."""
    if settings.witnessed_logs is not None:
        for line in lines(settings.witnessed_logs):
            yield Verifier.parse(line)


def name_elsewhere(origin: str) -> str:
    """Under which name the rows of such a log are kept; never that of a service's."""
    return ELSEWHERE + hashlib.sha256(origin.encode()).hexdigest()[:32]


def outside_witnesses(settings: Settings) -> tuple[OutsideWitness, ...]:
    """The witnesses in ZANAT_WITNESSES. Raises BadNote for a line that names none."""
    if settings.witnesses is None:
        return ()
    found = []
    for line in lines(settings.witnesses):
        key, _, prefix = line.partition(" ")
        prefix = prefix.strip().rstrip("/")
        if not prefix.startswith(("http://", "https://")):
            raise BadNote("a witness is a verifier key, a space and an address")
        found.append(OutsideWitness(Verifier.parse(key), prefix))
    return tuple(found)


def inside_witnesses(settings: Settings, source: str) -> list[Verifier]:
    """The keys of this installation's services that may cosign a source's checkpoints."""
    others = (name for name in SERVICES if name != source)
    return [key for name in others for key in keys.witness_verifiers(settings, name)]


def lines(path: Path) -> Iterator[str]:
    """What is said in a file of keys, without its comments. Raises BadNote when it is too long."""
    with path.open("rb") as file:
        raw = file.read(FILE_BYTES_MAX + 1)
    if len(raw) > FILE_BYTES_MAX:
        raise BadNote("the file of keys is too long")
    for line in raw.decode().splitlines():
        if (text := line.strip()) and not text.startswith("#"):
            yield text
