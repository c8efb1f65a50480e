"""Where each role finds its work: the links of the header, over all services.

    navigation(reader, "/grants/batches") -> [..., Link("Payments", "/grants/payments", True), ...]

Plain data, the one thing that services share about each other's pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.access.reader import Reader, may
from shared.access.roles import SIGNED_IN, Role
from shared.language.marking import N_
from shared.web.language import say
from shared.web.layout import Link


@dataclass(frozen=True)
class Place:
    """An entry. ``related``: addresses of other pages that belong to it, with all under them."""

    words: str
    address: str
    permission: str
    related: tuple[str, ...] = ()

    def nearness(self, path: str) -> int:
        """How much of the page's path this place accounts for; 0: nothing of it."""
        return max(
            len(address) for address in ("", self.address, *self.related) if _in(path, address)
        )


def _in(path: str, address: str) -> bool:
    return path == address or path.startswith(address.rstrip("/") + "/")


PLACES: Final[tuple[Place, ...]] = (
    Place(N_("My work"), "/accounts/", SIGNED_IN),
    Place(N_("Today"), "/trainings/today", "trainings.attendance.write"),
    Place(
        N_("People"),
        "/trainings/people",
        "trainings.people.read",
        (
            "/trainings/outcomes",
            "/trainings/referrals",
            "/trainings/erasures",
            "/trainings/retention",
        ),
    ),
    Place(N_("Cohorts"), "/trainings/cohorts", "trainings.cohorts.read", ("/trainings/courses",)),
    Place(
        N_("Certificates"),
        "/trainings/certificates",
        "trainings.certificates.read",
        ("/trainings/recognitions",),
    ),
    Place(N_("Outreach"), "/trainings/outreach", "trainings.outreach.read"),
    Place(N_("Sheets"), "/trainings/exports", "trainings.lists.export", ("/trainings/imports",)),
    Place(N_("Training in figures"), "/trainings/figures", "trainings.figures.read"),
    Place(N_("Imports"), "/trainings/imports", "trainings.imports.read"),
    Place(N_("Programmes"), "/grants/programmes", "grants.programmes.write"),
    Place(
        N_("Calls"),
        "/grants/calls",
        "grants.calls.read",
        ("/grants/programmes", "/grants/budget-lines"),
    ),
    Place(
        N_("Applications"), "/grants/applications", "grants.applications.read", ("/grants/awards",)
    ),
    Place(N_("Committee"), "/grants/meetings", "grants.meetings.read", ("/grants/reviews",)),
    Place(
        N_("Payments"),
        "/grants/payments",
        "grants.payments.read",
        ("/grants/awards", "/grants/batches", "/grants/statements"),
    ),
    Place(N_("Ledger"), "/grants/ledger", "grants.ledger.read"),
    Place(N_("Visits"), "/grants/visits", "grants.visits.read"),
    Place(N_("Reports"), "/grants/reports", "grants.reports.read"),
    Place(N_("Staff"), "/accounts/staff", "accounts.staff.read"),
    Place(N_("Programs"), "/accounts/programs", "accounts.programs.read"),
    Place(N_("Audit"), "/audit/", "audit.log.read"),
    Place(N_("Alarms"), "/audit/alarms", "audit.alarms.read", ("/audit/witness",)),
    Place(N_("Messages"), "/notifications/", "notifications.inbox.read"),
)
"""In the order in which they are shown."""

APPLICANT_PLACES: Final[tuple[Place, ...]] = (
    Place(N_("My page"), "/accounts/", SIGNED_IN, ("/audit/mine",)),
    Place(N_("My application"), "/grants/mine", "grants.applications.read_own"),
    Place(N_("My training"), "/trainings/mine", "trainings.certificates.read_own"),
    Place(N_("Messages"), "/notifications/", "notifications.inbox.read"),
)
"""The few that whoever is nothing but an applicant sees."""


def navigation(reader: Reader | None, path: str) -> Sequence[Link]:
    """The links that this reader may follow; the nearest to the page is marked, of two the later.

    So awards belong to payments for whoever sees those, and to applications for the rest.
    """
    if reader is None:
        return ()
    shown = APPLICANT_PLACES if reader.roles_in(None) == {Role.applicant} else PLACES
    places = [place for place in shown if may(reader, place.permission)]
    near = max(places, key=lambda place: (place.nearness(path), places.index(place)))
    return tuple(
        Link(say(place.words, {}), place.address, place is near and place.nearness(path) > 0)
        for place in places
    )
