"""An applicant sees their own applications, award and payments, and nobody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.grants.applications.wording import STATES as APPLICATION_STATES
from services.grants.awards.wording import STATUS_TAGS
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import Reserve
from services.grants.own.wording import AWARDS, PAYMENTS, STATES
from services.grants.payments.wording import PAYMENT_TAGS
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.identifiers import derived
from shared.money import Money

from . import home
from .applications_home import (
    approve,
    done,
    draft,
    officer,
    plan_visit,
    ready,
    submitted,
    under_review,
)
from .home import Asker, House
from .payments_home import ACCOUNT, People, schedule, sign


def applicant(house: House, *registrations: str, roles: tuple[Role, ...] = (Role.applicant,)):
    """Somebody who asks with their own registrations."""

    def headers() -> dict[str, str]:
        grants = tuple(RoleGrant(role, home.PROGRAMME) for role in roles)
        fresh_at = int(house.clock.now().timestamp())
        own = frozenset(registrations)
        reader = Reader("mira", "s-mira", "Mira", grants, fresh_at=fresh_at, registrations=own)
        return {"Authorization": f"Bearer {house.signer.sign(reader)}"}

    return Asker(house.app.test_client(), headers)


def said(answer: Any) -> str:
    """What the page says, in one line."""
    assert answer.status_code == 200, answer.text
    main = answer.text.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def test_nothing_yet_is_said_kindly(house):
    assert "You have no application with us" in said(applicant(house, "r1").get("/grants/mine"))


def test_a_handed_in_application_is_told_in_one_sentence(house):
    call_id, mira = ready(house)
    application_id = submitted(house, call_id, mira)
    asker = applicant(house, mira)
    page = said(asker.get("/grants/mine"))
    assert "We have your application and are checking it." in page
    assert "You need do nothing now." in page
    one = said(asker.get(f"/grants/mine/{application_id}"))
    assert "Carpentry workshop" in one and "120,000.00" in one


def test_what_is_missing_is_told(house):
    call_id, mira = ready(house)
    application_id = submitted(house, call_id, mira)
    done(house, application_id, "return", {"note": "The offer of the supplier"})
    asker = applicant(house, mira)
    assert "What you do next:" in said(asker.get("/grants/mine"))
    assert "The offer of the supplier" in said(asker.get(f"/grants/mine/{application_id}"))


def test_an_award_with_its_payments_and_visits_is_told(house):
    call_id, mira = ready(house)
    application_id = under_review(house, call_id, mira)
    asker = applicant(house, mira)
    before = said(asker.get(f"/grants/mine/{application_id}"))
    assert "Points of the committee" not in before
    approve(house, application_id)
    plan_visit(house, application_id, visitor="f1")
    one = said(asker.get(f"/grants/mine/{application_id}"))
    assert "Come to us and sign the agreement." in one
    assert "Points of the committee 88.40" in one
    assert "We visit you" in one
    number = officer(house).get(f"/grants/api/v1/applications/{application_id}").json
    award_id = derived("award", home.PROGRAMME, number["application_no"])
    people = People(house)
    amount = Money(12_000_000, "RSD")
    reserve = Reserve(
        by="chair", now=house.clock.now(), application_id=application_id, amount=amount
    )
    house.decide(BUDGET, call_id, reserve)
    sign(people, award_id)
    schedule(people, award_id)
    told = said(asker.get(f"/grants/mine/{application_id}"))
    assert "You signed the agreement." in told
    assert "Payment 1" in told and "72,000.00" in told and "We prepare it" in told
    assert f"••••{ACCOUNT[-4:]}" in told.replace("-", "") and ACCOUNT not in told


def test_anothers_application_is_as_one_that_never_was(house):
    call_id, mira = ready(house)
    application_id = submitted(house, call_id, mira)
    ana = home.register(house, "2", "Ana Primer")
    other = applicant(house, ana)
    answers = [
        other.get(f"/grants/mine/{wanted}")
        for wanted in (application_id, derived("application", "none"), "nonsense", "..%2f")
    ]
    assert {one.status_code for one in answers} == {404}
    assert "Carpentry" not in other.get("/grants/mine").text
    assert application_id not in other.get("/grants/mine").text


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.applicant}))
def test_it_is_for_applicants_alone(house, role):
    call_id, mira = ready(house)
    application_id = draft(house, call_id, mira)
    asker = applicant(house, mira, roles=(role,))
    assert asker.get("/grants/mine").status_code == 403
    assert asker.get(f"/grants/mine/{application_id}").status_code == 403


def test_an_applicant_reaches_no_page_of_the_staff(house):
    call_id, mira = ready(house)
    application_id = submitted(house, call_id, mira)
    asker = applicant(house, mira)
    for address in (
        "/grants/applications",
        f"/grants/applications/{application_id}",
        "/grants/awards",
        "/grants/payments",
        f"/grants/api/v1/applications/{application_id}",
    ):
        assert asker.get(address).status_code == 403, address


def test_every_state_has_words_for_applicants():
    assert STATES.keys() == APPLICATION_STATES.keys()
    assert AWARDS.keys() == STATUS_TAGS.keys()
    assert PAYMENTS.keys() == PAYMENT_TAGS.keys()


@pytest.mark.parametrize("words", [*STATES.values(), *AWARDS.values()])
def test_sentences_are_short(words):
    for sentence in re.split(r"(?<=[.?])\s", f"{words.says} {words.next}".strip()):
        assert len(sentence.split()) <= 15, sentence
