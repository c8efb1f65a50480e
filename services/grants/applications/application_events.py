"""What can happen to an application. ``application.py`` tells when.

>>> Submitted.event_type
'org.zanat.grants.application.submitted.v1'

Events that the award, the notifications and the reports read carry who and which call, so that
nobody has to load this stream for them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, TypeAlias

from services.grants.applications.eligibility import Check, Rule
from shared.events.event import Event, Personal, event_type
from shared.money import Money

Kind: TypeAlias = Literal["start", "expand"]
Channel: TypeAlias = Literal["self_service", "assisted", "paper"]


@event_type("grants.application.paper_received.v1")
class PaperReceived(Event, frozen=True, kw_only=True):
    """A paper application reached the reception; what it says is keyed later."""

    application_id: str
    application_no: str
    call_id: str
    registration_id: str
    person_id: str
    received_at: datetime


@event_type("grants.application.drafted.v1", seals_for="registration_id")
class Drafted(Event, frozen=True, kw_only=True):
    """Somebody began an application. ``assisted_by``: who keyed it for the applicant."""

    application_id: str
    application_no: str
    call_id: str
    registration_id: str
    person_id: str
    kind: Kind
    business: Personal.identity
    requested: Money
    own_contribution: Money
    account: Personal.financial | None
    channel: Channel
    assisted_by: str | None
    imported: bool = False


@event_type("grants.application.revised.v1", seals_for="registration_id")
class Revised(Event, frozen=True, kw_only=True):
    """What the application says, whole, from now on."""

    application_id: str
    registration_id: str
    kind: Kind
    business: Personal.identity
    requested: Money
    own_contribution: Money
    account: Personal.financial | None


@event_type("grants.application.submitted.v1")
class Submitted(Event, frozen=True, kw_only=True):
    """Handed in. ``version`` counts submissions: 1, and one more after each requested change.

    submitted_at: when it counts; for paper the moment of reception.
    """

    application_id: str
    application_no: str
    call_id: str
    registration_id: str
    person_id: str
    kind: Kind
    requested: Money
    channel: Channel
    version: int
    submitted_at: datetime
    imported: bool = False


@event_type("grants.application.changes_requested.v1", seals_for="registration_id")
class ChangesRequested(Event, frozen=True, kw_only=True):
    """An officer asks the applicant to complete it."""

    application_id: str
    registration_id: str
    call_id: str
    note: Personal.identity


@event_type("grants.application.found_eligible.v1")
class FoundEligible(Event, frozen=True, kw_only=True):
    """Every check passed; the committee may review this version."""

    application_id: str
    call_id: str
    registration_id: str
    person_id: str
    version: int
    checks: tuple[Check, ...]
    imported: bool = False


@event_type("grants.application.found_ineligible.v1")
class FoundIneligible(Event, frozen=True, kw_only=True):
    """A check failed; ``reason`` is the first that did."""

    application_id: str
    call_id: str
    registration_id: str
    person_id: str
    version: int
    reason: Rule
    checks: tuple[Check, ...]
    imported: bool = False


@event_type("grants.application.reinstatement_proposed.v1", seals_for="registration_id")
class ReinstatementProposed(Event, frozen=True, kw_only=True):
    """Somebody proposes to override the finding; a second person decides."""

    application_id: str
    registration_id: str
    reason: Personal.identity
    proposed_by: str


@event_type("grants.application.reinstated.v1")
class Reinstated(Event, frozen=True, kw_only=True):
    """A second person agreed: the application is under review after all."""

    application_id: str
    call_id: str
    registration_id: str
    person_id: str
    version: int
    overridden: Rule
    proposed_by: str
    confirmed_by: str


@event_type("grants.application.ranked.v1")
class Ranked(Event, frozen=True, kw_only=True):
    """The committee's ranking, of this version."""

    application_id: str
    call_id: str
    meeting_id: str
    version: int
    score_hundredths: int
    rank: int
    imported: bool = False


@event_type("grants.application.approved.v1")
class Approved(Event, frozen=True, kw_only=True):
    """The committee awards ``amount``. ``promoted``: from the waiting list, money had returned."""

    application_id: str
    application_no: str
    call_id: str
    registration_id: str
    person_id: str
    kind: Kind
    meeting_id: str
    version: int
    score_hundredths: int
    rank: int
    amount: Money
    decided_on: date
    promoted: bool = False
    imported: bool = False


@event_type("grants.application.waitlisted.v1")
class Waitlisted(Event, frozen=True, kw_only=True):
    """Good enough, but the money was gone; promoted in rank order when some returns."""

    application_id: str
    application_no: str
    call_id: str
    registration_id: str
    person_id: str
    meeting_id: str
    version: int
    score_hundredths: int
    rank: int
    amount: Money
    decided_on: date
    imported: bool = False


@event_type("grants.application.rejected.v1")
class Rejected(Event, frozen=True, kw_only=True):
    """Below the call's threshold."""

    application_id: str
    application_no: str
    call_id: str
    registration_id: str
    person_id: str
    meeting_id: str
    version: int
    score_hundredths: int
    rank: int
    amount: Money
    decided_on: date
    imported: bool = False


@event_type("grants.application.withdrawn.v1")
class Withdrawn(Event, frozen=True, kw_only=True):
    """The applicant took it back before the decision."""

    application_id: str
    call_id: str
    registration_id: str
    person_id: str


@event_type("grants.application.lapsed.v1")
class Lapsed(Event, frozen=True, kw_only=True):
    """Still a draft when the call closed."""

    application_id: str
    call_id: str
    registration_id: str
    person_id: str


@event_type("grants.application.moved_to_person.v1")
class MovedToPerson(Event, frozen=True, kw_only=True):
    """Its registration was found to be another person's, or was taken apart from one again."""

    application_id: str
    registration_id: str
    person_id: str
    from_person_id: str


ApplicationEvent: TypeAlias = (
    PaperReceived
    | Drafted
    | Revised
    | Submitted
    | ChangesRequested
    | FoundEligible
    | FoundIneligible
    | ReinstatementProposed
    | Reinstated
    | Ranked
    | Approved
    | Waitlisted
    | Rejected
    | Withdrawn
    | Lapsed
    | MovedToPerson
)
