"""Awards over HTTP: signed with their money, suspended, ended; an account changed by two people."""

from __future__ import annotations

import io

import pytest

from shared.access.roles import Role
from shared.identifiers import Uuid7
from tests.unit.files.samples import pdf, telling_photo

from .payments_home import (
    ACCOUNT,
    AMOUNT,
    API,
    OTHER_ACCOUNT,
    People,
    batch_of,
    bring,
    budget,
    code,
    do,
    done,
    exported_batch,
    offer,
    schedule,
    sign,
    signed_payment,
    version,
)


@pytest.fixture
def people(house):
    return People(house)


SIGNING = {"full_name": "Mira Primer", "account_number": ACCOUNT, "agreement_no": "U-1"}


def test_signing_obligates_the_money(house, people):
    award_id = offer(house)
    assert budget(house) == {"committed": AMOUNT.minor, "obligated": 0, "spent": 0}
    sign(people, award_id)
    assert budget(house) == {"committed": 0, "obligated": AMOUNT.minor, "spent": 0}
    shown = people.officer.get(f"{API}/awards/{award_id}").get_json()
    assert (shown["status"], shown["full_name"]) == ("accepted", "Mira Primer")
    assert shown["amount"] == {"amount": "100001.00", "currency": "RSD"}
    assert [one["amount"]["amount"] for one in shown["tranches"]] == ["60000.60", "40000.40"]


def test_account_numbers_are_masked_unless_the_reader_may_see_them(house, people):
    award_id = offer(house)
    sign(people, award_id)
    assert people.preparer.get(f"{API}/awards/{award_id}").get_json()["account"].startswith("160-")
    assert people.officer.get(f"{API}/awards/{award_id}").get_json()["account"] == "••••2414"
    member = house.as_reader(Role.committee_member, account_id="m1")
    assert member.get(f"{API}/awards/{award_id}").status_code == 403
    auditor = house.as_reader(Role.auditor, account_id="auditor")
    assert auditor.get(f"{API}/awards/{award_id}").get_json()["account"] == "••••2414"
    page = auditor.get(f"/grants/awards/{award_id}").text
    assert ACCOUNT not in page and "2414" in page
    listed = people.officer.get(f"{API}/awards").get_json()["items"]
    assert [one["account"] for one in listed] == ["••••2414"]
    assert ("read", "auditor") in house.recorded()


def test_a_declined_or_cancelled_award_gives_its_money_back(house, people):
    declined, cancelled = offer(house, "A0001"), offer(house, "A0002")
    done(do(people.officer, f"/awards/{declined}", "decline", {"ground": "moved"}))
    sign(people, cancelled)
    done(do(people.controller, f"/awards/{cancelled}", "cancel", {"ground": "not_started"}))
    assert budget(house) == {"committed": 0, "obligated": 0, "spent": 0}
    again = do(people.officer, f"/awards/{declined}", "sign", SIGNING)
    assert code(again) == "409 offer-not-open"


def test_what_is_written_wrongly_is_refused(house, people):
    award_id = offer(house)
    for wrong, expected in (
        ({"account_number": "160376343260162415"}, "422 account-number-check"),
        ({"account_number": "12"}, "422 account-number-length"),
        ({"account_number": 12}, "422 invalid"),
        ({"full_name": "   "}, "422 invalid"),
        ({"full_name": "x" * 201}, "422 invalid"),
        ({"agreement_no": None}, "422 invalid"),
    ):
        answer = do(people.officer, f"/awards/{award_id}", "sign", {**SIGNING, **wrong})
        assert code(answer) == expected
        assert ACCOUNT[:-1] not in answer.text
    answer = do(people.officer, f"/awards/{award_id}", "decline", {"ground": "nonsense"})
    assert code(answer) == "422 invalid"


def test_versions_ids_and_roles_are_asked(house, people):
    award_id = offer(house)
    address = f"{API}/awards/{award_id}"
    assert code(people.officer.post(f"{address}/sign", SIGNING)) == "428 version-required"
    stale = people.officer.post(f"{address}/sign", SIGNING, If_Match='"7"')
    assert code(stale) == "412 stale-version"
    for unknown in (Uuid7().new(), "nonsense", "A0001"):
        assert people.officer.get(f"{API}/awards/{unknown}").status_code == 404
        assert people.officer.get(f"/grants/awards/{unknown}").status_code == 404
    assert people.trainer.get(address).status_code == 403
    assert people.trainer.get("/grants/awards").status_code == 403
    assert people.preparer.post(f"{address}/sign", SIGNING, If_Match='"1"').status_code == 403
    elsewhere = house.as_reader(Role.programme_officer, programme="BA-2026", account_id="z")
    assert elsewhere.get(address).status_code == 404
    assert elsewhere.get(f"{API}/awards").get_json()["items"] == []
    assert people.officer.get(address, If_None_Match='"1"').status_code == 304
    for tranche in ("0", "3", "99999999999999999999", "x", "-1"):
        answer = people.preparer.post(f"{address}/tranches/{tranche}/schedule", If_Match='"1"')
        assert answer.status_code in (404, 409), answer.text


def test_the_same_key_signs_once(house, people):
    award_id = offer(house)
    headers = {**version(people.officer, f"/awards/{award_id}"), "Idempotency_Key": "k1"}
    first = people.officer.post(f"{API}/awards/{award_id}/sign", SIGNING, **headers)
    again = people.officer.post(f"{API}/awards/{award_id}/sign", SIGNING, **headers)
    assert done(first) == done(again)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_lists_come_in_pages(house, people):
    for number in range(1, 4):
        offer(house, f"A000{number}")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = people.officer.get(f"{API}/awards?limit=2{more}").get_json()
        seen += [one["application_no"] for one in page["items"]]
        cursor = page["next"]
    assert seen == ["A0001", "A0002", "A0003"]
    assert people.officer.get(f"{API}/awards?status=closed").get_json()["items"] == []
    assert people.officer.get(f"{API}/awards?status=none").status_code == 422


def test_a_changed_account_holds_payments_and_rebuilds_the_batch(house, people):
    mine, other = signed_payment(house, "A0001"), signed_payment(house, "A0002")
    award_id = people.preparer.get(f"{API}/payments/{mine}").get_json()["award_id"]
    batch_id = batch_of(people, mine, other)
    done(do(people.controller, f"/batches/{batch_id}", "authorise"))
    done(do(people.officer, f"/awards/{award_id}", "account", {"account_number": OTHER_ACCOUNT}))
    held = people.preparer.get(f"{API}/payments/{mine}").get_json()
    assert (held["state"], held["hold_ground"]) == ("held", "account_changed")
    batch = people.preparer.get(f"{API}/batches/{batch_id}").get_json()
    assert batch["state"] == "prepared"
    assert [line["payment_id"] for line in batch["lines"]] == [other]
    lift = do(people.preparer, f"/payments/{mine}", "lift", {"reason": "Called."})
    assert code(lift) == "409 account-not-confirmed"
    both = house.as_reader(Role.programme_officer, Role.finance_officer, account_id="olga")
    assert code(do(both, f"/awards/{award_id}", "account/confirm")) == "403 same-person-calls-back"
    done(do(people.preparer, f"/awards/{award_id}", "account/confirm"))
    lift = do(people.preparer, f"/payments/{mine}", "lift", {"reason": "Called."})
    assert code(lift) == "409 account-held"
    house.clock.moment = house.clock.moment.replace(day=5)
    done(do(people.preparer, f"/payments/{mine}", "lift", {"reason": "Called."}))
    assert people.preparer.get(f"{API}/payments/{mine}").get_json()["state"] == "scheduled"


def test_a_suspended_award_pays_nothing_until_it_resumes(house, people):
    payment_id = signed_payment(house)
    award_id = people.preparer.get(f"{API}/payments/{payment_id}").get_json()["award_id"]
    facts = {"ground": "under_review", "note": "Somebody called."}
    done(do(people.officer, f"/awards/{award_id}", "suspend", facts))
    assert people.preparer.get(f"{API}/payments/{payment_id}").get_json()["state"] == "held"
    lift = do(people.preparer, f"/payments/{payment_id}", "lift", {"reason": "Looked."})
    assert code(lift) == "409 award-not-payable"
    done(do(people.officer, f"/awards/{award_id}", "resume", {"reason": "Nothing was found."}))
    done(do(people.preparer, f"/payments/{payment_id}", "lift", {"reason": "Looked."}))


def test_a_second_tranche_waits_for_receipts_and_visit_or_two_people(house, people):
    payment_id = signed_payment(house)
    award_id = people.preparer.get(f"{API}/payments/{payment_id}").get_json()["award_id"]
    early = do(people.preparer, f"/awards/{award_id}/tranches/2", "schedule")
    assert code(early) == "409 tranche-before-unpaid"
    exported_batch(people, payment_id)
    bring(people, "2026-03-01,A0001-T1,debit,60000.60,RSD,1")
    waiting = do(people.preparer, f"/awards/{award_id}/tranches/2", "schedule")
    assert code(waiting) == "409 tranche-before-unaccounted"
    first = f"/awards/{award_id}/tranches/1"
    receipts = {"amount": {"amount": "60000.60", "currency": "RSD"}, "receipts": ["a" * 64]}
    done(do(people.officer, first, "receipts", receipts))
    ask = {"requirement": "visit", "reason": "Snow closed the road."}
    done(do(people.officer, first, "waivers", ask))
    alone = do(people.officer, first, "waivers/confirm", {"requirement": "visit"})
    assert code(alone) == "403 same-person-waives"
    done(do(people.controller, first, "waivers/confirm", {"requirement": "visit"}))
    due = people.preparer.get(f"{API}/tranches/due").get_json()["items"]
    assert [(one["application_no"], one["tranche"]) for one in due] == [("A0001", 2)]
    schedule(people, award_id, 2)


def test_an_award_with_something_paid_is_terminated(house, people):
    payment_id = signed_payment(house)
    award_id = people.preparer.get(f"{API}/payments/{payment_id}").get_json()["award_id"]
    cancel = do(people.officer, f"/awards/{award_id}", "cancel", {"ground": "other"})
    assert code(cancel) == "409 payment-under-way"
    exported_batch(people, payment_id)
    bring(people, "2026-03-01,A0001-T1,debit,60000.60,RSD,1")
    done(do(people.controller, f"/awards/{award_id}", "terminate", {"ground": "not_started"}))
    assert budget(house) == {"committed": 0, "obligated": 0, "spent": 6_000_060}


def test_pages_sign_and_ask_before_they_change_an_account(house, people):
    award_id = offer(house)
    listed = people.officer.get("/grants/awards").text
    assert "A0001" in listed and "1 award" in listed
    shown = people.officer.get(f"/grants/awards/{award_id}").text
    assert f"/grants/awards/{award_id}/sign" in shown
    assert (
        f"/grants/awards/{award_id}/sign"
        not in people.auditor.get(f"/grants/awards/{award_id}").text
    )
    address = f"/grants/awards/{award_id}/sign"
    wrong = people.officer.submit(
        address, address, version="1", **{**SIGNING, "account_number": "160376343260162415"}
    )
    assert wrong.status_code == 422
    assert "Mira Primer" in wrong.text and "check digits" in wrong.text
    signed = people.officer.submit(address, address, version="1", **SIGNING)
    assert (signed.status_code, signed.location) == (303, f"/grants/awards/{award_id}")
    page = people.officer.get(f"/grants/awards/{award_id}/change-account").text
    assert "calls the grantee back" in page
    missing = people.officer.submit(
        f"/grants/awards/{award_id}/change-account",
        f"/grants/awards/{award_id}/change-account",
        version="2",
        account_number="",
    )
    assert missing.status_code == 422 and "govuk-error-summary" in missing.text
    changed = people.officer.submit(
        f"/grants/awards/{award_id}/change-account",
        f"/grants/awards/{award_id}/change-account",
        version="2",
        account_number=OTHER_ACCOUNT,
    )
    assert changed.status_code == 303
    mine = people.officer.get(f"/grants/awards/{award_id}").text
    assert "confirm-account" not in mine
    theirs = people.preparer.get(f"/grants/awards/{award_id}").text
    assert f"/grants/awards/{award_id}/confirm-account" in theirs
    confirmed = people.preparer.submit(
        f"/grants/awards/{award_id}/confirm-account",
        f"/grants/awards/{award_id}/confirm-account",
        version="3",
    )
    assert confirmed.status_code == 303
    stale = people.preparer.submit(
        f"/grants/awards/{award_id}/confirm-account",
        f"/grants/awards/{award_id}/confirm-account",
        version="3",
    )
    assert stale.status_code == 412


def test_pages_take_receipts_and_waivers(house, people):
    payment_id = signed_payment(house)
    exported_batch(people, payment_id)
    bring(people, "2026-03-01,A0001-T1,debit,60000.60,RSD,1")
    award_id = people.preparer.get(f"{API}/payments/{payment_id}").get_json()["award_id"]
    page = f"/grants/awards/{award_id}"
    first = f"{page}/tranches/1"
    assert f"{first}/receipts" in people.officer.get(page).text
    seen = version(people.officer, f"/awards/{award_id}")["If_Match"].strip('"')

    def send(amount, content):
        files = (io.BytesIO(content), "receipt.pdf", "application/pdf")
        form = {"version": seen, "amount": amount, "receipts": files}
        return people.officer.submit(f"{first}/receipts", f"{first}/receipts", **form)

    broken = b"%PDF-1"
    for amount, content in (("lots", pdf()), ("60000.60", broken), ("60000.60", b"")):
        wrong = send(amount, content)
        assert wrong.status_code == 422 and "govuk-error-summary" in wrong.text
        assert f'value="{amount}"' in wrong.text
    assert send("100.00", pdf()).status_code == 409
    folder = house.service.settings.home / "files"
    before = sum(path.is_file() for path in folder.rglob("*"))
    photo = telling_photo()
    assert send("60000.60", photo).status_code == 303
    assert sum(path.is_file() for path in folder.rglob("*")) == before + 1
    assert f"{first}/receipts/1" in people.officer.get(page).text
    receipt = people.officer.get(f"{first}/receipts/1")
    assert receipt.headers["Content-Disposition"] == 'attachment; filename="receipt-1-1.jpg"'
    assert receipt.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert b"Mira" in photo and b"Mira" not in receipt.data
    assert people.officer.get(f"{first}/receipts/2").status_code == 404
    seen = str(int(seen) + 1)
    facts = {"requirement": "visit", "reason": "Snow closed the road."}
    asked = people.officer.submit(
        f"{first}/ask-waiver", f"{first}/ask-waiver", version=seen, **facts
    )
    assert (asked.status_code, asked.location) == (303, page)
    assert f"{first}/confirm-waiver" in people.controller.get(page).text
    seen = str(int(seen) + 1)
    agreed = people.controller.submit(
        f"{first}/confirm-waiver", f"{first}/confirm-waiver", version=seen, requirement="visit"
    )
    assert agreed.status_code == 303
    assert f"{page}/tranches/2/schedule" in people.preparer.get(page).text


def test_who_prepared_stays_the_preparer_when_a_batch_is_rebuilt(house, people):
    mine, other = signed_payment(house, "A0001"), signed_payment(house, "A0002")
    award_id = people.preparer.get(f"{API}/payments/{mine}").get_json()["award_id"]
    batch_id = batch_of(people, mine, other)
    done(do(people.controller, f"/batches/{batch_id}", "authorise"))
    done(do(people.officer, f"/awards/{award_id}", "suspend", {"ground": "under_review"}))
    kept = people.preparer.get(f"{API}/payments/{other}").get_json()
    assert (kept["state"], kept["requested_by"]) == ("requested", "petra")
    petra = house.as_reader(Role.finance_officer, Role.finance_controller, account_id="petra")
    assert code(do(petra, f"/batches/{batch_id}", "authorise")) == "403 same-person-authorises"
    assert code(do(petra, f"/payments/{other}", "authorise")) == "403 same-person-authorises"


def test_the_page_of_awards_says_what_to_do_when_there_are_none(house, people):
    assert "No awards yet" in people.officer.get("/grants/awards").text
