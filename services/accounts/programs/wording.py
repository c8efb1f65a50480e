"""What permissions and states of keys are called, for people who never saw a permission's name.

>>> CAPABILITY_WORDS["grants.ledger"], VERB_WORDS["export"]
('Ledger', 'Export')
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from shared.access.roles import PERMISSIONS
from shared.language.marking import N_

CAPABILITY_WORDS: Final[dict[str, str]] = {
    "trainings.people": N_("People in training"),
    "trainings.vulnerability": N_("Vulnerability notes"),
    "trainings.courses": N_("Courses"),
    "trainings.cohorts": N_("Cohorts"),
    "trainings.attendance": N_("Attendance"),
    "trainings.certificates": N_("Certificates"),
    "trainings.recognitions": N_("Certificates from elsewhere"),
    "trainings.outcomes": N_("Education outcomes"),
    "trainings.referrals": N_("Referrals"),
    "trainings.outreach": N_("Outreach"),
    "trainings.reports": N_("Reports of trainings"),
    "trainings.figures": N_("Figures of trainings"),
    "trainings.imports": N_("Sheets that are brought in"),
    "trainings.history": N_("Past trainings"),
    "trainings.lists": N_("Lists of trainings as sheets"),
    "trainings.data": N_("A person's data in trainings"),
    "trainings.erasures": N_("Erasures"),
    "trainings.retention": N_("Retention"),
    "grants.programmes": N_("Programmes"),
    "grants.partners": N_("Partners"),
    "grants.donors": N_("Donors"),
    "grants.budget_lines": N_("Budget lines"),
    "grants.calls": N_("Calls"),
    "grants.applications": N_("Applications"),
    "grants.reviews": N_("Reviews"),
    "grants.meetings": N_("Meetings of the committee"),
    "grants.awards": N_("Awards"),
    "grants.bank_accounts": N_("Bank accounts"),
    "grants.payments": N_("Payments"),
    "grants.batches": N_("Payment batches"),
    "grants.statements": N_("Bank statements"),
    "grants.ledger": N_("Ledger"),
    "grants.exchange_rates": N_("Exchange rates"),
    "grants.visits": N_("Visits"),
    "grants.recoveries": N_("Recoveries"),
    "grants.reports": N_("Reports of grants"),
    "grants.decisions": N_("Decisions"),
    "grants.history": N_("Past grants"),
    "grants.data": N_("A person's data in grants"),
    "notifications.inbox": N_("Inbox"),
    "notifications.messages": N_("Messages"),
    "notifications.deliveries": N_("Deliveries"),
    "notifications.data": N_("A person's data in messages"),
    "notifications.templates": N_("Templates of messages"),
    "accounts.data": N_("A person's data in accounts"),
    "accounts.staff": N_("Staff"),
    "accounts.roles": N_("Roles"),
    "accounts.holds": N_("Whose account it is"),
    "accounts.programs": N_("Programs and their keys"),
    "accounts.sessions": N_("Sessions where people are signed in"),
    "accounts.settings": N_("Settings"),
    "accounts.alarms": N_("Alarms about the audit log"),
    "audit.accesses": N_("Accesses to personal data"),
    "audit.data": N_("A person's data in audit"),
    "audit.log": N_("Logs"),
    "audit.evidence": N_("Evidence"),
    "audit.alarms": N_("Alarms about logs"),
    "operations.dead_letters": N_("Messages that could not be applied"),
}
"""Service and capability → what it is about. What has no words yet is shown by its name."""

VERB_WORDS: Final[dict[str, str]] = {
    "accept": N_("Accept"),
    "assign": N_("Assign"),
    "authorise": N_("Authorise"),
    "cancel": N_("Cancel"),
    "check": N_("Check"),
    "close": N_("Close"),
    "conduct": N_("Make"),
    "confirm": N_("Confirm"),
    "convene": N_("Convene"),
    "decide": N_("Decide"),
    "declare": N_("Declare conflicts"),
    "duplicate": N_("Make duplicates"),
    "end": N_("End"),
    "exists": N_("See whether there is one"),
    "export": N_("Export"),
    "grant": N_("Grant roles"),
    "hold": N_("Hold"),
    "import": N_("Bring in"),
    "issue": N_("Issue"),
    "lift": N_("Confirm"),
    "match": N_("Match"),
    "object": N_("Object"),
    "offer": N_("Offer"),
    "open": N_("Open it"),
    "override": N_("Let through on record"),
    "plan": N_("Plan"),
    "prepare": N_("Prepare"),
    "propose": N_("Propose"),
    "publish": N_("Publish"),
    "read": N_("Look at it"),
    "read_number": N_("Read national numbers"),
    "read_own": N_("Read one's own"),
    "recognise": N_("Recognise"),
    "release": N_("Release"),
    "reopen": N_("Reopen"),
    "request": N_("Ask for"),
    "request_own": N_("Ask for one's own"),
    "resolve": N_("Resolve"),
    "retry": N_("Try again"),
    "reverse": N_("Reverse"),
    "revise": N_("Revise"),
    "revoke": N_("Revoke"),
    "score": N_("Give points"),
    "send": N_("Send"),
    "settle": N_("Settle"),
    "submit": N_("Hand in"),
    "supersede": N_("Correct"),
    "suspend": N_("Suspend"),
    "terminate": N_("Terminate"),
    "trace": N_("See what figures are made of"),
    "vote": N_("Cast a vote"),
    "waive": N_("Waive requirements"),
    "withdraw": N_("Withdraw"),
    "write": N_("Write"),
    "write_off": N_("Write off"),
    "write_own": N_("Write one's own"),
}
"""The last part of a permission → what is done."""

KEY_STATES: Final[dict[str, tuple[str, str, str]]] = {
    "unused": (N_("Not used yet"), "grey", "circle"),
    "working": (N_("Works"), "teal", "dot"),
    "soon": (N_("Ends soon"), "ochre", "triangle"),
    "expired": (N_("Too old"), "grey", "cross"),
    "revoked": (N_("Revoked"), "grey", "cross"),
}
"""State of a key → its word, with the colour and the shape of its tag."""


class Group(NamedTuple):
    """What a key may be for in one capability: msgids, with the permissions they stand for."""

    name: str
    words: str
    permissions: tuple[tuple[str, str], ...]


def grouped(permissions: Iterable[str]) -> list[Group]:
    """Permissions by what they are about, in the order of the table of permissions."""
    wanted = set(permissions)
    groups: dict[str, list[tuple[str, str]]] = {}
    for permission in (*PERMISSIONS, *sorted(wanted - set(PERMISSIONS))):
        if permission in wanted:
            capability, _, verb = permission.rpartition(".")
            groups.setdefault(capability, []).append((permission, VERB_WORDS.get(verb, verb)))
    return [
        Group(name.replace(".", "-"), CAPABILITY_WORDS.get(name, name), tuple(found))
        for name, found in groups.items()
    ]
