"""What invented people do after training: they apply, are scored, are paid, are visited.

Decides as the rules say, so that only approved applications are paid and visited:

    apply_and_decide(draft, call)
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from services.register import invented_people
from shared.money import Money, split

if TYPE_CHECKING:
    from services.register.invent import Draft, Person

Cells = dict[str, Any]


def apply_and_decide(draft: Draft, call: Cells) -> None:
    """One call from its first application to the last visit."""
    chance = draft.chance
    day = date.fromisoformat(str(call["opens"])) + timedelta(days=2)
    people = [one for one in draft.people if one.country == call["country"]]
    chance.shuffle(people)
    able: list[Person] = []
    minors: list[Person] = []
    recent: list[Person] = []
    unable: list[Person] = []
    for person in people:
        adult = person.birth_date.year + 18 < day.year
        held = any((day - since).days < call["cooldown_days"] - 100 for since in person.awarded)
        free = all((day - since).days >= call["cooldown_days"] for since in person.awarded)
        if not adult:
            minors.append(person)
        elif person.certified_on is None:
            unable.append(person)
        elif held:
            recent.append(person)
        elif free:
            able.append(person)
    scored: list[tuple[Any, Cells, Person]] = []
    for person in able[:16]:
        application = _apply(draft, call, person, day=chance.randrange(30))
        scored.append((_score(draft, call, application), application, person))
        if chance.random() < 0.15:
            _apply(draft, call, person, day=40)
    for person in able[16:19]:
        _apply(draft, call, person, day=None)
    for person in able[19:21]:
        _apply(draft, call, person, day=5, share=101)
    for person in (*minors[:2], *unable[:2], *recent[:2]):
        _apply(draft, call, person, day=chance.randrange(30))
    _pay_in_order(draft, call, scored)


def _apply(draft: Draft, call: Cells, person: Person, *, day: int | None, share: int = 0) -> Cells:
    """``day`` counts from the opening; None is just after the deadline."""
    chance = draft.chance
    zone = ZoneInfo(call["timezone"])
    if day is None:
        moment = datetime.fromisoformat(call["deadline"]) + timedelta(seconds=chance.choice((1, 9)))
    else:
        at = call["opens"] + timedelta(days=2 + day)
        minute = chance.randrange(24 * 60)
        moment = datetime(at.year, at.month, at.day, minute // 60, minute % 60, tzinfo=zone)
    asked = call["ceiling_minor"] * (share or chance.randrange(55, 101)) // 100
    application = {
        "application_no": draft.application_number.format(len(draft.rows["applications"]) + 1),
        "call": call["call"],
        "participant_no": chance.choice(person.registrations),
        "kind": chance.choice(("start", "expand")),
        "business": chance.choice(invented_people.BUSINESSES),
        "submitted_at": moment.isoformat(),
        "requested_minor": asked - chance.randrange(100) * (not share),
        "currency": call["currency"],
        "own_contribution_minor": asked // 10,
        "account": invented_people.account(chance, call["country"]),
        "channel": chance.choice(("self_service", "assisted", "paper")),
    }
    draft.add("applications", **application)
    return application


def _score(draft: Draft, call: Cells, application: Cells) -> Any:
    """Write the sheets; returns by what the application is ranked, its score first (negative)."""
    chance = draft.chance
    members = call["members"].split(";")
    number = application["application_no"]
    recused = {chance.choice(members)} if chance.random() < 0.1 else set()
    for member in recused:
        draft.add("conflicts", application_no=number, member=member, reason='neighbour, "kum"')
    able = [member for member in members if member not in recused]
    able = able[: max(call["quorum"], chance.randrange(len(able)) + 1)]
    level = chance.uniform(0.3, 0.9)
    total = vulnerability = 0
    for member in able:
        points = {}
        for part in call["criteria"].split(";"):
            name, _, most = part.rpartition(":")
            points[name] = min(int(most), int(int(most) * (level + chance.random() * 0.2)))
        total += sum(points.values())
        vulnerability += points["vulnerability"]
        draft.add("score_sheets", application_no=number, member=member, **points)
    score = Fraction(round(Fraction(total * 100, len(able))), 100)
    moment = datetime.fromisoformat(application["submitted_at"])
    return (-score, -Fraction(vulnerability, len(able)), moment, number)


def _pay_in_order(draft: Draft, call: Cells, scored: list[tuple[Any, Cells, Person]]) -> None:
    left = call["budget_minor"]
    for rank, application, person in sorted(scored, key=lambda one: one[0]):
        if -rank[0] < Fraction(call["threshold"]) or application["requested_minor"] > left:
            return
        left -= application["requested_minor"]
        person.awarded.append(call["decided_on"])
        _pay(draft, call, application)
        _visit(draft, call, application)


def _pay(draft: Draft, call: Cells, application: Cells) -> None:
    chance = draft.chance
    day = call["decided_on"] + timedelta(days=chance.randrange(10, 40))
    percents = [int(part) for part in call["tranches"].split(";")]
    amounts = split(Money(application["requested_minor"], call["currency"]), percents)
    paid = len(amounts) if chance.random() < 0.85 else 1
    for tranche, amount in enumerate(amounts[:paid], start=1):
        name = f"{application['application_no']}-T{tranche}"
        kinds = [(name, "debit")]
        if chance.random() < 0.15:
            kinds += [(name, "return"), (f"{name}-R1", "debit")]
        for end_to_end_id, kind in kinds:
            day += timedelta(days=3)
            line = {
                "line": len({row["line"] for row in draft.rows["bank_statement"]}) + 1,
                "booked_on": day,
                "end_to_end_id": end_to_end_id,
                "kind": kind,
                "amount_minor": amount.minor,
                "currency": amount.currency,
            }
            for _ in range(1 if chance.random() < 0.85 else chance.randrange(2, 4)):
                draft.add("bank_statement", **line)


def _visit(draft: Draft, call: Cells, application: Cells) -> None:
    chance = draft.chance
    for month in (1, 3, 6, 12):
        if chance.random() < 0.15:
            continue
        day = call["decided_on"] + timedelta(days=30 * month + 40)
        at = datetime.combine(day, time(chance.randrange(24), chance.randrange(60)))
        going = chance.random() < 0.8
        visit = {
            "visit_id": f"{application['application_no']}#{month}",
            "application_no": application["application_no"],
            "month": month,
            "occurred_at": at.isoformat(),
            "recorded_at": (at + timedelta(hours=chance.randrange(60))).isoformat(),
            "outcome": "trading" if going else "closed",
            "registered": chance.choice(("yes", "no", "")),
            "equipment_present": chance.choice(("yes", "no")),
            "jobs": chance.randrange(4) if going else 0,
            "income_band": chance.choice(("low", "middle")) if going else "none",
        }
        for _ in range(1 if chance.random() < 0.9 else 2):
            draft.add("visits", **visit)
