"""Brings a programme's past into grants: calls, applications, reviews and decisions.

    open_programme(work, code="P1", name="...", regions=[("RS", ["Topola"])], currencies=["RSD"])
    import_call(work, code="RS-2011", ...)
    import_applications(work, call="RS-2011", rows=[OldApplication(...), ...])
    import_reviews(work, call="RS-2011", conflicts=[...], sheets=[...])
    import_decision(work, call="RS-2011", decided_on=date(2011, 4, 14))

Each function takes many rows in one unit of work and does nothing to what is there already. Each
step is committed before the next one, and an earlier call before a later one: eligibility is judged
from this service's views. Whoever assisted, cleared themselves or presided before this system is
not invented.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_commands import (
    ImportApplication,
    ImportChecks,
    ImportDecision,
)
from services.grants.applications.application_events import Channel, Kind
from services.grants.applications.application_state import (
    ApplicationState,
    IneligibleCase,
    NoApplication,
    UnderReviewCase,
)
from services.grants.applications.eligibility import (
    Facts,
    Submission,
    examine,
)
from services.grants.applications.views import APPLICATIONS
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import ImportBudget, ImportReservation
from services.grants.calls.call import CALL, ImportCall, ImportCallDecision, NoCall, OpenCase
from services.grants.calls.terms import Criterion, Terms
from services.grants.committee.meeting import MEETING
from services.grants.committee.meeting_commands import ImportDecision as ImportMeeting
from services.grants.committee.meeting_events import Item
from services.grants.committee.ranking import Case, Points, decide_outcomes, rank
from services.grants.committee.review import (
    REVIEW,
    ImportReview,
    MemberConflict,
    MemberSheet,
    NoReview,
    Scored,
)
from services.grants.foreign import CERTIFICATES, REGISTRATIONS
from services.grants.programmes.programme import (
    PROGRAMME,
    CloseHistory,
    NoProgramme,
    OpenProgramme,
    Running,
)
from services.grants.programmes.region import Region
from shared.errors import Invalid, Missing
from shared.events.append import Claim
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_
from shared.money import Money

NOT_STATED = "not stated"
"""The reason of a conflict that the register gives without one."""


@dataclass(frozen=True, kw_only=True)
class OldApplication:
    """One submission as the register has it. ``submitted_at``: aware."""

    application_no: str
    participant_no: str
    kind: Kind
    business: str
    submitted_at: datetime
    requested: Money
    own_contribution: Money
    account: str | None
    channel: Channel


@dataclass(frozen=True, kw_only=True)
class OldConflict:
    """One member's conflict with one application."""

    application_no: str
    member: str
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class OldSheet:
    """One member's sheet: (criterion, points)."""

    application_no: str
    member: str
    points: tuple[tuple[str, int], ...]


def open_programme(
    work: Work,
    *,
    code: str,
    name: str,
    regions: Sequence[tuple[str, Sequence[str]]],
    currencies: Sequence[str],
) -> str:
    """The programme's id; opened when there is none yet. Partners and donors are not invented."""
    programme_id = derived("programme", code)
    if isinstance(work.load(PROGRAMME, programme_id), NoProgramme):
        work.decide(
            PROGRAMME,
            programme_id,
            OpenProgramme(
                by=work.context.actor,
                now=work.now,
                programme_id=programme_id,
                code=code,
                name=name,
                regions=tuple(
                    Region(country=country, municipalities=tuple(names))
                    for country, names in regions
                ),
                currencies=tuple(currencies),
            ),
        )
    return programme_id


def close_history(work: Work, *, reason: str) -> str:
    """Close the permission to import for good; the programme's id."""
    programme_id = derived("programme", work.context.programme)
    command = CloseHistory(by=work.context.actor, now=work.now, reason=reason)
    work.decide(PROGRAMME, programme_id, command)
    return programme_id


def history_open(work: Work) -> bool:
    """Whether the programme's past may still be brought in."""
    state = work.load(PROGRAMME, derived("programme", work.context.programme))
    if isinstance(state, NoProgramme):
        raise Missing("programme-missing", N_("There is no such programme."))
    return isinstance(state, Running) and state.history_open


def import_call(
    work: Work,
    *,
    code: str,
    country: str,
    municipalities: Sequence[str],
    opens_on: date,
    deadline: datetime,
    timezone: str,
    currency: str,
    budget: Money,
    ceiling: Money,
    threshold: Decimal,
    quorum: int,
    cooldown_days: int,
    criteria: Sequence[tuple[str, int]],
    tranche_percents: Sequence[int],
    member_ids: Sequence[str],
    title: str = "",
) -> str:
    """The call's id; published, opened and given its money when there is none yet.

    threshold: points with up to two decimals. criteria: (name, most points); equal scores go by
    ``vulnerability``. Where applicants lived asked for nothing in these calls.
    """
    call_id = derived("call", work.context.programme, code)
    if not isinstance(work.load(CALL, call_id), NoCall):
        return call_id
    terms = Terms(
        regions=(Region(country=country, municipalities=tuple(municipalities)),),
        currency=currency,
        budget=budget,
        ceiling=ceiling,
        certificate_kind="business",
        criteria=tuple(Criterion(name=name, points_max=most) for name, most in criteria),
        threshold_hundredths=int(threshold * 100),
        quorum=quorum,
        cooldown_days=cooldown_days,
        opens_on=opens_on,
        deadline=deadline,
        timezone=timezone,
        tranche_percents=tuple(tranche_percents),
        member_ids=tuple(member_ids),
        tie_break="vulnerability",
        residence_required=False,
    )
    by, now, is_open = work.context.actor, work.now, history_open(work)
    work.decide(
        CALL,
        call_id,
        ImportCall(
            by=by,
            now=now,
            history_open=is_open,
            call_id=call_id,
            code=code,
            title=title or code,
            terms=terms,
        ),
    )
    money = ImportBudget(by=by, now=now, history_open=is_open, call_id=call_id, budget=budget)
    work.decide(BUDGET, call_id, money)
    work.claim(Claim("call-code", code, CALL.stream(call_id)))
    return call_id


class _Known:
    """What this service knows about everybody in the programme, read by few queries."""

    def __init__(self, work: Work, call_id: str, kind: str) -> None:
        programme = work.context.programme
        self.person: dict[str, str] = {}
        self.birth: dict[str, date | None] = {}
        self.residences: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self.certified: defaultdict[str, list[date]] = defaultdict(list)
        self.awarded: defaultdict[str, list[date]] = defaultdict(list)
        run = work.connection.execute
        for row in run(select(REGISTRATIONS).where(REGISTRATIONS.c.programme == programme)):
            self.person[row.registration_id] = row.person_id
            born = row.birth_date
            self.birth[row.registration_id] = date.fromisoformat(born) if born else None
            self.residences[row.person_id].append((row.country, row.municipality))
        standing = CERTIFICATES.c.revoked_on.is_(None) & (CERTIFICATES.c.kind == kind)
        mine = CERTIFICATES.c.programme == programme
        for row in run(select(CERTIFICATES).where(mine & standing)):
            self.certified[self.person[row.registration_id]].append(row.issued_on)
        awards = (APPLICATIONS.c.state == "approved") & (APPLICATIONS.c.call_id != call_id)
        here = APPLICATIONS.c.programme == programme
        for row in run(select(APPLICATIONS).where(here & awards)):
            self.awarded[self.person[row.registration_id]].append(row.decided_on)

    def facts(self, registration_id: str, *, has_earlier_eligible: bool) -> Facts:
        """The facts about the person of a registration."""
        person = self.person[registration_id]
        return Facts(
            birth_date=self.birth[registration_id],
            residences=tuple(self.residences[person]),
            certificate_days=tuple(self.certified[person]),
            award_days=tuple(self.awarded[person]),
            has_earlier_eligible=has_earlier_eligible,
        )


def import_applications(work: Work, *, call: str, rows: Iterable[OldApplication]) -> int:
    """How many applications were new. Give all rows of a call at once, in any order."""
    call_id = derived("call", work.context.programme, call)
    terms = _terms(work, call_id)
    known = _Known(work, call_id, terms.certificate_kind)
    is_open = history_open(work)
    eligible: set[str] = set()
    new = 0
    for row in sorted(rows, key=lambda one: (one.submitted_at, one.application_no)):
        application_id = derived("application", work.context.programme, row.application_no)
        registration_id = derived("registration", work.context.programme, row.participant_no)
        person = known.person.get(registration_id)
        if person is None:
            raise Missing("registration-missing", N_("There is no such registration here yet."))
        state = work.load(APPLICATION, application_id)
        if isinstance(state, NoApplication):
            facts = known.facts(registration_id, has_earlier_eligible=person in eligible)
            state = _import_application(
                work, call_id, terms, row, registration_id, person, facts, is_open=is_open
            )
            new += 1
        if not isinstance(state, IneligibleCase):
            eligible.add(person)
    return new


def _import_application(
    work: Work,
    call_id: str,
    terms: Terms,
    row: OldApplication,
    registration_id: str,
    person_id: str,
    facts: Facts,
    *,
    is_open: bool,
) -> ApplicationState:
    application_id = derived("application", work.context.programme, row.application_no)
    by, now = work.context.actor, work.now
    submission = Submission(submitted_at=row.submitted_at, requested=row.requested)
    work.decide(
        APPLICATION,
        application_id,
        ImportApplication(
            by=by,
            now=now,
            history_open=is_open,
            application_id=application_id,
            application_no=row.application_no,
            call_id=call_id,
            call_currency=terms.currency,
            registration_id=registration_id,
            person_id=person_id,
            kind=row.kind,
            business=row.business,
            requested=row.requested,
            own_contribution=row.own_contribution,
            account=row.account,
            channel=row.channel,
            submitted_at=row.submitted_at,
        ),
    )
    checks = examine(submission, terms, facts)
    found = ImportChecks(by=by, now=now, history_open=is_open, version=1, checks=checks)
    work.decide(APPLICATION, application_id, found)
    return work.load(APPLICATION, application_id)


def import_reviews(
    work: Work, *, call: str, conflicts: Iterable[OldConflict], sheets: Iterable[OldSheet]
) -> int:
    """How many reviews were new. Applications that were not eligible have none."""
    programme = work.context.programme
    call_id = derived("call", programme, call)
    terms = _terms(work, call_id)
    by_application: defaultdict[str, tuple[list[OldConflict], list[OldSheet]]]
    by_application = defaultdict(lambda: ([], []))
    for conflict in conflicts:
        by_application[conflict.application_no][0].append(conflict)
    for sheet in sheets:
        by_application[sheet.application_no][1].append(sheet)
    new = 0
    for application_no, (declared, handed_in) in sorted(by_application.items()):
        application_id = derived("application", programme, application_no)
        state = work.load(APPLICATION, application_id)
        if not isinstance(state, UnderReviewCase) or state.whose.call_id != call_id:
            continue
        if not isinstance(work.load(REVIEW, application_id), NoReview):
            continue
        work.decide(
            REVIEW,
            application_id,
            ImportReview(
                by=work.context.actor,
                now=work.now,
                history_open=history_open(work),
                application_id=application_id,
                call_id=call_id,
                registration_id=state.whose.registration_id,
                meeting_id=derived("meeting", programme, call),
                terms=terms,
                conflicts=tuple(
                    MemberConflict(member_id=one.member, reason=one.reason or NOT_STATED)
                    for one in declared
                ),
                sheets=tuple(
                    MemberSheet(
                        member_id=one.member,
                        points=tuple(
                            Points(criterion=name, points=given) for name, given in one.points
                        ),
                    )
                    for one in handed_in
                ),
            ),
        )
        new += 1
    return new


def import_decision(work: Work, *, call: str, decided_on: date) -> bool:
    """Rank, decide, reserve the money and close the call; False when that was done before."""
    programme = work.context.programme
    call_id = derived("call", programme, call)
    meeting_id = derived("meeting", programme, call)
    state = work.load(CALL, call_id)
    if not isinstance(state, OpenCase):
        return False
    terms, by, now, is_open = state.terms, work.context.actor, work.now, history_open(work)
    cases, recused = _cases(work, call_id)
    ranked = rank(cases, terms)
    outcomes = decide_outcomes(
        ranked, threshold_hundredths=terms.threshold_hundredths, budget=terms.budget
    )
    work.decide(
        MEETING,
        meeting_id,
        ImportMeeting(
            by=by,
            now=now,
            history_open=is_open,
            meeting_id=meeting_id,
            call_id=call_id,
            decided_on=decided_on,
            member_ids=terms.member_ids,
            quorum=terms.quorum,
            items=tuple(
                Item(
                    application_id=one.application_id,
                    version=one.version,
                    score_hundredths=one.score_hundredths,
                    rank=one.rank,
                    recused_ids=recused[one.application_id],
                )
                for one in ranked
            ),
            outcomes=tuple(outcomes),
            currency=terms.currency,
            zone=terms.timezone,
        ),
    )
    for one in outcomes:
        decision = ImportDecision(
            by=by,
            now=now,
            history_open=is_open,
            meeting_id=meeting_id,
            version=one.version,
            score_hundredths=one.score_hundredths,
            rank=one.rank,
            outcome=one.outcome,
            decided_on=decided_on,
        )
        work.decide(APPLICATION, one.application_id, decision)
        if one.outcome == "approved":
            reservation = ImportReservation(
                by=by,
                now=now,
                history_open=is_open,
                application_id=one.application_id,
                amount=one.amount,
            )
            work.decide(BUDGET, call_id, reservation)
    ended = ImportCallDecision(
        by=by, now=now, history_open=is_open, meeting_id=meeting_id, decided_on=decided_on
    )
    work.decide(CALL, call_id, ended)
    return True


def _cases(work: Work, call_id: str) -> tuple[list[Case], dict[str, tuple[str, ...]]]:
    """What there is to rank, and who takes no part in which application."""
    cases: list[Case] = []
    recused: dict[str, tuple[str, ...]] = {}
    rows = work.connection.execute(
        select(APPLICATIONS).where(
            APPLICATIONS.c.call_id == call_id, APPLICATIONS.c.state == "under_review"
        )
    ).mappings()
    for row in rows:
        application_id = row["application_id"]
        state = work.load(APPLICATION, application_id)
        review = work.load(REVIEW, application_id)
        if not isinstance(state, UnderReviewCase):
            raise Invalid("not-under-review", N_("An application is not under review any more."))
        sheets = review.sheets if isinstance(review, Scored) else {}
        recused[application_id] = (
            tuple(sorted(review.recused)) if isinstance(review, Scored) else ()
        )
        cases.append(
            Case(
                application_id=application_id,
                application_no=row["application_no"],
                version=state.version,
                submitted_at=row["submitted_at"],
                requested=state.content.requested,
                sheets=tuple(sheets.values()),
            )
        )
    return cases, recused


def _terms(work: Work, call_id: str) -> Terms:
    state = work.load(CALL, call_id)
    if isinstance(state, NoCall):
        raise Missing("call-missing", N_("There is no such call."))
    return state.terms
