"""Batches over HTTP: put together, authorised, released, exported once as one file."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest

from shared.access.roles import Role
from shared.money import Money

from .home import PROGRAMME
from .payments_home import (
    API,
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


def test_three_people_bring_a_batch_to_the_bank_as_one_file(house, people):
    first, second = signed_payment(house, "A0001"), signed_payment(house, "A0002")
    batch_id = exported_batch(people, first, second)
    shown = people.preparer.get(f"{API}/batches/{batch_id}").get_json()
    assert (shown["state"], shown["count"], shown["total"]["amount"]) == (
        "exported",
        2,
        "120001.20",
    )
    file = people.preparer.get(f"{API}/batches/{batch_id}/file")
    assert file.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(file.text)))
    assert rows[1][:4] == [
        "A0001-T1",
        "Mira Primer",
        "160-3763432601624-14",
        "RS35160376343260162414",
    ]
    assert rows[-3][:2] == ["count", "2"] and rows[-2][4:] == ["120001.20", "RSD", "12000120"]
    body = file.data[: file.data.rindex(b'"sha256"')]
    assert rows[-1][1] == hashlib.sha256(body).hexdigest()
    done(do(people.preparer, f"/batches/{batch_id}", "export"))
    again = people.preparer.get(f"{API}/batches/{batch_id}/file")
    assert again.data == file.data
    assert people.preparer.get(f"{API}/batches/{batch_id}").get_json()["version"] == 4
    assert house.recorded().count(("exported", "petra")) == 2
    states = {
        people.preparer.get(f"{API}/payments/{one}").get_json()["state"] for one in (first, second)
    }
    assert states == {"exported"}


def test_a_name_is_no_formula_in_the_file(house, people):
    award_id = offer(house)
    sign(people, award_id, name="=HYPERLINK(1)")
    batch_id = exported_batch(people, schedule(people, award_id))
    assert '"\'=HYPERLINK(1)"' in people.preparer.get(f"{API}/batches/{batch_id}/file").text


def test_no_step_is_left_out(house, people):
    batch_id = batch_of(people, signed_payment(house))
    address = f"/batches/{batch_id}"
    assert code(do(people.controller, address, "release")) == "409 batch-state-forbids"
    assert code(do(people.preparer, address, "export")) == "409 batch-state-forbids"
    assert people.preparer.get(f"{API}{address}/file").status_code == 404
    done(do(people.controller, address, "authorise"))
    assert code(do(people.preparer, address, "export")) == "409 batch-state-forbids"
    assert people.preparer.post(f"{API}{address}/release", If_Match='"2"').status_code == 403


def test_a_payment_is_in_one_batch_only(house, people):
    payment_id = signed_payment(house)
    batch_of(people, payment_id)
    again = people.preparer.post(f"{API}/batches", {"payments": [payment_id]})
    assert code(again) == "409 payment-in-batch"
    for wrong in ([], ["x" * 37], "x", [1], None):
        answer = people.preparer.post(f"{API}/batches", {"payments": wrong})
        assert answer.status_code == 422
    assert people.preparer.post(f"{API}/batches", {"payments": ["x"]}).status_code == 404


def test_a_batch_holds_one_currency_and_one_programme(house, people):
    here = signed_payment(house)
    house.as_reader(Role.finance_officer, account_id="petra")
    award_id = offer(house, "B0001", programme="BA-2026", amount=Money(1_000_000, "RSD"))
    signer = house.as_reader(Role.programme_officer, programme="BA-2026", account_id="olga")
    facts = {"full_name": "Ajla Primer", "account_number": "1290079401028494", "agreement_no": "2"}
    done(do(signer, f"/awards/{award_id}", "sign", facts))
    payer = house.as_reader(Role.finance_officer, programme="BA-2026", account_id="petra")
    there = done(do(payer, f"/awards/{award_id}/tranches/1", "schedule"))["id"]
    everywhere = house.as_reader(Role.finance_officer, programme="*", account_id="petra")
    answer = everywhere.post(f"{API}/batches", {"payments": [here, there]})
    assert code(answer) == "422 batch-programmes-differ"
    assert PROGRAMME != "BA-2026"


def test_what_leaves_a_batch_voids_what_was_agreed(house, people):
    first, second = signed_payment(house, "A0001"), signed_payment(house, "A0002")
    batch_id = batch_of(people, first, second)
    done(do(people.controller, f"/batches/{batch_id}", "authorise"))
    facts = {"without": [first], "reason": "The agreement is looked at again."}
    done(do(people.preparer, f"/batches/{batch_id}", "rebuild", facts))
    shown = people.preparer.get(f"{API}/batches/{batch_id}").get_json()
    assert (shown["state"], shown["count"], shown["authorised_by"]) == ("prepared", 1, None)
    done(do(people.preparer, f"/batches/{batch_id}", "dissolve", {"reason": "Not this week."}))
    states = [
        people.preparer.get(f"{API}/payments/{one}").get_json()["state"] for one in (first, second)
    ]
    assert states == ["scheduled", "scheduled"]
    exported_batch(people, first, second)


def test_roles_versions_and_ids_are_asked(house, people):
    batch_id = batch_of(people, signed_payment(house))
    address = f"{API}/batches/{batch_id}"
    assert code(people.controller.post(f"{address}/authorise")) == "428 version-required"
    stale = people.controller.post(f"{address}/authorise", If_Match='"5"')
    assert code(stale) == "412 stale-version"
    assert people.preparer.post(f"{address}/authorise", If_Match='"1"').status_code == 403
    assert people.officer.get(address).status_code == 403
    assert people.auditor.get(address).status_code == 200
    assert people.auditor.get(f"{address}/file").status_code == 403
    assert people.preparer.get(f"{API}/batches/nonsense").status_code == 404
    assert [b["batch_id"] for b in people.preparer.get(f"{API}/batches").get_json()["items"]] == [
        batch_id
    ]


def test_pages_build_authorise_release_and_export(house, people):
    assert "No batches yet" in people.preparer.get("/grants/batches").text
    payment_id = signed_payment(house)
    form = people.preparer.get("/grants/batches/new").text
    assert payment_id in form and "A0001" in form
    nothing = people.preparer.submit("/grants/batches/new", "/grants/batches/new")
    assert nothing.status_code == 422 and "govuk-error-summary" in nothing.text
    made = people.preparer.submit("/grants/batches/new", "/grants/batches/new", payments=payment_id)
    assert made.status_code == 303
    page = made.location
    mine = people.preparer.get(page).text
    assert "60,000.60" in mine and f"{page}/authorise" not in mine
    assert "You prepared it: somebody else" in mine
    confirm = people.controller.get(f"{page}/authorise").text
    assert "another controller" in confirm
    for asker, act, version in (
        (people.controller, "authorise", "1"),
        (people.second_controller, "release", "2"),
        (people.preparer, "export", "3"),
    ):
        answer = asker.submit(f"{page}/{act}", f"{page}/{act}", version=version)
        assert (answer.status_code, answer.location) == (303, page), answer.text
    shown = people.preparer.get(page).text
    assert f"{page}/file" in shown
    assert people.preparer.get(f"{page}/file").data.startswith(b'"end_to_end_id"')
    assert people.controller.get("/grants/batches").status_code == 200
    assert people.officer.get("/grants/batches").status_code == 403


def test_one_controller_with_both_steps_is_refused_on_the_page_too(house, people):
    page = f"/grants/batches/{batch_of(people, signed_payment(house))}"
    people.controller.submit(f"{page}/authorise", f"{page}/authorise", version="1")
    mine = people.controller.get(page).text
    assert f"{page}/release" not in mine and "another controller" in mine
    refused = people.controller.submit(f"{page}/release", f"{page}/release", version="2")
    assert refused.status_code == 403
