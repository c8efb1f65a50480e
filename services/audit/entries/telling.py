"""Entries as people are told of them: what, who, for whom, why, the facts, from where to where.

    told(connection, rows)  ->  [Told(what="The call was opened.", who="Jelena Primer", …)]

Everything is read from the exact bytes that the leaf hash is over. Names are those of accounts;
people whom the programme helps are told of by their record, never by their name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import url_for
from sqlalchemy import Connection

from services.addresses import address_of, kind_words
from services.audit.entries import views
from services.audit.entries.facts import Fact, facts, read, sealed, why
from services.audit.entries.own import SOURCE, Entry
from services.audit.entries.relations import named
from services.audit.entries.states import STATES, state_after
from services.event_words import SOURCES, name_of, sentence
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.language import say

REPLACES: Final = {
    "grants.application.revised": ("grants.application.drafted", "grants.application.revised"),
    "grants.budget.revised": ("grants.budget.opened", "grants.budget.revised"),
    "grants.budget_line.revised": ("grants.budget_line.opened", "grants.budget_line.revised"),
    "grants.call.amended": ("grants.call.drafted", "grants.call.amended"),
    "grants.donor.renamed": ("grants.donor.joined", "grants.donor.renamed"),
    "grants.partner.renamed": ("grants.partner.joined", "grants.partner.renamed"),
    "grants.programme.renamed": ("grants.programme.opened", "grants.programme.renamed"),
    "grants.visit.corrected": (
        "grants.visit.conducted",
        "grants.visit.version_arrived",
        "grants.visit.resolved",
        "grants.visit.corrected",
    ),
    "trainings.certificate.superseded": (
        "trainings.certificate.issued",
        "trainings.certificate.superseded",
    ),
}
"""Events that replace values of their record → events that had given those values before."""

BOOKED: Final = (
    "grants.payment.handed_over",
    "grants.payment.paid",
    "grants.payment.returned",
    "grants.payment.reversed",
)
"""Events that the ledger has postings of."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record that an entry is of or names: its kind in words, and its history."""

    words: str
    stream: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """An entry in words of the reader's language.

    was, state: the record's state before and after, empty where the entry does not change it.
    sealed:     what of a person it holds, under seal.
    names:      other records that it names; a person by their registration.
    booked:     the page of its postings, for what the ledger has.
    """

    what: str
    who: str
    actor: str
    on_behalf_of: str
    why: str
    facts: tuple[Fact, ...]
    sealed: tuple[str, ...]
    was: str
    state: str
    at: datetime
    service: str
    source: str
    position: int
    programme: str
    record: Record
    names: tuple[Record, ...]
    href: str
    booked: str
    row: Entry


def told(
    connection: Connection,
    rows: Sequence[Entry],
    raw: Mapping[tuple[str, int], bytes] | None = None,
) -> list[Told]:
    """The entries in the order given. ``raw``: their bytes, where they are not copies."""
    if raw is None:
        raw = views.contents(connection, [(row.source, row.position) for row in rows])
    data = {key: read(content) for key, content in raw.items()}
    accounts = {name for row in rows for name in (row.actor, row.on_behalf_of) if name}
    called = views.names_of(connection, accounts)
    states = _states_before(connection, rows)
    before = _values_before(connection, rows)
    return [
        _told(
            row,
            data.get((row.source, row.position), {}),
            before.get((row.source, row.position), {}),
            states.get((row.source, row.position), ""),
            called,
        )
        for row in rows
    ]


def who(account: str, called: dict[str, str]) -> str:
    """What somebody who acted is called."""
    if account in called:
        return called[account]
    if account.startswith("system/"):
        return say(N_("The software itself"))
    if account.startswith("import/"):
        return say(N_("The import of the programme's past"))
    if account == "public":
        return say(N_("Somebody who was not signed in"))
    return account


def record_of(stream: str, *, linked: bool = True) -> Record:
    """A record with the page of its history; the audit's own records have none."""
    kind, _, identifier = stream.partition("/")
    # A person has no record of their own: what is theirs is under their registrations.
    page = "histories.show_history" if kind == "person" else "entries.show_stream"
    words = say(kind_words("registration" if kind == "person" else kind))
    href = url_for(page, kind=kind, identifier=identifier) if identifier and linked else ""
    return Record(words=words, stream=stream, href=href)


def page_of(stream: str) -> str:
    """The page of the record itself; empty where no page shows it."""
    return address_of(stream) or ""


def _told(
    row: Entry,
    data: dict[str, Any],
    before: dict[str, Any],
    was: str,
    called: dict[str, str],
) -> Told:
    state = state_after(row.type)
    streams = dict.fromkeys(
        stream
        for _, stream in named(data)
        if stream != row.stream and not stream.startswith("person/")
    )
    booked = name_of(row.type) in BOOKED
    return Told(
        what=say(sentence(row.type)),
        who=who(row.actor, called),
        actor=row.actor,
        on_behalf_of=who(row.on_behalf_of, called) if row.on_behalf_of else "",
        why=why(data),
        facts=tuple(facts(data, before)),
        sealed=tuple(sealed(data)),
        was=say(was) if state and was and was != state else "",
        state=say(state) if state else "",
        at=row.at,
        service=say(SOURCES.get(row.source, row.source)),
        source=row.source,
        position=row.position,
        programme="" if row.programme == INSTALLATION_WIDE else row.programme,
        record=record_of(row.stream, linked=row.source != SOURCE),
        names=tuple(record_of(stream) for stream in streams),
        href=url_for("entries.show_entry", source=row.source, position=row.position),
        booked=f"/grants/ledger/entries/{row.event_id}" if booked else "",
        row=row,
    )


def _states_before(connection: Connection, rows: Sequence[Entry]) -> dict[tuple[str, int], str]:
    """In which state the record was before the entry; msgids."""
    moving = [row for row in rows if state_after(row.type)]
    kinds = {".".join(name_of(row.type).split(".")[:2]) for row in moving}
    names = [name for name in STATES if name.rpartition(".")[0] in kinds]
    history = views.earlier(connection, {row.stream for row in moving}, names)
    found: dict[tuple[str, int], str] = {}
    last: dict[str, str] = {}
    for one in history:
        found[one.source, one.position] = last.get(one.stream, "")
        last[one.stream] = state_after(one.type)
    return found


def _values_before(
    connection: Connection, rows: Sequence[Entry]
) -> dict[tuple[str, int], dict[str, Any]]:
    """The data that an entry replaces, of the latest entry before it that had them."""
    changing = [row for row in rows if name_of(row.type) in REPLACES]
    names = {name for row in changing for name in REPLACES[name_of(row.type)]}
    history = views.earlier(connection, {row.stream for row in changing}, names)
    found: dict[tuple[str, int], tuple[str, int]] = {}
    last: dict[str, tuple[str, int]] = {}
    for one in history:
        if one.stream in last:
            found[one.source, one.position] = last[one.stream]
        last[one.stream] = (one.source, one.position)
    wanted = {(row.source, row.position) for row in changing} & found.keys()
    raw = views.contents(connection, {found[key] for key in wanted})
    return {key: read(raw[found[key]]) for key in wanted if found[key] in raw}
