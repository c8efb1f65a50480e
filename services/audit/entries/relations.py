"""Which records an entry names: read from the identifiers in its data, whatever its type.

>>> list(named({"call_id": "c1", "lines": [{"payment_id": "p1"}]}))
[('call', 'call/c1'), ('payment', 'payment/p1')]
>>> list(named({"what": "names", "subject": "award/a1"}))
[('subject', 'award/a1')]

Personal fields hold no identifiers: they are sealed and stay so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from shared.identifiers import is_identifier

_RECORDS: Final = {
    "account": "account",
    "application": "application",
    "award": "award",
    "batch": "batch",
    "budget_line": "budget_line",
    "call": "call",
    "certificate": "certificate",
    "cohort": "cohort",
    "course": "course",
    "donor": "donor",
    "erasure": "erasure",
    "from_person": "person",
    "line": "statement_line",
    "meeting": "meeting",
    "message": "message",
    "other_registration": "registration",
    "outcome": "outcome",
    "partner": "partner",
    "payment": "payment",
    "person": "person",
    "programme": "programme",
    "referral": "referral",
    "registration": "registration",
    "removed": "payment",
    "visit": "visit",
}
"""Field, without ``_id`` or ``_ids`` → kind of the stream that it names."""

_PEOPLE: Final = ("member", "present", "recused", "chair", "former", "visitor", "trainers")
"""Fields that name accounts of those who take part; as do all that end in ``_by``."""

_STREAMS: Final = ("subject", "about")
_STREAM: Final = re.compile(r"[a-z_]{1,40}/[A-Za-z0-9-]{1,70}")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")


class _Field(NamedTuple):
    """What a field names. ``short``: without ``_id``; ``kind``: of records, or None."""

    short: str
    kind: str | None
    names_stream: bool
    names_account: bool


def named(data: Any) -> Iterator[tuple[str, str]]:
    """How and which streams the data of an event name, in their order; perhaps one twice."""
    if isinstance(data, list):
        for one in data:
            yield from named(one)
    if not isinstance(data, dict):
        return
    if isinstance(data.get("recipient_id"), str):
        stream = f"{data.get('recipient_kind', '')}/{data['recipient_id']}"
        if stream.startswith(("account/", "registration/")):
            yield "recipient", stream
    for name, value in data.items():
        field = _field(name)
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict):
                yield from named(one)
            elif not isinstance(one, str):
                continue
            elif field.names_stream and _STREAM.fullmatch(one):
                yield name, one
            elif field.kind is not None and _IDENTIFIER.fullmatch(one):
                yield field.short, f"{field.kind}/{one}"


def people(data: Any) -> Iterator[str]:
    """Accounts that the data name as taking part: ``account/…``. Names of the past are none."""
    if isinstance(data, list):
        for one in data:
            yield from people(one)
    if not isinstance(data, dict):
        return
    for name, value in data.items():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict):
                yield from people(one)
            elif _field(name).names_account and isinstance(one, str) and is_identifier(one):
                yield f"account/{one}"


@lru_cache(maxsize=2_000)
def _field(name: str) -> _Field:
    short = name.removesuffix("s").removesuffix("_id") if "_id" in name else name
    return _Field(
        short=short,
        kind=_RECORDS.get(short) if name.endswith(("_id", "_ids", "removed")) else None,
        names_stream=name in _STREAMS,
        names_account=short in _PEOPLE or name.endswith("_by"),
    )
