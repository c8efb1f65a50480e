"""Payments over HTTP: prepared, authorised and released by three people, whatever their roles."""

from __future__ import annotations

import pytest

from services.grants.awards.views import one_award
from services.grants.committee.ranking import Points
from services.grants.committee.review import (
    REVIEW,
    AssignMembers,
    DeclareNoConflict,
    SubmitSheet,
)
from services.grants.payments.views import one_payment
from shared.access.roles import Role

from .home import TERMS
from .payments_home import (
    API,
    OTHER_ACCOUNT,
    People,
    batch_of,
    code,
    do,
    done,
    exported_batch,
    offer,
    schedule,
    sign,
    signed_payment,
)


@pytest.fixture
def people(house):
    return People(house)


def state(people, payment_id):
    return people.preparer.get(f"{API}/payments/{payment_id}").get_json()["state"]


def test_three_people_bring_a_payment_to_release(house, people):
    payment_id = signed_payment(house)
    address = f"/payments/{payment_id}"
    done(do(people.preparer, address, "request"))
    done(do(people.controller, address, "authorise"))
    done(do(people.second_controller, address, "release"))
    shown = people.preparer.get(f"{API}{address}").get_json()
    assert (shown["state"], shown["amount"]["amount"]) == ("released", "60000.60")
    assert [shown[f"{name}_by"] for name in ("requested", "authorised", "released")] == [
        "petra",
        "klara",
        "karlo",
    ]


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ((("petra", "request"), ("petra", "authorise")), "403 same-person-authorises"),
        (
            (("petra", "request"), ("klara", "authorise"), ("petra", "release")),
            "403 same-person-releases",
        ),
        (
            (("petra", "request"), ("klara", "authorise"), ("klara", "release")),
            "403 same-controller-releases",
        ),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_no_two_duties_are_one_persons_even_with_both_roles(
    house, people, steps, refused, together
):
    """Each account holds both roles, as a mistaken grant would have it."""
    payment_id = signed_payment(house)
    roles = (Role.finance_officer, Role.finance_controller)
    address = f"/payments/{payment_id}"
    if together:
        steps = steps[1:]
        address = f"/batches/{batch_of(people, payment_id)}"
    *before, last = steps
    for account_id, act in before:
        done(do(house.as_reader(*roles, account_id=account_id), address, act))
    account_id, act = last
    assert code(do(house.as_reader(*roles, account_id=account_id), address, act)) == refused


def test_who_changed_the_account_does_not_release_to_it(house, people):
    award_id = offer(house)
    sign(people, award_id)
    done(do(people.officer, f"/awards/{award_id}", "account", {"account_number": OTHER_ACCOUNT}))
    payment_id = schedule(people, award_id)
    done(do(people.preparer, f"/awards/{award_id}", "account/confirm"))
    house.clock.moment = house.clock.moment.replace(day=5)
    done(do(people.preparer, f"/payments/{payment_id}", "request"))
    done(do(people.controller, f"/payments/{payment_id}", "authorise"))
    both = house.as_reader(Role.programme_officer, Role.finance_controller, account_id="olga")
    release = do(both, f"/payments/{payment_id}", "release")
    assert code(release) == "403 account-changer-releases"
    done(do(people.second_controller, f"/payments/{payment_id}", "release"))


@pytest.mark.parametrize("together", [False, True])
def test_who_typed_the_first_account_neither_authorises_nor_releases_to_it(house, people, together):
    """Olga signed the agreement; a mistaken grant made her a controller too."""
    payment_id = signed_payment(house)
    olga = house.as_reader(Role.programme_officer, Role.finance_controller, account_id="olga")
    address = f"/payments/{payment_id}"
    if together:
        address = f"/batches/{batch_of(people, payment_id)}"
    else:
        done(do(people.preparer, address, "request"))
        assert f"{payment_id}/authorise" not in olga.get(f"/grants{address}").text
    assert code(do(olga, address, "authorise")) == "403 account-changer-authorises"
    done(do(people.controller, address, "authorise"))
    assert code(do(olga, address, "release")) == "403 account-changer-releases"
    done(do(people.second_controller, address, "release"))


def test_who_scored_has_no_part_in_paying(house, people):
    payment_id = signed_payment(house)
    scored_by(house, payment_id, "petra")
    assert code(do(people.preparer, f"/payments/{payment_id}", "request")) == "403 scorer-pays"
    made = people.preparer.post(f"{API}/batches", {"payments": [payment_id]})
    assert code(made) == "403 scorer-pays"


def scored_by(house, payment_id, member_id):
    """The application's review holds a sheet of this member."""
    award = house.ask(one_award, house.ask(one_payment, payment_id).award_id)
    review_id, who = award.application_id, {"now": house.clock.now()}

    def handler(work):
        assign = AssignMembers(
            by="chair",
            application_id=review_id,
            call_id=award.call_id,
            registration_id=award.registration_id,
            member_ids=(member_id,),
            assisted_by=None,
            **who,
        )
        work.decide(REVIEW, review_id, assign)
        work.decide(REVIEW, review_id, DeclareNoConflict(by=member_id, **who))
        points = tuple(Points(criterion=one.name, points=1) for one in TERMS.criteria)
        work.decide(REVIEW, review_id, SubmitSheet(by=member_id, points=points, terms=TERMS, **who))

    house.run(handler)


def test_a_single_agreement_counts_in_a_batch_but_hides_no_duty(house, people):
    payment_id = signed_payment(house)
    roles = (Role.finance_officer, Role.finance_controller)
    petra = house.as_reader(*roles, account_id="petra")
    done(do(petra, f"/payments/{payment_id}", "request"))
    done(do(people.controller, f"/payments/{payment_id}", "authorise"))
    other = house.as_reader(Role.finance_officer, account_id="pavle")
    batch_id = done(other.post(f"{API}/batches", {"payments": [payment_id]}))["id"]
    assert code(do(petra, f"/batches/{batch_id}", "authorise")) == "403 same-person-authorises"
    done(do(people.second_controller, f"/batches/{batch_id}", "authorise"))
    assert code(do(petra, f"/batches/{batch_id}", "release")) == "403 same-person-releases"
    release = do(people.controller, f"/batches/{batch_id}", "release")
    assert code(release) == "403 same-controller-releases"


def test_a_hold_and_a_cancellation_leave_no_agreement_behind(house, people):
    payment_id = signed_payment(house)
    address = f"/payments/{payment_id}"
    batch_id = batch_of(people, payment_id)
    done(do(people.controller, address, "hold"))
    assert people.preparer.get(f"{API}/batches/{batch_id}").get_json()["state"] == "dissolved"
    assert code(do(people.preparer, address, "request")) == "409 payment-state-forbids"
    done(do(people.preparer, address, "lift", {"reason": "It was looked at."}))
    done(do(people.preparer, address, "cancel", {"reason": "Paid twice by mistake."}))
    assert state(people, payment_id) == "cancelled"
    award_id = people.preparer.get(f"{API}{address}").get_json()["award_id"]
    assert schedule(people, award_id) != payment_id


def test_a_refused_payment_is_issued_again(house, people):
    payment_id = signed_payment(house)
    exported_batch(people, payment_id)
    address = f"/payments/{payment_id}"
    cancel = do(people.preparer, address, "cancel", {"reason": "Too late."})
    assert code(cancel) == "409 payment-state-forbids"
    done(do(people.preparer, address, "fail", {"ground": "account_closed"}))
    done(do(people.preparer, address, "reissue"))
    shown = people.preparer.get(f"{API}{address}").get_json()
    assert (shown["state"], shown["end_to_end_id"]) == ("scheduled", "A0001-T1-R1")
    exported_batch(people, payment_id)


def test_versions_ids_and_roles_are_asked(house, people):
    payment_id = signed_payment(house)
    address = f"{API}/payments/{payment_id}"
    assert code(people.preparer.post(f"{address}/request")) == "428 version-required"
    assert code(people.preparer.post(f"{address}/request", If_Match='"9"')) == "412 stale-version"
    assert people.controller.post(f"{address}/request", If_Match='"1"').status_code == 403
    assert people.preparer.post(f"{address}/authorise", If_Match='"1"').status_code == 403
    assert people.preparer.get(f"{API}/payments/nonsense").status_code == 404
    assert people.trainer.get(address).status_code == 403
    elsewhere = house.as_reader(Role.finance_officer, programme="BA-2026", account_id="z")
    assert elsewhere.get(address).status_code == 404
    assert elsewhere.post(f"{API}/batches", {"payments": [payment_id]}).status_code == 404
    assert elsewhere.get(f"{API}/payments").get_json()["items"] == []
    listed = people.preparer.get(f"{API}/payments?state=scheduled").get_json()["items"]
    assert [one["payment_id"] for one in listed] == [payment_id]
    assert listed[0]["account"] == "••••2414"


def test_pages_show_what_waits_and_who_may_go_on(house, people):
    assert "Nothing waits" in people.preparer.get("/grants/payments").text
    award_id = offer(house)
    sign(people, award_id)
    waiting = people.preparer.get("/grants/payments").text
    assert "A0001" in waiting and "1 payment waits" in waiting
    address = f"/grants/awards/{award_id}/tranches/1/schedule"
    made = people.preparer.submit(address, address, version="2")
    assert made.status_code == 303 and made.location.startswith("/grants/payments/")
    page = made.location
    shown = people.preparer.get(page).text
    assert "60,000.60" in shown and f"{page}/request" in shown
    prepared = people.preparer.submit(f"{page}/request", f"{page}/request", version="1")
    assert (prepared.status_code, prepared.location) == (303, page)
    both = house.as_reader(Role.finance_officer, Role.finance_controller, account_id="petra")
    mine = both.get(page).text
    assert f"{page}/authorise" not in mine and "You prepared it" in mine
    confirm = people.controller.get(f"{page}/authorise").text
    assert "A third person" in confirm
    refused = both.submit(f"{page}/authorise", f"{page}/authorise", version="2")
    assert refused.status_code == 403 and "does not authorise" in refused.text
    done_page = people.controller.submit(f"{page}/authorise", f"{page}/authorise", version="2")
    assert done_page.status_code == 303
    assert "You authorised it" in people.controller.get(page).text
    assert people.auditor.get(page).status_code == 200
    assert people.trainer.get("/grants/payments").status_code == 403
    assert people.preparer.get("/grants/payments/nonsense").status_code == 404
