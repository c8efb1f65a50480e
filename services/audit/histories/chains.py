"""Which records a history is made of, found by the relations between records.

    chain(connection, "payment", "0192…")
        ->  Chain(records={"payment/0192…", "batch/…", "statement_line/…"}, partly={"award/…"}, …)

An application comes with its review, meeting, award, payments, batches, lines of the bank's
statement, visits, and the certificates of its person; a payment with all that moved it; a person
with every registration that is theirs; an account with what it did and what was done to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, select

from services.audit.tables import RELATIONS

_AT_ONCE: Final = 500

ACCOUNT_ACTS: Final = (
    "grants.award.agreement_signed",
    "grants.award.account_changed",
    "grants.award.account_confirmed",
)
"""Of an award, what a payment rests on: to which account the money goes."""


@dataclass(frozen=True, kw_only=True)
class Chain:
    """What a history is made of.

    records:   streams that belong to it as a whole.
    mentioned: streams of which single entries elsewhere belong to it: those that name them.
    partly:    streams of which entries of the types ``acts`` belong to it.
    looked_at: streams of which accesses and messages belong to it.
    actor:     an account whose acts belong to it.
    """

    records: frozenset[str]
    mentioned: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()
    acts: tuple[str, ...] = ()
    looked_at: frozenset[str] = frozenset()
    actor: str = ""


def chain(connection: Connection, kind: str, identifier: str) -> Chain:
    """What the history of this record is made of; of a kind without a chain it is the record."""
    make: Callable[[Connection, str], Chain] | None = _CHAINS.get(kind)
    if make is not None:
        return make(connection, identifier)
    whole = frozenset({f"{kind}/{identifier}"})
    return Chain(records=whole, mentioned=whole, looked_at=whole)


def _application(connection: Connection, application_id: str) -> Chain:
    own = {f"application/{application_id}"}
    awards = naming(connection, own, "award")
    money = _money(connection, awards)
    visits = naming(connection, awards, "visit")
    meetings = _named(connection, own, "meeting")
    persons = _named(connection, own, "person")
    registrations = _named(connection, own, "registration")
    registrations |= _of_persons(connection, persons)
    certificates = naming(connection, registrations, "certificate")
    review = {f"review/{application_id}"}
    return Chain(
        records=frozenset(own | review | awards | money | visits | meetings | certificates),
        mentioned=frozenset(own),
        looked_at=frozenset(own | review | awards | money | visits),
    )


def _award(connection: Connection, award_id: str) -> Chain:
    own = {f"award/{award_id}"}
    money = _money(connection, own)
    visits = naming(connection, own, "visit")
    return Chain(
        records=frozenset(own | money | visits),
        mentioned=frozenset(own),
        looked_at=frozenset(own | money | visits),
    )


def _payment(connection: Connection, payment_id: str) -> Chain:
    own = {f"payment/{payment_id}"}
    awards = _named(connection, own, "award")
    records = own | around(connection, own)
    return Chain(
        records=frozenset(records),
        mentioned=frozenset(own),
        partly=frozenset(awards),
        acts=ACCOUNT_ACTS,
        looked_at=frozenset(records),
    )


def _registration(connection: Connection, registration_id: str) -> Chain:
    own = {f"registration/{registration_id}"}
    persons = _named(connection, own, "person", via="person")
    left = _named(connection, own, "person", via="from_person")
    # Who was put together with others belongs to the person that they are now.
    return _of_person(connection, own | _of_persons(connection, (persons - left) or persons))


def _person(connection: Connection, person_id: str) -> Chain:
    return _of_person(connection, _of_persons(connection, {f"person/{person_id}"}))


def _of_person(connection: Connection, registrations: set[str]) -> Chain:
    applications = naming(connection, registrations, "application")
    awards = naming(connection, applications, "award")
    payments = naming(connection, awards, "payment")
    visits = naming(connection, awards, "visit")
    certificates = naming(connection, registrations, "certificate")
    outcomes = naming(connection, registrations, "outcome")
    records = registrations | applications | awards | payments | visits | certificates | outcomes
    return Chain(
        records=frozenset(records),
        mentioned=frozenset(registrations),
        looked_at=frozenset(records),
    )


def _account(_connection: Connection, account_id: str) -> Chain:
    own = frozenset({f"account/{account_id}"})
    return Chain(records=own, mentioned=own, looked_at=own, actor=account_id)


_CHAINS: Final[dict[str, Callable[[Connection, str], Chain]]] = {
    "account": _account,
    "application": _application,
    "award": _award,
    "payment": _payment,
    "person": _person,
    "registration": _registration,
    "review": _application,
}


def _money(connection: Connection, awards: set[str]) -> set[str]:
    payments = naming(connection, awards, "payment")
    return payments | around(connection, payments)


def around(connection: Connection, payments: set[str]) -> set[str]:
    """What moved the payments: batches and lines of the bank's statement."""
    return (
        naming(connection, payments, "batch")
        | naming(connection, payments, "statement_line")
        | _named(connection, payments, "statement_line")
        | _named(connection, payments, "batch")
    )


def _of_persons(connection: Connection, persons: set[str]) -> set[str]:
    """Registrations that are one of these persons now, or came from none else."""
    found = naming(connection, persons, "registration", via="person")
    gone = naming(connection, persons, "registration", via="from_person")
    return (found - gone) or found


def naming(
    connection: Connection, streams: Collection[str], kind: str, *, via: str = ""
) -> set[str]:
    """Records of a kind that name one of these."""
    rows = RELATIONS.c
    return _along(connection, rows.to_stream, streams, rows.from_stream, kind, via)


def _named(
    connection: Connection, streams: Collection[str], kind: str, *, via: str = ""
) -> set[str]:
    """Records of a kind that these name."""
    rows = RELATIONS.c
    return _along(connection, rows.from_stream, streams, rows.to_stream, kind, via)


def _along(
    connection: Connection,
    near: Column[str],
    streams: Collection[str],
    far: Column[str],
    kind: str,
    via: str,
) -> set[str]:
    """What stands at the far end of relations that have one of these streams at the near one."""
    clauses: list[ColumnElement[bool]] = [far.like(f"{kind}/%")]
    if via:
        clauses.append(RELATIONS.c.kind == via)
    return {
        stream
        for part in _parts(streams)
        for stream in connection.execute(select(far).where(near.in_(part), *clauses)).scalars()
    }


def _parts(streams: Iterable[Any]) -> list[list[Any]]:
    listed = sorted(streams)
    return [listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE)]
