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

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_commands import (
    ImportApplication,
    ImportChecks,
)
from services.grants.applications.application_events import Channel, Kind
from services.grants.applications.application_state import (
    ApplicationState,
    IneligibleCase,
    NoApplication,
)
from services.grants.applications.eligibility import (
    Facts,
    Submission,
    examine,
)
from services.grants.applications.facts import KnownPeople
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import ImportBudget
from services.grants.calls.call import CALL, ImportCall, NoCall
from services.grants.calls.terms import Criterion, Terms
from services.grants.history_committee import (
    OldConflict,
    OldSheet,
    call_terms,
    history_open,
    import_decision,
    import_reviews,
)
from services.grants.programmes.programme import (
    PROGRAMME,
    CloseHistory,
    NoProgramme,
    OpenProgramme,
)
from services.grants.programmes.region import Region
from shared.errors import Missing
from shared.events.append import Claim
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_
from shared.money import Money

__all__ = [
    "OldApplication",
    "OldConflict",
    "OldSheet",
    "close_history",
    "history_open",
    "import_applications",
    "import_call",
    "import_decision",
    "import_reviews",
    "open_programme",
]


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


def import_applications(work: Work, *, call: str, rows: Iterable[OldApplication]) -> int:
    """How many applications were new. Give all rows of a call at once, in any order."""
    call_id = derived("call", work.context.programme, call)
    terms = call_terms(work, call_id)
    known = KnownPeople(work.connection, work.context.programme, call_id, terms.certificate_kind)
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
