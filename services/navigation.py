"""Where each role finds its work: the links of the header, over all services.

    navigation(reader, "/grants/calls") -> [Link("Calls", "/grants/calls", current=True), ...]

Plain data, the one thing that services share about each other's pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared.access.reader import Reader, may
from shared.language.marking import N_
from shared.web.language import say
from shared.web.layout import Link

PLACES: Final[tuple[tuple[str, str, str], ...]] = (
    (N_("My work"), "/accounts/", "signed-in"),
    (N_("People"), "/trainings/people", "trainings.people.read"),
    (N_("Cohorts"), "/trainings/cohorts", "trainings.cohorts.read"),
    (N_("Certificates"), "/trainings/certificates", "trainings.certificates.read"),
    (N_("Calls"), "/grants/calls", "grants.calls.read"),
    (N_("Applications"), "/grants/applications", "grants.applications.read"),
    (N_("Committee"), "/grants/meetings", "grants.meetings.read"),
    (N_("Payments"), "/grants/payments", "grants.payments.read"),
    (N_("Ledger"), "/grants/ledger", "grants.ledger.read"),
    (N_("Visits"), "/grants/visits", "grants.visits.read"),
    (N_("Reports"), "/grants/reports", "grants.reports.read"),
    (N_("Staff"), "/accounts/staff", "accounts.staff.read"),
    (N_("Audit"), "/audit/", "audit.log.read"),
    (N_("Messages"), "/notifications/", "notifications.inbox.read"),
)
"""(words, address, permission)."""


def navigation(reader: Reader | None, path: str) -> Sequence[Link]:
    """The links that this reader may follow, the place where they are marked."""
    if reader is None:
        return ()
    return tuple(
        Link(say(words, {}), address, path == address or path.startswith(address.rstrip("/") + "/"))
        for words, address, permission in PLACES
        if may(reader, permission)
    )
