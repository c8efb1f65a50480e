"""The state that a record is in after an event: so that a history says from where to where.

>>> state_after("org.zanat.grants.application.submitted.v1")
'To check'
>>> state_after("org.zanat.grants.application.revised.v1")
''

Only events that move a record between states of its life cycle are named. Source: domain, "Calls,
applications, awards: separate life cycles".
"""

from __future__ import annotations

from typing import Final

from services.event_words import name_of
from shared.language.marking import N_

STATES: Final = {
    "accounts.account.activated": N_("Active"),
    "accounts.account.closed": N_("Closed"),
    "accounts.account.invited": N_("Invited"),
    "accounts.account.reinstated": N_("Active"),
    "accounts.account.suspended": N_("Suspended"),
    "grants.application.approved": N_("Approved"),
    "grants.application.changes_requested": N_("To complete"),
    "grants.application.drafted": N_("Draft"),
    "grants.application.found_eligible": N_("With the committee"),
    "grants.application.found_ineligible": N_("Not eligible"),
    "grants.application.lapsed": N_("Lapsed"),
    "grants.application.paper_received": N_("On paper, to type in"),
    "grants.application.ranked": N_("Ranked"),
    "grants.application.reinstated": N_("With the committee"),
    "grants.application.rejected": N_("Rejected"),
    "grants.application.submitted": N_("To check"),
    "grants.application.waitlisted": N_("On the waiting list"),
    "grants.application.withdrawn": N_("Withdrawn"),
    "grants.award.activated": N_("Active"),
    "grants.award.agreement_signed": N_("Signed"),
    "grants.award.cancelled": N_("Cancelled"),
    "grants.award.closed": N_("Closed"),
    "grants.award.completed": N_("Completed"),
    "grants.award.declined": N_("Declined"),
    "grants.award.lapsed": N_("Lapsed"),
    "grants.award.offered": N_("Offered"),
    "grants.award.resumed": N_("Active"),
    "grants.award.suspended": N_("Suspended"),
    "grants.award.terminated": N_("Terminated"),
    "grants.batch.authorised": N_("Authorised"),
    "grants.batch.dissolved": N_("Given up"),
    "grants.batch.exported": N_("With the bank"),
    "grants.batch.prepared": N_("Prepared"),
    "grants.batch.rebuilt": N_("Prepared"),
    "grants.batch.released": N_("Released"),
    "grants.call.archived": N_("Put away"),
    "grants.call.cancelled": N_("Cancelled"),
    "grants.call.closed": N_("Closed"),
    "grants.call.decided": N_("Decided"),
    "grants.call.drafted": N_("Draft"),
    "grants.call.opened": N_("Open"),
    "grants.call.published": N_("Published"),
    "grants.meeting.cancelled": N_("Cancelled"),
    "grants.meeting.convened": N_("Scoring"),
    "grants.meeting.decision_recorded": N_("Decided"),
    "grants.meeting.ranking_recorded": N_("Ranked"),
    "grants.meeting.reopened": N_("Scoring"),
    "grants.meeting.scoring_closed": N_("Scoring closed"),
    "grants.payment.authorised": N_("Authorised"),
    "grants.payment.cancelled": N_("Cancelled"),
    "grants.payment.exported": N_("With the bank"),
    "grants.payment.failed": N_("Failed"),
    "grants.payment.held": N_("Held"),
    "grants.payment.hold_lifted": N_("Scheduled"),
    "grants.payment.paid": N_("Paid"),
    "grants.payment.reconciled": N_("Reconciled"),
    "grants.payment.reissued": N_("Scheduled"),
    "grants.payment.released": N_("Released"),
    "grants.payment.requested": N_("Requested"),
    "grants.payment.returned": N_("Came back"),
    "grants.payment.reversed": N_("Reversed"),
    "grants.payment.scheduled": N_("Scheduled"),
    "grants.statement_line.dismissed": N_("Dismissed"),
    "grants.statement_line.left_open": N_("To be matched"),
    "grants.statement_line.matched": N_("Matched"),
    "grants.statement_line.received": N_("Taken in"),
    "grants.visit.accepted": N_("Accepted"),
    "grants.visit.conducted": N_("Made"),
    "grants.visit.missed": N_("Missed"),
    "grants.visit.planned": N_("Planned"),
    "trainings.certificate.issued": N_("Valid"),
    "trainings.certificate.revoked": N_("Revoked"),
    "trainings.cohort.closed": N_("Closed"),
    "trainings.cohort.planned": N_("Open"),
    "trainings.cohort.reopened": N_("Open"),
    "trainings.registration.confirmed": N_("Confirmed"),
    "trainings.registration.registered": N_("To be confirmed"),
}
"""Type without prefix and version → msgid."""


def state_after(type_name: str) -> str:
    """The state as a msgid; empty when an event of this type leaves it as it was."""
    return STATES.get(name_of(type_name), "")
