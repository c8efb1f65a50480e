"""The bank's statement over HTTP: each line has one effect, the rest waits for a person."""

from __future__ import annotations

import pytest

from shared.access.roles import Role

from .home import PROGRAMME
from .payments_home import (
    API,
    People,
    bring,
    budget,
    code,
    do,
    done,
    exported_batch,
    signed_payment,
    statement,
)

DEBIT = "2026-03-01,A0001-T1,debit,60000.60,RSD,1"
RETURN = "2026-03-01,A0001-T1,return,60000.60,RSD,2"
UNNAMED = "2026-03-01,ROUND ONE,debit,60000.60,RSD,3"


@pytest.fixture
def people(house):
    return People(house)


@pytest.fixture
def payment_id(house, people):
    made = signed_payment(house)
    exported_batch(people, made)
    return made


def payment(people, payment_id):
    return people.preparer.get(f"{API}/payments/{payment_id}").get_json()


def only_line(people, state=""):
    (line,) = people.preparer.get(f"{API}/statements/lines?state={state}").get_json()["items"]
    return line


def take(people, csv, programme=PROGRAMME):
    return people.preparer.post(f"{API}/statements", {"programme": programme, "csv": csv})


def test_a_debit_pays_and_a_return_takes_it_back_once_each(house, people, payment_id):
    assert bring(people, DEBIT) == {"matched": 1, "unmatched": 0, "known": 0}
    assert budget(house)["spent"] == 6_000_060
    paid = payment(people, payment_id)
    assert (paid["state"], paid["booked_on"]) == ("paid", "2026-03-01")
    award = people.officer.get(f"{API}/awards/{paid['award_id']}").get_json()
    assert award["status"] == "active" and award["tranches"][0]["paid"]
    for _ in range(2):
        assert bring(people, DEBIT, DEBIT) == {"matched": 0, "unmatched": 0, "known": 2}
    assert budget(house)["spent"] == 6_000_060
    assert bring(people, RETURN)["matched"] == 1
    assert budget(house)["spent"] == 0
    assert payment(people, payment_id)["state"] == "returned"
    done(do(people.preparer, f"/payments/{payment_id}", "reissue"))
    exported_batch(people, payment_id)
    assert bring(people, DEBIT.replace("T1,", "T1-R1,"))["matched"] == 1
    assert budget(house)["spent"] == 6_000_060


def test_a_line_that_fits_nothing_waits_and_is_matched_by_hand(house, people, payment_id):
    assert bring(people, UNNAMED) == {"matched": 0, "unmatched": 1, "known": 0}
    line = only_line(people, "unmatched")
    assert line["ground"] == "end_to_end_id_unknown"
    address = f"/statements/lines/{line['line_id']}"
    done(do(people.preparer, address, "match", {"payment_id": payment_id}))
    assert payment(people, payment_id)["state"] == "paid"
    assert only_line(people, "matched")["payment_id"] == payment_id
    other = signed_payment(house, "A0002")
    exported_batch(people, other)
    again = do(people.preparer, address, "match", {"payment_id": other})
    assert code(again) == "409 line-matched"
    missing = do(people.preparer, address, "match", {"payment_id": "nonsense"})
    assert missing.status_code == 404


def test_another_amount_or_state_pays_nothing(house, people, payment_id):
    early = signed_payment(house, "A0002")
    outcome = bring(
        people,
        "2026-03-01,A0001-T1,debit,60000.59,RSD,1",
        "2026-03-01,A0002-T1,debit,60000.60,RSD,2",
        "2026-03-01,A0001-T1,return,60000.60,RSD,3",
    )
    assert outcome["unmatched"] == 3
    lines = people.preparer.get(f"{API}/statements/lines").get_json()["items"]
    assert {line["ground"] for line in lines} == {"amount_differs", "payment_state_forbids"}
    assert budget(house)["spent"] == 0
    assert payment(people, early)["state"] == "scheduled"


def test_two_people_undo_a_match(house, people, payment_id):
    bring(people, DEBIT)
    address = f"/statements/lines/{only_line(people)['line_id']}"
    confirm = do(people.controller, address, "unmatch/confirm")
    assert code(confirm) == "409 reversal-not-requested"
    done(do(people.preparer, address, "unmatch", {"reason": "It was another payment."}))
    assert payment(people, payment_id)["reversal_by"] == "petra"
    both = house.as_reader(Role.finance_officer, Role.finance_controller, account_id="petra")
    assert code(do(both, address, "unmatch/confirm")) == "403 same-person-reverses"
    done(do(people.controller, address, "unmatch/confirm"))
    assert payment(people, payment_id)["state"] == "reversed"
    assert budget(house)["spent"] == 0
    line = only_line(people, "unmatched")
    assert line["ground"] == "match_undone"
    assert bring(people, DEBIT)["known"] == 1
    done(do(people.preparer, address, "match", {"payment_id": payment_id}))
    assert budget(house)["spent"] == 6_000_060


def test_a_line_that_was_returned_since_is_not_undone(people, payment_id):
    bring(people, DEBIT, RETURN)
    for line in people.preparer.get(f"{API}/statements/lines").get_json()["items"]:
        answer = do(
            people.preparer, f"/statements/lines/{line['line_id']}", "unmatch", {"reason": "Oh."}
        )
        assert code(answer) == "409 line-pays-nothing"


def test_a_fee_of_the_bank_is_dismissed(people, payment_id):
    bring(people, "2026-03-01,FEE,debit,120.00,RSD,9")
    address = f"/statements/lines/{only_line(people)['line_id']}"
    wrong = do(people.preparer, address, "dismiss", {"ground": "because"})
    assert code(wrong) == "422 invalid"
    done(do(people.preparer, address, "dismiss", {"ground": "bank_fee"}))
    assert only_line(people, "dismissed")["ground"] == "bank_fee"
    assert bring(people, "2026-03-01,FEE,debit,120.00,RSD,9")["known"] == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("2026-02-30,A0001-T1,debit,1.00,RSD,1", "booked_on"),
        ("0001-01-01,A0001-T1,debit,1.00,RSD,1", "booked_on"),
        ("2099-01-01,A0001-T1,debit,1.00,RSD,1", "booked_on"),
        ("2026-03-01,A0001-T1,paid,1.00,RSD,1", "kind"),
        ("2026-03-01,A0001-T1,debit,-1.00,RSD,1", "amount"),
        ("2026-03-01,A0001-T1,debit,1.001,RSD,1", "amount"),
        ("2026-03-01,A0001-T1,debit,99999999999999999999,RSD,1", "amount"),
        ("2026-03-01,A0001-T1,debit,1e3,RSD,1", "amount"),
        ("2026-03-01,A0001-T1,debit,1.00,QQQ,1", "amount"),
        (f"2026-03-01,{'A' * 65},debit,1.00,RSD,1", "end_to_end_id"),
        ("2026-03-01", "kind"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_taken_in(people, payment_id, row, column):
    answer = take(people, statement(DEBIT, row))
    assert code(answer) == "422 statement-rows-wrong"
    places = {one["pointer"] for one in answer.get_json()["errors"]}
    assert f"#/csv/3/{column}" in places
    assert people.preparer.get(f"{API}/statements/lines").get_json()["items"] == []


def test_what_is_no_statement_is_refused(people, payment_id):
    assert code(take(people, "hello")) == "422 statement-columns-missing"
    assert code(take(people, statement())) == "422 statement-empty"
    assert code(take(people, statement(*[DEBIT] * 501))) == "422 statement-too-long"
    assert code(take(people, 'booked_on,"x\n')) in (
        "422 statement-unreadable",
        "422 statement-columns-missing",
    )
    assert take(people, statement(DEBIT), programme="BA-2026").status_code == 403
    assert take(people, 7).status_code == 422
    names = "line;booked_on;end_to_end_id;kind;amount_minor;currency"
    register = f"{names}\n1;2026-03-01;A0001-T1;debit;6000060;RSD\n"
    assert done(take(people, register))["matched"] == 1


def test_roles_versions_and_ids_are_asked(house, people, payment_id):
    bring(people, UNNAMED)
    address = f"{API}/statements/lines/{only_line(people)['line_id']}"
    match = {"payment_id": payment_id}
    assert code(people.preparer.post(f"{address}/match", match)) == "428 version-required"
    stale = people.preparer.post(f"{address}/match", match, If_Match='"9"')
    assert code(stale) == "412 stale-version"
    assert people.controller.post(f"{address}/match", match, If_Match='"2"').status_code == 403
    assert people.officer.get(address).status_code == 403
    assert people.auditor.get(address).status_code == 200
    assert people.preparer.get(f"{API}/statements/lines/nonsense").status_code == 404
    asked = people.controller.post(f"{API}/statements", {"programme": PROGRAMME, "csv": "x"})
    assert asked.status_code == 403


def test_pages_import_preview_and_match(people, payment_id):
    assert "Nothing to match" in people.preparer.get("/grants/statements").text
    address = "/grants/statements/import"
    wrong = people.preparer.submit(
        address, address, csv=statement(DEBIT, "2026-03-01,X,paid,1.00,RSD,1"), act="check"
    )
    assert wrong.status_code == 422
    assert "Row 3" in wrong.text and "Write debit or return." in wrong.text
    preview = people.preparer.submit(address, address, csv=statement(UNNAMED), act="check")
    assert preview.status_code == 200 and "1 line" in preview.text
    assert people.preparer.get(f"{API}/statements/lines").get_json()["items"] == []
    taken = people.preparer.submit(
        address, address, csv=statement(UNNAMED), act="take", programme=PROGRAMME
    )
    assert (taken.status_code, taken.location) == (303, "/grants/statements")
    listed = people.preparer.get("/grants/statements").text
    assert "1 line" in listed and "A0001-T1" in listed
    line = f"/grants/statements/{only_line(people)['line_id']}"
    assert f"{line}/match?payment={payment_id}" in listed
    asked = people.preparer.get(f"{line}/match?payment={payment_id}").text
    assert "A0001-T1" in asked and "What will follow" in asked
    matched = people.preparer.submit(
        f"{line}/match", f"{line}/match?payment={payment_id}", version="2", payment_id=payment_id
    )
    assert (matched.status_code, matched.location) == (303, line)
    assert payment(people, payment_id)["state"] == "paid"
    unmatch = people.preparer.submit(
        f"{line}/unmatch", f"{line}/unmatch", version="3", reason="A mistake."
    )
    assert unmatch.status_code == 303
    assert f"{line}/confirm-unmatch" not in people.preparer.get(line).text
    assert f"{line}/confirm-unmatch" in people.controller.get(line).text
    assert people.officer.get("/grants/statements").status_code == 403
