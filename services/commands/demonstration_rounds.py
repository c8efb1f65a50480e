"""The three rounds of a demonstration: one decided and paid, one in committee, one open.

seed(stage, registrations)      # of people with a certificate, in order
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from services.commands.demonstration_people import BUSINESSES, PEOPLE
from services.grants.applications import checking
from services.grants.applications import handling as applications
from services.grants.awards import handling as awards
from services.grants.awards.views import AWARDS
from services.grants.calls import handling as calls
from services.grants.calls.call import CALL
from services.grants.calls.terms import Criterion, Terms
from services.grants.committee import deciding
from services.grants.committee import handling as reviews
from services.grants.committee.meeting_events import ItemVote
from services.grants.committee.ranking import Points
from services.grants.payments import handling as payments
from services.grants.payments.batch_views import batch_lines
from services.grants.payments.exporting import batch_csv, export_batch, keep_file
from services.grants.payments.importing import import_statement
from services.grants.payments.matching import Line
from services.grants.payments.preparing import authorise_batch, prepare_batch, release_batch
from services.grants.programmes.region import Region
from shared.events.work import Work
from shared.money import Money, total

if TYPE_CHECKING:
    from services.commands.demonstration import Stage

ZONE: Final = "Europe/Belgrade"
CRITERIA: Final = (
    Criterion(name="Plan", points_max=50),
    Criterion(name="Means of living", points_max=30),
    Criterion(name="Experience", points_max=20),
)
THRESHOLD: Final = 56
POINTS: Final = ((44, 26, 15), (40, 21, 12), (33, 28, 17), (20, 15, 9))
"""What the first round's applications get for the three criteria; the last one stays below."""


def seed(stage: Stage, registrations: Sequence[str]) -> None:
    """Seed all three rounds."""
    _decided_round(stage, registrations[:4])
    _round_in_committee(stage, registrations[4:10])
    _open_round(stage, registrations[10:13])


def _open_call(stage: Stage, code: str, title: str, *, opens: int, deadline: int) -> str:
    officer = stage.who("programme_officer")
    terms = Terms(
        regions=(Region(country="RS", municipalities=("Kragujevac", "Knić", "Topola")),),
        currency="RSD",
        budget=Money(90_000_000, "RSD"),
        ceiling=Money(30_000_000, "RSD"),
        certificate_kind="business",
        criteria=CRITERIA,
        threshold_hundredths=THRESHOLD * 100,
        quorum=2,
        cooldown_days=730,
        opens_on=stage.noon(opens).date(),
        deadline=stage.noon(deadline) + timedelta(hours=9, minutes=59),
        timezone=ZONE,
        tranche_percents=(60, 40),
        member_ids=(*stage.all("committee_member"), stage.who("committee_chair")),
        tie_break="Means of living",
    )

    def draft(work: Work) -> str:
        made = calls.draft_call(work, by=officer, code=code, title=title, terms=terms)
        return str(made.body["id"])

    call_id = stage.run("grants", opens - 3, officer, draft)
    for days, act in ((opens - 1, calls.publish_call), (opens, calls.open_call)):

        def go_on(work: Work, act: object = act) -> None:
            version = work.version_after(CALL, call_id)
            act(work, call_id, by=officer, version=version)  # type: ignore[operator]

        stage.run("grants", days, officer, go_on)
    return call_id


def _apply(stage: Stage, call_id: str, registration_id: str, place: int, *, days: int) -> str:
    """An application written with an officer's help; its id."""
    officer = stage.who("programme_officer")
    content = applications.Content(
        kind="start" if place % 2 else "expand",
        business=BUSINESSES[place % len(BUSINESSES)],
        requested=requested(place),
        own_contribution=Money(2_000_000, "RSD"),
        account=account_number(place),
    )

    def draft(work: Work) -> str:
        made = applications.draft(
            work,
            by=officer,
            call_id=call_id,
            registration_id=registration_id,
            channel="assisted",
            content=content,
        )
        return str(made.body["id"])

    return stage.run("grants", days, officer, draft)


def _submit(stage: Stage, application_id: str, *, days: int) -> None:
    officer = stage.who("programme_officer")
    stage.run(
        "grants",
        days,
        officer,
        lambda work: applications.submit(work, application_id, by=officer, version=None),
    )


def _check(stage: Stage, application_id: str, *, days: int) -> None:
    officer = stage.who("programme_officer", 2)
    stage.run(
        "grants",
        days,
        officer,
        lambda work: checking.check(
            work, application_id, by=officer, expected="eligible", version=None
        ),
    )


def _close(stage: Stage, call_id: str, *, days: int) -> None:
    officer = stage.who("programme_officer")
    stage.run(
        "grants",
        days,
        officer,
        lambda work: calls.close_call(
            work, call_id, by=officer, version=work.version_after(CALL, call_id)
        ),
    )
    chair = stage.who("committee_chair")
    stage.run(
        "grants",
        days + 1,
        chair,
        lambda work: reviews.assign_committee(work, call_id, by=chair),
    )


def _score(
    stage: Stage, application_id: str, member: str, given: Sequence[int], *, days: int
) -> None:
    points = tuple(
        Points(criterion=criterion.name, points=number)
        for criterion, number in zip(CRITERIA, given, strict=True)
    )

    def handler(work: Work) -> None:
        reviews.declare(work, application_id, by=member, reason=None)
        reviews.submit(work, application_id, by=member, points=points, comment="")

    stage.run("grants", days, member, handler)


# The first round: decided, and on its way to the bank


def _decided_round(stage: Stage, registrations: Sequence[str]) -> None:
    call_id = _open_call(stage, "KG-26-1", "Spring round 2026", opens=-50, deadline=-40)
    made = []
    for place, registration_id in enumerate(registrations):
        made.append(_apply(stage, call_id, registration_id, place, days=-46))
        _submit(stage, made[-1], days=-45)
        _check(stage, made[-1], days=-43)
    _close(stage, call_id, days=-39)
    for application_id, points in zip(made, POINTS, strict=True):
        for shift, member in enumerate(stage.all("committee_member")):
            given = tuple(number - shift for number in points)
            _score(stage, application_id, member, given, days=-36)
    _meet(stage, call_id, made)
    _pay(stage, made)


def _meet(stage: Stage, call_id: str, made: Sequence[str]) -> None:
    chair, members = stage.who("committee_chair"), stage.all("committee_member")
    meeting_id = stage.run(
        "grants",
        -34,
        chair,
        lambda work: deciding.convene(
            work, by=chair, call_id=call_id, held_on=stage.noon(-33).date()
        ),
    )

    def rank(work: Work) -> None:
        deciding.attend(work, meeting_id, by=chair, present_ids=[*members, chair])
        deciding.close_scoring(work, meeting_id, by=chair)
        deciding.record_ranking(work, meeting_id, by=chair)

    stage.run("grants", -33, chair, rank)
    for member in members:

        def vote(work: Work, member: str = member) -> None:
            votes = [ItemVote(application_id=one, vote="for") for one in made]
            deciding.vote(work, meeting_id, by=member, votes=votes)

        stage.run("grants", -33, member, vote)

    amounts = [requested(place) for place, points in enumerate(POINTS) if sum(points) >= THRESHOLD]
    expected = deciding.Expected(approved=len(amounts), amount=total(amounts, currency="RSD"))

    def decide(work: Work) -> None:
        deciding.decide(work, meeting_id, by=chair, expected=expected, version=None)

    stage.run("grants", -33, chair, decide)


def _pay(stage: Stage, made: Sequence[str]) -> None:
    """One award is paid its first tranche, one waits for an authoriser, one to be prepared."""
    finance, officer = stage.who("finance_officer"), stage.who("programme_officer")
    service = stage.installation.services["grants"]
    with service.database.reading() as connection:
        rows = connection.execute(
            select(AWARDS.c.application_id, AWARDS.c.award_id).where(
                AWARDS.c.application_id.in_(made)
            )
        )
        found = {row.application_id: row.award_id for row in rows}
    waiting = []
    for place, application_id in enumerate(one for one in made if one in found):

        def sign(work: Work, application_id: str = application_id, place: int = place) -> str:
            award_id = str(found[application_id])
            awards.sign_agreement(
                work,
                award_id,
                by=officer,
                full_name=PEOPLE[place].full_name,
                account_number=account_number(place),
                agreement_no=f"KG-26-1/{place + 1}",
            )
            return award_id

        award_id = stage.run("grants", -26, officer, sign)

        def schedule(work: Work, award_id: str = award_id) -> str:
            return awards.schedule_tranche(work, award_id, by=finance, tranche=1)

        waiting.append(stage.run("grants", -25, finance, schedule))
    _to_the_bank(stage, waiting[:1])
    for payment_id in waiting[1:2]:

        def request(work: Work, payment_id: str = payment_id) -> None:
            payments.request_payment(work, payment_id, by=finance)

        stage.run("grants", -2, finance, request)


def _to_the_bank(stage: Stage, payment_ids: Sequence[str]) -> None:
    """A batch by three people, its file, and the statement that came back."""
    finance = stage.who("finance_officer")
    first, second = stage.all("finance_controller")
    service = stage.installation.services["grants"]
    batch_id = stage.run(
        "grants", -24, finance, lambda work: prepare_batch(work, payment_ids, by=finance)
    )
    stage.run("grants", -23, first, lambda work: authorise_batch(work, batch_id, by=first))
    stage.run("grants", -22, second, lambda work: release_batch(work, batch_id, by=second))
    with service.database.reading() as connection:
        lines = batch_lines(connection, batch_id)
    sha256 = keep_file(service, batch_id, batch_csv(lines))
    stage.run(
        "grants",
        -21,
        finance,
        lambda work: export_batch(work, batch_id, by=finance, file_sha256=sha256),
    )
    statement = [
        Line(
            booked_on=stage.noon(-20).date(),
            end_to_end_id=one.end_to_end_id,
            kind="debit",
            amount=Money(one.amount_minor, one.currency),
            bank_reference="1",
        )
        for one in lines
    ]
    statement.append(
        Line(
            booked_on=stage.noon(-20).date(),
            end_to_end_id="UNKNOWN-26",
            kind="debit",
            amount=Money(45_000, "RSD"),
            bank_reference="2",
        )
    )
    stage.run("grants", -19, finance, lambda work: import_statement(work, statement, by=finance))


# The second round: with the committee


def _round_in_committee(stage: Stage, registrations: Sequence[str]) -> None:
    call_id = _open_call(stage, "KG-26-2", "Summer round 2026", opens=-20, deadline=-4)
    made = []
    for place, registration_id in enumerate(registrations, start=4):
        made.append(_apply(stage, call_id, registration_id, place, days=-15))
        _submit(stage, made[-1], days=-14)
        _check(stage, made[-1], days=-10)
    _close(stage, call_id, days=-3)
    # Two members are done, which is the quorum; the first and the chair have not begun.
    _, second, third = stage.all("committee_member")
    for place, application_id in enumerate(made):
        _score(stage, application_id, second, (42 - 2 * place, 24 - place, 14), days=-1)
        _score(stage, application_id, third, (40 - place, 22 - place, 13 - place), days=-1)


# The third round: open


def _open_round(stage: Stage, registrations: Sequence[str]) -> None:
    call_id = _open_call(stage, "KG-26-3", "Autumn round 2026", opens=-6, deadline=24)
    made = [
        _apply(stage, call_id, one, place, days=-3)
        for place, one in enumerate(registrations, start=8)
    ]
    for application_id in made[:2]:
        _submit(stage, application_id, days=-2)


def requested(place: int) -> Money:
    """What the application at this place asks for."""
    return Money(18_000_000 + 1_500_000 * (place % 7), "RSD")


def account_number(place: int) -> str:
    """An invented account in Serbia with right check digits (ISO 7064 mod 97-10)."""
    digits = f"160{7_000_000 + 137 * place:013}"
    return f"{digits}{98 - int(digits) * 100 % 97:02}"
