"""The table of permissions as it is read by people: one line each, the roles that have it.

Kept apart from ``roles.py`` so that an auditor can read it without code around it. Nobody imports
it but ``roles.py``, which checks every name of a role.

>>> TABLE["grants.payments.release"]
'finance_controller'
"""

from __future__ import annotations

from typing import Final

_OFFICER: Final = "programme_officer"
_TRAINER: Final = "trainer"
_TRAINING: Final = f"{_TRAINER} {_OFFICER}"
_COMMITTEE: Final = "committee_member committee_chair"
_CHAIR: Final = "committee_chair"
_PREPARES: Final = "finance_officer"
_CONTROLS: Final = "finance_controller"
_FINANCE: Final = f"{_PREPARES} {_CONTROLS}"
_FIELD: Final = "field_officer"
_AUDITOR: Final = "auditor"
_ADMINISTRATOR: Final = "administrator"
_APPLICANT: Final = "applicant"
_DONOR: Final = "donor"
_STAFF: Final = f"{_TRAINING} {_COMMITTEE} {_FINANCE} {_FIELD} {_AUDITOR}"

_TRAININGS: Final = {
    "trainings.people.read": f"{_TRAINING} {_AUDITOR}",
    "trainings.people.write": _OFFICER,
    "trainings.people.confirm": _OFFICER,
    "trainings.people.resolve": _OFFICER,
    "trainings.people.read_number": f"{_OFFICER} {_AUDITOR}",
    "trainings.vulnerability.exists": f"{_OFFICER} {_AUDITOR}",
    "trainings.vulnerability.read": _OFFICER,
    "trainings.vulnerability.write": _OFFICER,
    "trainings.courses.read": f"{_TRAINING} {_COMMITTEE} {_FIELD} {_AUDITOR}",
    "trainings.courses.write": _OFFICER,
    "trainings.cohorts.read": f"{_TRAINING} {_AUDITOR}",
    "trainings.cohorts.write": _TRAINING,
    "trainings.attendance.read": f"{_TRAINING} {_AUDITOR}",
    "trainings.attendance.write": _TRAINER,
    "trainings.certificates.read": f"{_TRAINING} {_COMMITTEE} {_FIELD} {_AUDITOR}",
    "trainings.certificates.issue": _TRAINER,
    "trainings.certificates.supersede": _TRAINING,
    "trainings.certificates.duplicate": _TRAINING,
    "trainings.certificates.revoke": _TRAINING,
    "trainings.certificates.read_own": _APPLICANT,
    "trainings.data.read_own": _APPLICANT,
    "trainings.data.export": _OFFICER,
    "trainings.outcomes.read": f"{_TRAINING} {_AUDITOR}",
    "trainings.outcomes.write": _TRAINING,
    "trainings.recognitions.read": f"{_TRAINING} {_AUDITOR}",
    "trainings.recognitions.write": _OFFICER,
    "trainings.recognitions.withdraw": _OFFICER,
    "trainings.referrals.read": f"{_TRAINING} {_AUDITOR}",
    "trainings.referrals.write": _TRAINING,
    "trainings.outreach.read": f"{_TRAINING} {_CHAIR} {_AUDITOR}",
    "trainings.outreach.write": _TRAINING,
    "trainings.imports.read": f"{_TRAINING} {_AUDITOR}",
    "trainings.imports.write": _TRAINING,
    "trainings.history.import": _OFFICER,
    "trainings.erasures.read": f"{_OFFICER} {_AUDITOR}",
    "trainings.erasures.request": _OFFICER,
    "trainings.erasures.confirm": _OFFICER,
    "trainings.erasures.request_own": _APPLICANT,
    "trainings.retention.read": f"{_OFFICER} {_AUDITOR}",
    "trainings.retention.hold": _OFFICER,
    "trainings.figures.read": f"{_TRAINING} {_CHAIR} {_AUDITOR} {_DONOR}",
    "trainings.lists.export": f"{_TRAINING} {_AUDITOR}",
}

_GRANTS: Final = {
    "grants.programmes.read": f"{_STAFF} {_ADMINISTRATOR} {_DONOR}",
    "grants.programmes.write": _ADMINISTRATOR,
    "grants.partners.read": f"{_STAFF} {_ADMINISTRATOR}",
    "grants.partners.write": f"{_OFFICER} {_ADMINISTRATOR}",
    "grants.donors.read": f"{_STAFF} {_ADMINISTRATOR} {_DONOR}",
    "grants.donors.write": f"{_OFFICER} {_ADMINISTRATOR}",
    "grants.budget_lines.read": f"{_OFFICER} {_CHAIR} {_FINANCE} {_AUDITOR} {_DONOR}",
    "grants.budget_lines.write": _PREPARES,
    "grants.budget_lines.revise": _CONTROLS,
    "grants.calls.read": f"{_STAFF} {_APPLICANT}",
    "grants.calls.write": _OFFICER,
    "grants.calls.publish": _OFFICER,
    "grants.calls.open": _OFFICER,
    "grants.calls.close": _OFFICER,
    "grants.calls.cancel": _OFFICER,
    "grants.applications.read": f"{_OFFICER} {_COMMITTEE} {_FINANCE} {_FIELD} {_AUDITOR}",
    "grants.applications.write": _OFFICER,
    "grants.applications.submit": _OFFICER,
    "grants.applications.check": _OFFICER,
    "grants.applications.override": _OFFICER,
    "grants.applications.withdraw": _OFFICER,
    "grants.applications.read_own": _APPLICANT,
    "grants.reviews.read": f"{_COMMITTEE} {_OFFICER} {_AUDITOR}",
    "grants.reviews.assign": f"{_CHAIR} {_OFFICER}",
    "grants.reviews.declare": _COMMITTEE,
    "grants.reviews.score": _COMMITTEE,
    "grants.reviews.close": _CHAIR,
    "grants.meetings.read": f"{_COMMITTEE} {_OFFICER} {_CONTROLS} {_AUDITOR}",
    "grants.meetings.write": _CHAIR,
    "grants.meetings.convene": _CHAIR,
    "grants.meetings.vote": _COMMITTEE,
    "grants.meetings.decide": _CHAIR,
    "grants.meetings.reopen": _CHAIR,
    "grants.awards.read": f"{_OFFICER} {_FINANCE} {_AUDITOR}",
    "grants.awards.write": _OFFICER,
    "grants.awards.accept": _OFFICER,
    "grants.awards.suspend": _OFFICER,
    "grants.awards.terminate": f"{_OFFICER} {_CONTROLS}",
    "grants.bank_accounts.read": _FINANCE,
    "grants.bank_accounts.write": _OFFICER,
    "grants.bank_accounts.confirm": _FINANCE,
    "grants.payments.read": f"{_FINANCE} {_OFFICER} {_AUDITOR}",
    "grants.payments.write": _PREPARES,
    "grants.payments.prepare": _PREPARES,
    "grants.payments.authorise": _CONTROLS,
    "grants.payments.release": _CONTROLS,
    "grants.payments.hold": _FINANCE,
    "grants.payments.waive": f"{_OFFICER} {_CONTROLS}",
    "grants.data.read_own": _APPLICANT,
    "grants.data.export": _OFFICER,
    "grants.batches.read": f"{_FINANCE} {_AUDITOR}",
    "grants.batches.write": _PREPARES,
    "grants.batches.authorise": _CONTROLS,
    "grants.batches.release": _CONTROLS,
    "grants.batches.export": _PREPARES,
    "grants.statements.read": f"{_FINANCE} {_AUDITOR}",
    "grants.statements.import": _PREPARES,
    "grants.statements.match": _PREPARES,
    "grants.ledger.read": f"{_FINANCE} {_AUDITOR}",
    "grants.ledger.export": f"{_FINANCE} {_AUDITOR}",
    "grants.visits.read": f"{_OFFICER} {_COMMITTEE} {_FINANCE} {_FIELD} {_AUDITOR}",
    "grants.visits.plan": _OFFICER,
    "grants.visits.conduct": _FIELD,
    "grants.visits.accept": _OFFICER,
    "grants.visits.resolve": _OFFICER,
    "grants.reports.read": f"{_OFFICER} {_CHAIR} {_FINANCE} {_AUDITOR} {_DONOR}",
    "grants.reports.trace": f"{_CONTROLS} {_AUDITOR}",
    "grants.history.close": _ADMINISTRATOR,
}

_OTHERS: Final = {
    "notifications.inbox.read": f"{_STAFF} {_ADMINISTRATOR} {_DONOR} {_APPLICANT}",
    "notifications.inbox.write": f"{_STAFF} {_ADMINISTRATOR} {_DONOR} {_APPLICANT}",
    "notifications.messages.read": f"{_OFFICER} {_AUDITOR}",
    "notifications.messages.send": _OFFICER,
    "notifications.data.read_own": _APPLICANT,
    "notifications.data.export": _OFFICER,
    "notifications.deliveries.read": f"{_OFFICER} {_ADMINISTRATOR} {_AUDITOR}",
    "notifications.deliveries.retry": _ADMINISTRATOR,
    "accounts.staff.read": f"{_ADMINISTRATOR} {_AUDITOR}",
    "accounts.staff.write": _ADMINISTRATOR,
    "accounts.roles.read": f"{_ADMINISTRATOR} {_AUDITOR}",
    "accounts.roles.grant": _ADMINISTRATOR,
    "accounts.roles.revoke": _ADMINISTRATOR,
    "accounts.holds.lift": f"{_ADMINISTRATOR} {_AUDITOR}",
    "accounts.programs.read": f"{_ADMINISTRATOR} {_AUDITOR}",
    "accounts.programs.write": _ADMINISTRATOR,
    "accounts.sessions.read": f"{_ADMINISTRATOR} {_AUDITOR}",
    "accounts.sessions.end": _ADMINISTRATOR,
    "accounts.alarms.settle": _ADMINISTRATOR,
    "accounts.data.read_own": _APPLICANT,
    "accounts.data.export": _OFFICER,
    "audit.log.read": f"{_AUDITOR} {_ADMINISTRATOR} {_CONTROLS} {_OFFICER}",
    "audit.log.export": _AUDITOR,
    "audit.accesses.read_own": _APPLICANT,
    "audit.data.read_own": _APPLICANT,
    "audit.data.export": _OFFICER,
    "audit.evidence.export": _AUDITOR,
    "audit.alarms.read": f"{_AUDITOR} {_ADMINISTRATOR}",
    "audit.alarms.settle": _ADMINISTRATOR,
}

TABLE: Final[dict[str, str]] = {**_TRAININGS, **_GRANTS, **_OTHERS}
"""Permission → the roles that have it, separated by spaces."""

FRESH: Final[dict[str, str]] = {
    "accounts.data.export": "everything held about somebody leaves",
    "accounts.data.read_own": "everything held about somebody leaves",
    "audit.data.export": "everything held about somebody leaves",
    "audit.data.read_own": "everything held about somebody leaves",
    "grants.data.export": "everything held about somebody leaves",
    "grants.data.read_own": "everything held about somebody leaves",
    "notifications.data.export": "everything held about somebody leaves",
    "notifications.data.read_own": "everything held about somebody leaves",
    "trainings.data.export": "everything held about somebody leaves",
    "trainings.data.read_own": "everything held about somebody leaves",
    "trainings.lists.export": "names of many people leave",
    "trainings.erasures.confirm": "keys are destroyed for good",
    "grants.payments.release": "money leaves",
    "grants.batches.release": "money leaves",
    "grants.batches.export": "names and accounts of people leave",
    "grants.payments.waive": "money goes out without what should come first",
    "accounts.staff.write": "accounts are opened, changed, closed and let in again",
    "accounts.roles.grant": "somebody may do more",
    "accounts.roles.revoke": "somebody may do less",
    "accounts.holds.lift": "roles of somebody count who may be somebody else",
    "accounts.programs.write": "a program may do what its key says",
    "audit.log.export": "who did what leaves",
    "audit.evidence.export": "entries leave",
}
"""Permission → why what it is for needs a second factor that was just proved (step-up).

Every route that changes something by one of these, or gives a file, says ``fresh=True``: a test
compares them.
"""

_SECOND: Final = "a second person must stand for it"
_JUDGES: Final = "somebody's judgement, who answers for it"
_MONEY: Final = "money goes out, or may"
_ATTESTS: Final = "what somebody saw and says is so"
_SEALED: Final = "what is known to few, each of them by name"
_RIGHTS: Final = "who may do what"
_ERASES: Final = "data are gone for good, or stay longer than said"
_LEAVES: Final = "everything held about somebody leaves"

PEOPLE_ONLY: Final[dict[str, str]] = {
    "trainings.people.confirm": _SECOND,
    "trainings.people.resolve": _JUDGES,
    "trainings.people.read_number": _SEALED,
    "trainings.vulnerability.exists": _SEALED,
    "trainings.vulnerability.read": _SEALED,
    "trainings.vulnerability.write": _SEALED,
    "trainings.cohorts.write": _SECOND,
    "trainings.attendance.write": _ATTESTS,
    "trainings.certificates.issue": _ATTESTS,
    "trainings.certificates.supersede": _ATTESTS,
    "trainings.certificates.duplicate": _ATTESTS,
    "trainings.certificates.revoke": _SECOND,
    "trainings.recognitions.write": _ATTESTS,
    "trainings.recognitions.withdraw": _SECOND,
    "trainings.imports.write": _ATTESTS,
    "trainings.history.import": _ATTESTS,
    "trainings.data.export": _LEAVES,
    "trainings.lists.export": "names of many people leave",
    **{
        f"{service}.data.read_own": _LEAVES
        for service in ("accounts", "audit", "grants", "notifications", "trainings")
    },
    "trainings.erasures.request": _ERASES,
    "trainings.erasures.confirm": _SECOND,
    "trainings.retention.hold": _ERASES,
    "grants.programmes.write": _RIGHTS,
    "grants.budget_lines.write": _MONEY,
    "grants.budget_lines.revise": _MONEY,
    "grants.calls.publish": _JUDGES,
    "grants.calls.open": _JUDGES,
    "grants.calls.close": _JUDGES,
    "grants.calls.cancel": _JUDGES,
    "grants.applications.check": _JUDGES,
    "grants.applications.override": _SECOND,
    "grants.reviews.assign": _JUDGES,
    "grants.reviews.declare": _ATTESTS,
    "grants.reviews.score": _JUDGES,
    "grants.reviews.close": _JUDGES,
    "grants.meetings.write": _JUDGES,
    "grants.meetings.convene": _JUDGES,
    "grants.meetings.vote": _JUDGES,
    "grants.meetings.decide": _JUDGES,
    "grants.meetings.reopen": _JUDGES,
    "grants.awards.write": _MONEY,
    "grants.awards.accept": _ATTESTS,
    "grants.awards.suspend": _JUDGES,
    "grants.awards.terminate": _SECOND,
    "grants.bank_accounts.write": _MONEY,
    "grants.bank_accounts.confirm": _SECOND,
    "grants.payments.write": _MONEY,
    "grants.payments.prepare": _MONEY,
    "grants.payments.authorise": _SECOND,
    "grants.payments.release": _SECOND,
    "grants.payments.hold": _JUDGES,
    "grants.payments.waive": _SECOND,
    "grants.data.export": _LEAVES,
    "grants.batches.write": _MONEY,
    "grants.batches.authorise": _SECOND,
    "grants.batches.release": _SECOND,
    "grants.batches.export": _MONEY,
    "grants.statements.match": _JUDGES,
    "grants.visits.conduct": _ATTESTS,
    "grants.visits.accept": _SECOND,
    "grants.visits.resolve": _JUDGES,
    "grants.history.close": _JUDGES,
    "notifications.data.export": _LEAVES,
    "accounts.staff.write": _RIGHTS,
    "accounts.roles.grant": _RIGHTS,
    "accounts.roles.revoke": _RIGHTS,
    "accounts.holds.lift": _SECOND,
    "accounts.programs.write": _RIGHTS,
    "accounts.sessions.end": _RIGHTS,
    "accounts.alarms.settle": _JUDGES,
    "accounts.data.export": _LEAVES,
    "audit.data.export": _LEAVES,
    "audit.alarms.settle": _JUDGES,
}
"""Permission → why only a person has it, whatever the roles of a program are.

No key is made for one of these, and none that was made before counts for it: whoever makes keys
must not be able to decide, agree or pay by one.
"""
