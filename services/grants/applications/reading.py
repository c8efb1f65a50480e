"""An application as the API and the pages show it to one reader.

seen(row)              the row without what this reader may not see; Forbidden when it is nothing
eligibility_of(row)    (checks, whether they are on record)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from services.grants.applications import checking, listing
from services.grants.applications.eligibility import Check
from services.grants.applications.handling import Content, account_of
from services.grants.applications.sight import Sight, sight_of
from services.grants.applications.views import hundredths
from services.grants.awards.schemas import money_out
from services.grants.calls import views as calls
from services.grants.payments.account_number import masked, read
from shared.access.accesses import record_read
from shared.errors import Missing, Refused
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.money import Money
from shared.web.access import signed_in
from shared.web.app import correlation_id
from shared.web.commands import service


def programme_of_call(call_id: str) -> str:
    """The programme of a call. Raises Missing."""
    return str(call_row(call_id)["programme"])


def call_row(call_id: str) -> RowMapping:
    """The call's row. Raises Missing."""
    row = None
    if is_identifier(call_id):
        with service().database.reading() as connection:
            row = calls.call(connection, call_id)
    if row is None:
        raise missing_call()
    return row


def missing_call() -> Missing:
    """No such call, or none that the reader may know of."""
    return Missing("call-missing", N_("There is no such call."))


def content_of(arguments: Mapping[str, Any], *, account: str | None) -> Content:
    """What was sent; ``account`` stays when nothing was said about it. Invalid for a wrong account.

    A new account is kept in its digits alone.
    """
    if (typed := arguments.get("account", account)) and typed != account:
        typed = read(typed).digits
    return Content(
        kind=arguments["kind"],
        business=arguments["business"],
        requested=arguments["requested"],
        own_contribution=arguments["own_contribution"],
        account=typed,
    )


def seen(row: Mapping[str, Any]) -> tuple[dict[str, Any], Sight]:
    """The row as this reader may see it, the account masked, and what that leaves out.

    Raises Forbidden or Missing when it is nothing. The reading is on record when this returns.
    """
    reader, application_id = signed_in(), row["application_id"]
    with service().database.reading() as connection:
        declared = listing.declared_by(connection, application_id, reader.account_id)
        visits = listing.visits(connection, application_id, reader.account_id)
        sight = sight_of(reader, row, declared=declared, visits=visits)
        account = account_of(connection, application_id) if sight.account else None
    found = {**row, "declared": declared, "account": masked(account) if account else None}
    if not sight.content:
        found |= {"business": None, "municipality": None}
    if not sight.checks:
        found |= {"checks": None, "note": None, "reason": None, "proposed_by": None}
    if not sight.scores:
        found |= {"score_hundredths": None, "rank": None}
    record_read(
        service(),
        reader,
        what="application",
        subject=f"application/{application_id}",
        programme=row["programme"],
        correlation=correlation_id(),
    )
    return found, sight


def seen_as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row for ``ApplicationSchema``."""
    found, _ = seen(row)
    score = found["score_hundredths"]
    return _with_money(found) | {"score": None if score is None else hundredths(score)}


def as_json_list(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows for ``ListedApplicationSchema``."""
    return [_with_money(row) | {"waits": row["urgency"] == 0} for row in rows]


def programmes_read(programmes: Iterable[str], *, subject: str) -> None:
    """Names of these programmes are about to be shown: on record, once for each."""
    for programme in sorted(set(programmes)):
        record_read(
            service(),
            signed_in(),
            what="names_of_applicants",
            subject=subject,
            programme=programme,
            correlation=correlation_id(),
        )


def amount(row: Mapping[str, Any], name: str) -> Money | None:
    """An amount of a row, such as ``requested``; None before anything was written."""
    minor = row[f"{name}_minor"]
    return None if minor is None or row["currency"] is None else Money(minor, row["currency"])


def recorded_checks(row: Mapping[str, Any]) -> tuple[Check, ...]:
    """What was found and is on record; empty when nothing is."""
    text = row["checks"]
    return () if text is None else msgspec.json.decode(text, type=tuple[Check, ...])


def eligibility_of(row: Mapping[str, Any]) -> tuple[tuple[Check, ...], bool]:
    """The rules' results and whether they are on record.

    Refused before the application is handed in, and for one that nobody can check any more.
    """
    on_record = recorded_checks(row)
    if on_record and row["state"] not in ("submitted", "changes_requested"):
        return on_record, True
    if row["submitted_at"] is None or row["state"] in ("withdrawn", "lapsed"):
        raise Refused(
            "application-state",
            N_("The application is {state}; this is not possible now."),
            state=row["state"],
        )
    with service().database.reading() as connection:
        call = calls.call(connection, row["call_id"])
        if call is None:
            raise Missing("call-missing", N_("There is no such call."))
        return checking.examined(connection, row, calls.terms(call)), False


def _with_money(row: Mapping[str, Any]) -> dict[str, Any]:
    amounts = {name: amount(row, name) for name in ("requested", "own_contribution")}
    return {**row, **{name: one and money_out(one) for name, one in amounts.items()}}
