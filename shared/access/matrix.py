"""Who may see which data: one table of roles and kinds of data, read by people and by code.

    MATRIX[Role.donor][Kind.money]                      ->  Sight(extent="totals")
    sights(reader, Kind.ethnicity, "RS-2011")           ->  {Sight("whole", within="own", ...)}
    denied()                                            ->  []

Permissions say who may knock at a route (``permissions.py``); ``SHOWN`` says which kinds of data a
permission shows, and no role has a permission that shows a kind which its row here denies. Pages
mask single fields by the same rows (``masking.py``), and ``docs/access.md`` is made from them.
Source: domain, *Who may see which data*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from shared.access.reader import Reader
from shared.access.roles import PERMISSIONS, Role
from shared.language.marking import N_


class Kind(StrEnum):
    """A kind of data about people, or about what is done with their money."""

    identity = "identity"
    number_and_account = "number_and_account"
    ethnicity = "ethnicity"
    vulnerability = "vulnerability"
    training = "training"
    scores = "scores"
    money = "money"
    visits = "visits"
    audit = "audit"


Extent = Literal[
    "none",
    "existence",
    "totals",
    "masked",
    "minimum",
    "name",
    "result",
    "handover",
    "part",
    "whole",
]
"""How much of it. ``part``: the entries about money, or the technical ones."""

Within = Literal["programme", "own", "assigned", "payee", "closed", "decided", "accounts"]
"""Of whom. ``own``: a trainer's cohorts, an officer's cases, an applicant's own. ``closed``,
``decided``: others' only once scoring is closed, once it is decided."""


@dataclass(frozen=True)
class Sight:
    """What a role sees of a kind. ``writes``: makes and changes it too. ``note``: in words."""

    extent: Extent
    within: Within = "programme"
    writes: bool = False
    note: str = ""

    def __bool__(self) -> bool:
        """Whether it is anything at all."""
        return self.extent != "none"


_NONE: Final = Sight("none")
_READ: Final = Sight("whole")
_WRITE: Final = Sight("whole", writes=True)
_TOTALS: Final = Sight("totals")


def _row(**sights: Sight) -> dict[Kind, Sight]:
    return {kind: sights.get(kind.value, _NONE) for kind in Kind}


MATRIX: Final[dict[Role, dict[Kind, Sight]]] = {
    Role.committee_member: _row(
        identity=Sight("whole", "assigned", note=N_("assigned cases")),
        training=_READ,
        scores=Sight("whole", "closed", writes=True, note=N_("own; all after closing")),
        visits=Sight("whole", "assigned", note=N_("of assigned cases")),
    ),
    Role.committee_chair: _row(
        identity=Sight("whole", "assigned", note=N_("assigned cases")),
        training=_READ,
        scores=Sight("whole", "closed", writes=True, note=N_("own; all after closing")),
        money=_TOTALS,
        visits=_READ,
    ),
    Role.trainer: _row(
        identity=Sight("whole", "own", note=N_("own cohorts")),
        training=Sight("whole", "own", writes=True, note=N_("own cohorts")),
    ),
    Role.programme_officer: _row(
        identity=_WRITE,
        number_and_account=Sight("masked", writes=True, note=N_("types it, sees it masked")),
        ethnicity=Sight("whole", "own", writes=True, note=N_("own cases")),
        vulnerability=Sight("whole", "own", writes=True, note=N_("own cases")),
        training=_READ,
        scores=_READ,
        money=_READ,
        visits=Sight("whole", writes=True, note=N_("plans and accepts them")),
        audit=Sight("whole", "own", note=N_("own cases")),
    ),
    Role.finance_officer: _row(
        identity=Sight("name", "payee", note=N_("names of own cases")),
        number_and_account=Sight("whole", "payee", note=N_("the payee's account")),
        money=_WRITE,
        visits=Sight("handover", note=N_("the handover")),
    ),
    Role.finance_controller: _row(
        identity=Sight("name", "payee", note=N_("names of own cases")),
        number_and_account=Sight("whole", "payee", note=N_("the payee's account")),
        scores=Sight("result", note=N_("the result")),
        money=Sight("whole", writes=True, note=N_("authorises and releases")),
        visits=_READ,
        audit=Sight("part", note=N_("entries about money")),
    ),
    Role.field_officer: _row(
        identity=Sight("whole", "assigned", note=N_("assigned cases")),
        vulnerability=Sight("minimum", "assigned", note=N_("what a visit needs")),
        training=_READ,
        visits=Sight("whole", "assigned", writes=True, note=N_("assigned cases")),
    ),
    Role.auditor: _row(
        identity=Sight("whole", note=N_("on record")),
        number_and_account=Sight("masked"),
        ethnicity=_TOTALS,
        vulnerability=Sight("existence", note=N_("that there is a note")),
        training=_READ,
        scores=_READ,
        money=_READ,
        visits=_READ,
        audit=_READ,
    ),
    Role.administrator: _row(
        identity=Sight("whole", "accounts", writes=True, note=N_("of accounts only")),
        audit=Sight("part", note=N_("technical entries")),
    ),
    Role.donor: _row(
        ethnicity=_TOTALS, training=_TOTALS, scores=_TOTALS, money=_TOTALS, visits=_TOTALS
    ),
    Role.applicant: _row(
        identity=Sight("whole", "own", note=N_("own")),
        number_and_account=Sight("whole", "own", note=N_("own")),
        ethnicity=Sight("whole", "own", note=N_("own")),
        vulnerability=Sight("whole", "own", note=N_("own")),
        training=Sight("whole", "own", note=N_("own")),
        scores=Sight("whole", "decided", note=N_("own, after the decision")),
        money=Sight("whole", "own", note=N_("own")),
        visits=Sight("whole", "own", note=N_("own")),
        audit=Sight("whole", "own", note=N_("who looked at their data")),
    ),
}
"""Role → kind → what it sees. Read-only; tests compare it with the domain's table."""

READING: Final = frozenset(("read", "export", "read_own", "read_number", "exists", "trace"))
"""The verbs of permissions that show something; ``SHOWN`` says what."""

_OTHER: Final = ""
"""Programmes, calls, budgets as they are published, settings: no kind of the table."""

SHOWN: Final[dict[str, str]] = {
    "trainings.people.read": "identity",
    "trainings.people.read_number": "number_and_account",
    "trainings.vulnerability.exists": "vulnerability",
    "trainings.vulnerability.read": "vulnerability",
    "trainings.courses.read": "training",
    "trainings.cohorts.read": "training identity",
    "trainings.attendance.read": "training identity",
    "trainings.certificates.read": "training",
    "trainings.certificates.read_own": "training",
    "trainings.outcomes.read": "training identity",
    "trainings.data.read_own": "identity number_and_account ethnicity vulnerability training",
    "trainings.data.export": "identity number_and_account ethnicity vulnerability training",
    "trainings.imports.read": "training identity",
    "trainings.erasures.read": "identity",
    "trainings.retention.read": "identity",
    "trainings.recognitions.read": "training identity",
    "trainings.referrals.read": "identity training",
    "trainings.outreach.read": _OTHER,
    "trainings.figures.read": "training",
    "trainings.lists.export": "identity training",
    "grants.programmes.read": _OTHER,
    "grants.partners.read": _OTHER,
    "grants.donors.read": _OTHER,
    "grants.budget_lines.read": "money",
    "grants.calls.read": _OTHER,
    "grants.applications.read": "identity",
    "grants.applications.read_own": "identity",
    "grants.reviews.read": "scores identity",
    "grants.meetings.read": "scores",
    "grants.awards.read": "identity money",
    "grants.bank_accounts.read": "number_and_account",
    "grants.payments.read": "identity money",
    "grants.data.read_own": "identity number_and_account scores money visits",
    "grants.data.export": "identity number_and_account scores money visits",
    "grants.batches.read": "identity money",
    "grants.batches.export": "number_and_account money",
    "grants.statements.read": "money",
    "grants.ledger.read": "money",
    "grants.ledger.export": "money",
    "grants.visits.read": "identity visits",
    "grants.reports.read": "money visits",
    "grants.reports.trace": "money audit",
    "notifications.inbox.read": _OTHER,
    "notifications.data.read_own": "identity",
    "notifications.data.export": "identity",
    "notifications.messages.read": "identity",
    "notifications.deliveries.read": "identity",
    "accounts.staff.read": "identity",
    "accounts.roles.read": _OTHER,
    "accounts.programs.read": _OTHER,
    "accounts.sessions.read": _OTHER,
    "accounts.data.read_own": "identity",
    "accounts.data.export": "identity",
    "audit.log.read": "audit",
    "audit.accesses.read_own": "audit",
    "audit.data.read_own": "audit",
    "audit.data.export": "audit",
    "audit.log.export": "audit",
    "audit.evidence.export": "audit",
    "audit.alarms.read": "audit",
}
"""Permission → the kinds that everybody with it sees something of, separated by spaces. A page may
show more to some of them: those fields ask the table themselves."""


def shown_by(permission: str) -> tuple[Kind, ...]:
    """The kinds of data that a permission shows; none for those that only act."""
    return tuple(Kind[name] for name in SHOWN.get(permission, _OTHER).split())


def denied() -> list[tuple[str, Role, Kind]]:
    """Where a role has a permission that shows a kind its row denies. Always empty."""
    return [
        (permission, role, kind)
        for permission, roles in PERMISSIONS.items()
        for role in sorted(roles)
        for kind in shown_by(permission)
        if not MATRIX[role][kind]
    ]


def sights(reader: Reader, kind: Kind, programme: str | None) -> frozenset[Sight]:
    """What the reader's roles in a programme (None: any) let them see of a kind."""
    rows = (MATRIX[role][kind] for role in reader.roles_in(programme))
    return frozenset(sight for sight in rows if sight)


def sees_whole(reader: Reader, kind: Kind, programme: str, *, own: bool = False) -> bool:
    """Whether the reader sees a kind of one record wholly.

    own: whether the record is the reader's own case; then sight of one's own is enough.
    """
    return any(
        sight.extent == "whole" and (own or sight.within not in ("own", "decided"))
        for sight in sights(reader, kind, programme)
    )


def narrowed(permission: str, role: Role) -> bool:
    """Whether a role reaches by a permission only its own or assigned records.

    Where it shows who somebody is, that decides: the rest is less of the same records.
    """
    if permission.endswith(".exists"):
        return False
    kinds = shown_by(permission)
    deciding = (Kind.identity,) if Kind.identity in kinds else kinds
    return any(MATRIX[role][kind].within in ("own", "assigned") for kind in deciding)
