"""The facts of an entry, in words, read from its exact bytes: amounts, days, codes, reasons.

    entry = read(raw)
    facts(entry.data)    ->  [Fact("Amount", "RSD 126,612.00"), Fact("Tranche", "1")]
    why(entry.data)      ->  "Receipts are late"

What is sealed stays sealed: audit opens nothing, and says that it is there. Identifiers are not
facts but links, see ``relations``; what is personal without a seal (sex, place) is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

import msgspec

from services.audit.entries.codes import CODES, code_words
from shared.language.formats import formats_for
from shared.language.marking import N_
from shared.money import Money
from shared.web.language import language, say

How: TypeAlias = Literal["money", "day", "moment", "number", "hundredths", "text", "code", "flag"]

FIELDS: Final[dict[str, tuple[str, How]]] = {
    "role": (N_("Role"), "code"),
    "programme": (N_("Programme"), "text"),
    "region": (N_("Region"), "text"),
    "failures": (N_("Failures"), "number"),
    "reset": (N_("After a lost password"), "flag"),
    "placed_at": (N_("Since"), "moment"),
    "proved_at": (N_("Second factor proved"), "moment"),
    "synced": (N_("Copied by the maker of the device"), "flag"),
    "media_type": (N_("Kind of file"), "text"),
    "size": (N_("Size in bytes"), "number"),
    "locked_until": (N_("Locked until"), "moment"),
    "expires_at": (N_("Expires"), "moment"),
    "application_no": (N_("Application"), "text"),
    "number": (N_("Number"), "text"),
    "reference": (N_("Reference"), "text"),
    "spent_reference": (N_("Payment that came back"), "text"),
    "code": (N_("Code"), "text"),
    "name": (N_("Name of it"), "text"),
    "title": (N_("Title"), "text"),
    "kind": (N_("Kind"), "code"),
    "mode": (N_("How it is paid"), "code"),
    "outcome": (N_("Outcome"), "code"),
    "amount": (N_("Amount"), "money"),
    "total": (N_("Sum"), "money"),
    "requested": (N_("Asked for"), "money"),
    "own_contribution": (N_("Own contribution"), "money"),
    "budget": (N_("Budget"), "money"),
    "ceiling": (N_("Most that one award may be"), "money"),
    "committed": (N_("Committed before"), "money"),
    "obligated": (N_("Obligated before"), "money"),
    "paid": (N_("Paid"), "money"),
    "unpaid": (N_("Not paid"), "money"),
    "tranche_amounts": (N_("Tranches"), "money"),
    "tranche_percents": (N_("Tranches in per cent"), "number"),
    "to": (N_("Goes to"), "code"),
    "tranche": (N_("Tranche"), "number"),
    "count": (N_("Payments"), "number"),
    "requirement": (N_("Requirement"), "code"),
    "end_to_end_id": (N_("End-to-end number"), "text"),
    "bank_reference": (N_("Reference of the bank"), "text"),
    "invoice_no": (N_("Invoice"), "text"),
    "agreement_no": (N_("Agreement"), "text"),
    "receipts": (N_("Receipts"), "text"),
    "account_version": (N_("Version of the account"), "number"),
    "reissue": (N_("Issued again"), "number"),
    "matched_by": (N_("Matched"), "code"),
    "method": (N_("Proved by"), "code"),
    "one_controller": (N_("One controller did both, under the threshold"), "flag"),
    "format": (N_("Format"), "code"),
    "file_sha256": (N_("SHA-256 of the file"), "text"),
    "version": (N_("Version"), "number"),
    "version_no": (N_("Version"), "number"),
    "duplicate": (N_("Duplicate"), "number"),
    "score_hundredths": (N_("Score"), "hundredths"),
    "rank": (N_("Rank"), "number"),
    "approved": (N_("Approved"), "number"),
    "waitlisted": (N_("On the waiting list"), "number"),
    "rejected": (N_("Rejected"), "number"),
    "promoted": (N_("From the waiting list"), "flag"),
    "votes_in_room": (N_("Voted in the room"), "flag"),
    "vote": (N_("Vote"), "code"),
    "quorum": (N_("Quorum"), "number"),
    "threshold_hundredths": (N_("Threshold"), "hundredths"),
    "overridden": (N_("Let through although"), "code"),
    "currency": (N_("Currency"), "text"),
    "currencies": (N_("Currencies"), "text"),
    "channel": (N_("Channel"), "code"),
    "means": (N_("By means of"), "code"),
    "attempt": (N_("Attempt"), "number"),
    "month": (N_("Months after the handover"), "number"),
    "unannounced": (N_("Unannounced"), "flag"),
    "jobs": (N_("People who work there"), "number"),
    "equipment_present": (N_("Equipment is there"), "flag"),
    "course_title": (N_("Course"), "text"),
    "course_version": (N_("Version of the course"), "number"),
    "certificate_kind": (N_("Certificate that is asked for"), "code"),
    "hours": (N_("Hours"), "number"),
    "attendance_percent_min": (N_("Attendance that is needed, in per cent"), "number"),
    "post_test_min": (N_("Test after that is needed, in per cent"), "number"),
    "capacity": (N_("Places"), "number"),
    "occupation": (N_("Occupation"), "text"),
    "starts": (N_("Begins at"), "text"),
    "module": (N_("Module"), "number"),
    "waited": (N_("From the waiting list"), "flag"),
    "carried_minutes": (N_("Minutes carried over"), "number"),
    "carried_pre_test": (N_("Test before, carried over"), "number"),
    "aim": (N_("What the person is to reach there"), "code"),
    "state": (N_("How it stands"), "code"),
    "women": (N_("Women"), "number"),
    "men": (N_("Men"), "number"),
    "not_known": (N_("Sex not known"), "number"),
    "agreed": (N_("What was agreed"), "text"),
    "follows": (N_("What follows"), "text"),
    "result": (N_("What came of it"), "text"),
    "history": (N_("Of the programme's past"), "flag"),
    "header_rows": (N_("Rows of headers"), "number"),
    "own_only": (N_("Of one's own cohorts alone"), "flag"),
    "numbers": (N_("With national numbers"), "flag"),
    "new": (N_("New rows"), "number"),
    "known": (N_("Rows that were there already"), "number"),
    "errors": (N_("Errors"), "number"),
    "warnings": (N_("Warnings"), "number"),
    "entered": (N_("Rows entered"), "number"),
    "erased": (N_("Rows of people whose data are erased"), "number"),
    "left": (N_("Left out"), "number"),
    "cohorts": (N_("Cohorts"), "number"),
    "issued": (N_("Certificates"), "number"),
    "session": (N_("Session"), "number"),
    "minutes": (N_("Minutes"), "number"),
    "attended_minutes": (N_("Minutes attended"), "number"),
    "pre_test": (N_("Test before"), "number"),
    "post_test": (N_("Test after"), "number"),
    "test": (N_("Which test"), "code"),
    "value": (N_("What was entered"), "number"),
    "maximum": (N_("Points at most"), "number"),
    "taken": (N_("It was taken"), "flag"),
    "noted_at": (N_("Noted at, by the clock of the device"), "moment"),
    "same": (N_("The same person"), "flag"),
    "purpose": (N_("Purpose"), "code"),
    "form": (N_("How it was said"), "code"),
    "consent_form": (N_("How the consent was given"), "code"),
    "complete": (N_("Papers are complete"), "flag"),
    "ask_again_on": (N_("Ask again on"), "day"),
    "formed_on": (N_("Written down on"), "day"),
    "joined_on": (N_("Joined on"), "day"),
    "left_on": (N_("Left on"), "day"),
    "what": (N_("What"), "code"),
    "classes": (N_("What is erased"), "code"),
    "service": (N_("Service"), "code"),
    "files": (N_("Files removed"), "number"),
    "claims": (N_("Keyed hashes removed"), "number"),
    "answers": (N_("Stored answers closed"), "number"),
    "registrations": (N_("Registrations"), "number"),
    "months": (N_("Months"), "number"),
    "by_the_person": (N_("The person asked themself"), "flag"),
    "log_size": (N_("Entries of the log"), "number"),
    "log_root": (N_("Root of the log"), "text"),
    "permission": (N_("Permission that was missing"), "text"),
    "scopes": (N_("What it is for"), "text"),
    "provider": (N_("Organisation"), "text"),
    "issuer": (N_("Its address"), "text"),
    "old_key": (N_("Key until then"), "text"),
    "new_key": (N_("Key from then on"), "text"),
    "at_once": (N_("The old key was forgotten at once"), "flag"),
    "route": (N_("Page that was asked for"), "text"),
    "imported": (N_("Brought in with the programme's past"), "flag"),
    **{
        name: (words, "day")
        for name, words in (
            ("on", N_("On")),
            ("accepted_on", N_("Accepted on")),
            ("announced_on", N_("Announced on")),
            ("booked_on", N_("Day of the bank's statement")),
            ("cancelled_on", N_("Cancelled on")),
            ("closed_on", N_("Closed on")),
            ("completed_on", N_("Completed on")),
            ("consent_on", N_("Consent of")),
            ("decided_on", N_("Decided on")),
            ("declined_on", N_("Declined on")),
            ("due_on", N_("Due on")),
            ("follow_up_on", N_("Followed up on")),
            ("erase_on", N_("Erased on")),
            ("handed_over_on", N_("Handed over on")),
            ("held_on", N_("Held on")),
            ("issued_on", N_("Issued on")),
            ("lapsed_on", N_("Lapsed on")),
            ("lapses_on", N_("Lapses on")),
            ("missed_on", N_("Missed on")),
            ("occurred_on", N_("Occurred on")),
            ("offered_on", N_("Offered on")),
            ("opened_on", N_("Opened on")),
            ("opens_on", N_("Opens on")),
            ("remind_on", N_("Day on which to ask how it stands")),
            ("revoked_on", N_("Revoked on")),
            ("sent_on", N_("Sent on")),
            ("signed_on", N_("Signed on")),
            ("superseded_on", N_("Replaced on")),
            ("terminated_on", N_("Terminated on")),
            ("until", N_("Until")),
            ("withdrawn_on", N_("Withdrawn on")),
            ("recognised_on", N_("Recognised on")),
        )
    },
    **{
        name: (words, "moment")
        for name, words in (
            ("changed_at", N_("Changed at")),
            ("closed_at", N_("Closed at")),
            ("deadline", N_("Deadline")),
            ("held_until", N_("Held until")),
            ("received_at", N_("Received at")),
            ("submitted_at", N_("Handed in at")),
        )
    },
}
"""Field of an event → what it is called and how it is shown, in the order in which it is shown."""

WHY: Final = ("reason", "ground", "because", "note", "comment", "excused")
"""Fields that say why; the first that is there is shown."""

_COUNTED_FROM_ONE: Final = ("reissue", "duplicate", "attempt")
"""Fields in which nought says that there was none."""

INSIDE: Final = ("terms", "findings", "version", "report", "content")
"""Fields whose value holds fields that are shown as those of the event itself."""

SEALED: Final = {
    "account": N_("Account number"),
    "account_number": N_("Account number"),
    "address": N_("Phone or e-mail"),
    "birth_date": N_("Day of birth"),
    "business": N_("Business plan"),
    "code": N_("Code"),
    "comment": N_("Comment"),
    "declared_roma": N_("What the person says of their origin"),
    "display_name": N_("Name"),
    "email": N_("E-mail"),
    "evidence": N_("Evidence"),
    "excused": N_("Reason"),
    "excused_as": N_("Kind of reason"),
    "facts": N_("What the message says"),
    "email_before": N_("E-mail before"),
    "phone_before": N_("Phone before"),
    "told": N_("What it says of a person"),
    "link": N_("A link that works once"),
    "full_name": N_("Name"),
    "jmbg": N_("National number"),
    "line": N_("Support line for visitors"),
    "missing": N_("Which papers are missing"),
    "note": N_("Note"),
    "number": N_("Number"),
    "phone": N_("Phone"),
    "reason": N_("Reason"),
    "why": N_("Why they are missing"),
    "witness": N_("Who vouches for the person"),
    "words": N_("Reason in words"),
}
"""Personal fields → what they are called. Their values are sealed and not opened here."""

LEFT_OUT: Final = frozenset(
    {
        *("sex", "country", "municipality", "place", "institution", "trainer", "issuer"),
        *("session_dates", "regions", "municipalities", "modules", "zone", "timezone", "language"),
        *("renderer", "template"),
        *("checks", "items", "lines", "votes", "points", "criteria", "criterion", "tie_break"),
        *("rule", "rule_version", "passed", "equipment", "serial_no", "present", "photos"),
        *("income_band", "registered", "trading_since", "occurred_at", "recorded_at"),
        *("cooldown_days", "grace_minutes", "residence_required", "points_max"),
        *("document", "sha256", "recipient_kind", "subject", "about", "removed", "trainers"),
        *("by", "visitor", "corrects", "officer", "entry_id", "instead_of"),
        *("kept", "kinds", "owners", "rows", "services", "table"),
        *("description", "module_hours", "venue", "level", "partners"),
        *("part", "columns", "headers_mark", "field", "mark", "day_order", "phase", "done"),
        *("seen", "position", "day"),
    }
)
"""Said elsewhere (records that are named are links), long lists, or personal without a seal."""


class _Content(msgspec.Struct, frozen=True):
    """An envelope as it is read here; all else in it is in the entry's row."""

    data: dict[str, Any]


@dataclass(frozen=True)
class Fact:
    """Words and a value, both as the reader's language writes them. ``was``: the value before.

    Of what is so or is not, the words say that it is, and the value is empty.
    """

    words: str
    value: str
    was: str = ""


_DECODER: Final = msgspec.json.Decoder(_Content)


def read(raw: bytes | str) -> dict[str, Any]:
    """The data of an entry; sealed fields stay as they are. Nothing of bytes that are no entry."""
    try:
        return _DECODER.decode(raw).data
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def facts(data: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> list[Fact]:
    """What an entry says, in words. ``before``: data of the entry whose values it replaces."""
    flat, was = _flat(data), _flat(before or {})
    found = []
    for field, (words, how) in FIELDS.items():
        if how == "flag":
            if flat.get(field) is True:
                found.append(Fact(say(words), ""))
        elif field in flat and (value := _shown(field, how, flat[field])):
            old = _shown(field, how, was[field]) if field in was else ""
            found.append(Fact(say(words), value, old if old != value else ""))
    return found


def sealed(data: Mapping[str, Any]) -> list[str]:
    """What of a person is in the entry, under seal: its fields' names, each once."""
    names = [say(SEALED.get(field, field)) for field, value in data.items() if is_sealed(value)]
    return list(dict.fromkeys(names))


def why(data: Mapping[str, Any]) -> str:
    """The reason that was given: a text, what a code means, or that it is sealed; empty for none.

    An application whose ineligibility was overridden says which rule it was, not why.
    """
    for field in WHY:
        value = data.get(field)
        if is_sealed(value):
            return say(N_("A sealed reason"))
        if isinstance(value, str) and value:
            return say(code_words(field, value)) if value in CODES.get(field, {}) else value
    return ""


def is_sealed(value: Any) -> bool:
    """Whether this is a personal value as it is in bytes."""
    return isinstance(value, dict) and value.keys() == {"key", "box"}


def _flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with the fields of what it holds beside its own."""
    found = dict(data)
    for name in INSIDE:
        inner = found.get(name)
        if isinstance(inner, dict) and not is_sealed(inner):
            found = {**_flat(inner), **{one: found[one] for one in found if one != name}}
    return found


def _shown(field: str, how: How, value: Any) -> str:
    """A value as people write it; empty where there is nothing to show."""
    if isinstance(value, list):
        return ", ".join(text for one in value if (text := _shown(field, how, one)))
    if value is None or is_sealed(value) or (value == 0 and field in _COUNTED_FROM_ONE):
        return ""
    write = formats_for(language())
    try:
        match how:
            case "money":
                return write["money"](Money(value["minor"], value["currency"]))
            case "day":
                return write["day"](date.fromisoformat(value))
            case "moment":
                return write["moment"](datetime.fromisoformat(value))
            case "number":
                return write["number"](value)
            case "hundredths":
                return write["number"](Decimal(value).scaleb(-2), decimals=2)
            case "code":
                return say(code_words(field, value)) if value in CODES[field] else str(value)
        return str(value)
    except (KeyError, TypeError, ValueError):
        # A newer version of the event writes the field otherwise: better shown raw than not.
        return "" if isinstance(value, dict) else str(value)
