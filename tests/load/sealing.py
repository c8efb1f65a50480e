"""Personal fields encrypted and decrypted, beside the time that a field may take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.load.measure import Measure

ALLOWED_MICROSECONDS: Final = 20.0


@contextmanager
def stage() -> Iterator[Any]:
    """People with their keys."""
    from tests.load.databases import folder
    from tests.load.sealed import registrations

    with folder("sealing") as path, registrations(path) as made:
        yield made


def ours(made: Any) -> float:
    from tests.load.sealed import sealed_and_opened

    return sealed_and_opened(made)


def allowed(_: Any) -> float:
    return ALLOWED_MICROSECONDS


def fernet(made: Any) -> float:
    from tests.load.sealed import fernet

    return fernet(made)


SEALING: Final = Measure(
    name="sealing-fields",
    order=16,
    row="encrypting and decrypting a person's fields (seal_events, then open_text), a field",
    against="the 20 µs that a field may take",
    unit="µs",
    at_most=1,
    aim=0.7,
    stage=stage,
    ours=ours,
    peer=allowed,
    beside=(("Fernet of `cryptography`, a key a person", fernet),),
)
