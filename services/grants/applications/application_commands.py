"""What people, due work and the import may ask of an application. ``application.py`` decides.

>>> LapseApplication(by="due", now=datetime(2026, 5, 1, tzinfo=UTC)).by
'due'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime  # noqa: F401 (UTC: the example above)
from typing import Literal, TypeAlias

from services.grants.applications.application_events import Channel, Kind
from services.grants.applications.eligibility import Check
from shared.money import Money

DecidedOutcome: TypeAlias = Literal["approved", "waitlisted", "rejected"]


@dataclass(frozen=True, kw_only=True)
class ApplicationCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class FromHistory:
    """What an import adds to the command of daily use."""

    history_open: bool


@dataclass(frozen=True, kw_only=True)
class ReceivePaper(ApplicationCommand):
    """Note at the reception that a paper application came in, now."""

    application_id: str
    application_no: str
    call_id: str
    call_open: bool
    registration_id: str
    person_id: str


@dataclass(frozen=True, kw_only=True)
class DraftApplication(ApplicationCommand):
    """Begin an application, or key one that the reception received on paper.

    call_currency: the call's. call_open: whether applications may come in.
    """

    application_id: str
    application_no: str
    call_id: str
    call_currency: str
    call_open: bool
    registration_id: str
    person_id: str
    kind: Kind
    business: str
    requested: Money
    own_contribution: Money
    account: str | None
    channel: Channel
    assisted_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReviseApplication(ApplicationCommand):
    """Write what the application says anew, whole."""

    kind: Kind
    business: str
    requested: Money
    own_contribution: Money
    account: str | None


@dataclass(frozen=True, kw_only=True)
class SubmitApplication(ApplicationCommand):
    """Hand it in, now. Whether that is in time is a check of its own."""


@dataclass(frozen=True, kw_only=True)
class RequestChanges(ApplicationCommand):
    """Ask the applicant to complete it."""

    note: str


@dataclass(frozen=True, kw_only=True)
class RecordChecks(ApplicationCommand):
    """Record what ``eligibility.examine`` found for ``version``."""

    version: int
    checks: tuple[Check, ...]


@dataclass(frozen=True, kw_only=True)
class ProposeReinstatement(ApplicationCommand):
    """Propose to override the finding."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ConfirmReinstatement(ApplicationCommand):
    """Agree to override the finding, as a second person."""


@dataclass(frozen=True, kw_only=True)
class RankApplication(ApplicationCommand):
    """Note the committee's ranking of ``version``."""

    meeting_id: str
    version: int
    score_hundredths: int
    rank: int


@dataclass(frozen=True, kw_only=True)
class DecideApplication(ApplicationCommand):
    """Note the committee's decision about ``version``, today in ``zone``."""

    meeting_id: str
    version: int
    outcome: DecidedOutcome
    zone: str


@dataclass(frozen=True, kw_only=True)
class PromoteApplication(ApplicationCommand):
    """Approve from the waiting list, today in ``zone``: money has returned."""

    zone: str


@dataclass(frozen=True, kw_only=True)
class WithdrawApplication(ApplicationCommand):
    """Take it back."""


@dataclass(frozen=True, kw_only=True)
class LapseApplication(ApplicationCommand):
    """Due work: the call closed while this was a draft."""


@dataclass(frozen=True, kw_only=True)
class FollowPerson(ApplicationCommand):
    """Its registration is this person's from now on."""

    person_id: str


@dataclass(frozen=True, kw_only=True)
class ImportApplication(FromHistory, ApplicationCommand):
    """Bring an application from before, handed in at its own moment."""

    application_id: str
    application_no: str
    call_id: str
    call_currency: str
    registration_id: str
    person_id: str
    kind: Kind
    business: str
    requested: Money
    own_contribution: Money
    account: str | None
    channel: Channel
    submitted_at: datetime


@dataclass(frozen=True, kw_only=True)
class ImportChecks(FromHistory, RecordChecks):
    """Bring what was found, by the rules of its time."""


@dataclass(frozen=True, kw_only=True)
class ImportDecision(FromHistory, ApplicationCommand):
    """Bring ranking and decision of before, on its own day."""

    meeting_id: str
    version: int
    score_hundredths: int
    rank: int
    outcome: DecidedOutcome
    decided_on: date
