"""Data of a person are erased on request: previewed, confirmed by another, with a certificate."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from shared.access.roles import Role
from shared.due.worker import run_due_once
from shared.log.checkpointer import Checkpointer
from shared.settings import SERVICES

from .conftest import NUMBER, OTHER_PROGRAMME, PROGRAMME

API = "/trainings/api/v1/erasures"
PAGES = "/trainings/erasures"
EVERYTHING = ["identity", "contact", "special", "financial"]
OTHERS = [one for one in SERVICES if one != "trainings"]


@pytest.fixture
def mira(house) -> str:
    return house.person(
        full_name="Mira Đorđević",
        jmbg=NUMBER,
        phone="+381 60 000 0001",
        declared_roma="yes",
        consented=True,
    )


def asked(asker, registration_id: str, *, key: str = "k1", **fields: Any) -> str:
    given = {"registration_id": registration_id, "classes": EVERYTHING}
    given |= {"ground": "request_of_the_person", **fields}
    done = asker.post(API, given, Idempotency_Key=key)
    assert done.status_code == 201, done.json
    return done.headers["Location"]


def work(house) -> None:
    """What falls due until nothing does."""
    while run_due_once(house.service, house.clock.now()):
        pass


def counted(house, address: str, **owners: tuple[str, ...]) -> None:
    """Every service says what it holds; trainings by itself."""
    work(house)
    for name in OTHERS:
        house.arrives(
            f"{name}.erasure.counted.v1",
            "answer/e",
            programme=PROGRAMME,
            erasure_id=address.rsplit("/", 1)[1],
            rows=({"table": "visits", "kind": "special/programme", "rows": 2},)
            if name == "grants"
            else (),
            owners=owners.get(name, ()),
            log_size=7,
            log_root="ab",
        )


def purged(house, address: str) -> None:
    work(house)
    for name in OTHERS:
        house.arrives(
            f"{name}.erasure.purged.v1",
            "answer/e",
            programme=PROGRAMME,
            erasure_id=address.rsplit("/", 1)[1],
            rows=(),
            files=1 if name == "grants" else 0,
            key_ids=(),
            log_size=8,
            log_root="cd",
        )


def version(asker, address: str) -> str:
    return asker.get(address).headers["ETag"]


def erased(house, officer, second, registration_id: str, **fields: Any) -> str:
    address = asked(officer, registration_id, **fields)
    counted(house, address)
    done = second.post(f"{address}/confirm", If_Match=version(second, address))
    assert done.status_code == 200, done.json
    purged(house, address)
    return address


def test_it_is_previewed_confirmed_done_and_certified(house, officer, second, mira):
    address = asked(officer, mira)
    shown = officer.get(address).json
    assert shown["state"] == "asked" and shown["registration_ids"] == [mira]
    assert [one["counted"] for one in shown["answers"]] == [None] * len(SERVICES)
    counted(house, address)
    shown = officer.get(address).json
    own = next(one for one in shown["answers"] if one["service"] == "trainings")
    assert {"table": "registrations", "kind": "identity/programme", "rows": 1} in own["counted"]
    assert second.get(f"{address}/certificate").status_code == 409
    done = second.post(f"{address}/confirm", If_Match=version(second, address))
    assert done.status_code == 200
    purged(house, address)
    shown = officer.get(address).json
    assert shown["state"] == "completed" and shown["number"].startswith("E-2026-")
    certificate = officer.get(f"{address}/certificate").json
    assert certificate["verifies"] is True and "Article 17" in certificate["legal_basis"]
    assert len(certificate["key_ids"]) == 3
    assert next(a for a in certificate["answers"] if a["service"] == "grants")["files"] == 1
    person = officer.get(f"/trainings/api/v1/people/{mira}").json
    assert person["full_name"] is None and person["number_masked"] is None
    assert person["phone"] is None and person["municipality"] == "Kragujevac"
    number = officer.get(f"/trainings/api/v1/people/{mira}/number").json
    assert number["number_masked"] is None
    found = officer.post("/trainings/api/v1/people/search", {"jmbg": NUMBER})
    assert found.json["items"] == []


def test_whoever_asked_cannot_confirm_neither_by_page_nor_over_the_interface(house, officer, mira):
    address = asked(officer, mira)
    counted(house, address)
    refused = officer.post(f"{address}/confirm", If_Match=version(officer, address))
    assert refused.status_code == 403 and refused.json["type"].endswith("own-erasure")
    page = address.replace("/api/v1", "")
    text = officer.get(page).text
    assert "Another programme officer must confirm it" in text and "/confirm" not in text
    forced = officer.submit(f"{page}/confirm", page=page, version="6")
    assert forced.status_code == 403
    assert officer.get(address).json["state"] == "asked"


def test_confirming_needs_a_factor_just_proved(house, officer, mira):
    address = asked(officer, mira)
    counted(house, address)
    token = house.token(Role.programme_officer, account="officer-2", fresh=False)
    stale = house.as_reader(Role.programme_officer, account="officer-2")
    stale.headers = {"Authorization": f"Bearer {token}"}
    refused = stale.post(f"{address}/confirm", If_Match=version(officer, address))
    assert refused.status_code == 403 and refused.json["type"].endswith("step-up-needed")


def test_pages_lead_through_it(house, officer, second, mira):
    house.staff("officer-1", "Ana Primer")
    house.staff("officer-2", "Ivan Drugi")
    assert "Nothing was erased yet" in officer.get(PAGES).text
    assert f"/trainings/people/{mira}/erase" in officer.get(f"/trainings/people/{mira}").text
    form = f"/trainings/people/{mira}/erase"
    unsaid = officer.submit(form, idempotency_key="k0")
    assert unsaid.status_code == 422
    assert 'href="#classes"' in unsaid.text and 'href="#ground"' in unsaid.text
    fields = {"classes": EVERYTHING, "ground": "unlawful", "idempotency_key": "k1"}
    done = officer.submit(form, **fields)
    assert done.status_code == 303
    page = done.headers["Location"]
    assert officer.submit(form, **fields).headers["Location"] == page
    text = second.get(page).text
    assert "Has not answered yet" in text and "Confirm this erasure" not in text
    assert "hx-get" in officer.get(f"{page}/progress").text
    counted(house, page)
    text = second.get(page).text
    assert "Mira Đorđević" in text and "Confirm this erasure" in text and "Visits: 2" in text
    assert "1 erasure waits for a second person" in second.get(PAGES).text
    before = second.get(page).text.split('name="version" value="')[1].split('"')[0]
    stale = second.submit(f"{page}/confirm", page=page, version="1")
    assert stale.status_code == 412
    done = second.submit(f"{page}/confirm", page=page, version=before)
    assert done.status_code == 303
    assert "nothing stops it any more" in second.get(page).text
    purged(house, page)
    text = officer.get(page).text
    assert "Mira" not in text and "(erased)" in text and "Certificate" in text
    printed = officer.get(f"{page}/certificate").text
    assert "Ana Primer" in printed and "Ivan Drugi" in printed and "Verifies" in printed
    assert "Mira" not in printed and mira not in printed
    assert "Erased" in officer.get(PAGES).text
    assert "None is in this state" in officer.get(f"{PAGES}?state=cancelled").text


def test_it_is_cancelled_before_it_is_confirmed_and_asked_again(house, officer, second, mira):
    address = asked(officer, mira)
    page = address.replace("/api/v1", "")
    again = officer.post(
        API,
        {"registration_id": mira, "classes": ["special"], "ground": "unlawful"},
        Idempotency_Key="k2",
    )
    assert again.status_code == 409 and again.json["type"].endswith("erasure-open")
    number = officer.get(page).text.split('name="version" value="')[1].split('"')[0]
    done = officer.submit(f"{page}/cancel", page=page, version=number)
    assert done.status_code == 303 and "Nothing was erased" in officer.get(page).text
    late = second.post(f"{address}/confirm", If_Match=version(second, address))
    assert late.status_code == 409
    assert asked(officer, mira, key="k3") != address


def test_a_second_erasure_of_the_same_finds_nothing_and_completes(house, officer, second, mira):
    erased(house, officer, second, mira)
    address = erased(house, officer, second, mira, key="k9")
    own = next(a for a in officer.get(address).json["answers"] if a["service"] == "trainings")
    assert own["counted"] == [] and own["purged"] == []


def test_only_what_was_chosen_goes_and_the_rest_can_be_written_on(house, officer, second, mira):
    erased(house, officer, second, mira, classes=["contact"])
    person = officer.get(f"/trainings/api/v1/people/{mira}")
    assert person.json["phone"] is None and person.json["full_name"] == "Mira Đorđević"
    declared = officer.post(
        f"/trainings/api/v1/people/{mira}/declaration",
        {"consented": False, "declared_roma": "declined"},
        If_Match=person.headers["ETag"],
        Idempotency_Key="d1",
    )
    assert declared.status_code == 200, declared.json
    person = officer.get(f"/trainings/api/v1/people/{mira}")
    refused = officer.post(
        f"/trainings/api/v1/people/{mira}/contact",
        {"country": "RS", "municipality": "Topola", "phone": "+381 60 000 0002"},
        If_Match=person.headers["ETag"],
        Idempotency_Key="c1",
    )
    assert refused.status_code == 409 and refused.json["type"].endswith("data-erased")


def test_all_registrations_of_the_person_in_the_programme_go_and_no_others(house, officer, second):
    one = house.person(jmbg=NUMBER, full_name="Mira Primer", reference="A")
    two = house.person(jmbg=NUMBER, full_name="Mira Primerova", reference="B")
    elsewhere = house.person(jmbg=NUMBER, full_name="Mira Primer", programme=OTHER_PROGRAMME)
    other = house.person(full_name="Ana Druga")
    address = erased(house, officer, second, two)
    assert sorted(officer.get(address).json["registration_ids"]) == sorted([one, two])
    rows = {
        item["registration_id"]: item["full_name"]
        for item in officer.get("/trainings/api/v1/people").json["items"]
    }
    assert rows == {one: None, two: None, other: "Ana Druga"}
    there = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME)
    assert there.get(f"/trainings/api/v1/people/{elsewhere}").json["full_name"] == "Mira Primer"


def test_money_under_way_is_said_and_holds_what_it_needs(house, officer, mira):
    def grants(name: str, subject: str, **data: Any) -> None:
        house.arrives(f"grants.{name}.v1", subject, programme=PROGRAMME, **data)

    draft = {"application_id": "a1", "registration_id": mira}
    grants("application.drafted", "application/a1", **draft)
    text = officer.get(f"/trainings/people/{mira}/erase").text
    assert "is not decided" in text
    refused = officer.post(
        API,
        {"registration_id": mira, "classes": ["identity"], "ground": "unlawful"},
        Idempotency_Key="m1",
    )
    assert refused.status_code == 409 and refused.json["type"].endswith("application-open")
    grants("application.approved", "application/a1", application_id="a1")
    grants("award.offered", "award/w1", award_id="w1", registration_id=mira)
    assert "is offered to this person" in officer.get(f"/trainings/people/{mira}/erase").text
    grants("award.agreement_signed", "award/w1", award_id="w1", signed_on="2026-02-01")
    text = officer.get(f"/trainings/people/{mira}/erase").text
    assert "Kept while money is under way" in text and "The signed agreement" in text
    grants("payment.paid", "payment/y1", award_id="w1", booked_on="2026-02-10")
    grants("award.completed", "award/w1", award_id="w1", completed_on="2026-02-20")
    shown = officer.get(asked(officer, mira, key="m2")).json
    (kept,) = [one for one in shown["kept"] if one["what"] == "agreement"]
    assert kept == {"what": "agreement", "because": "accounting_law", "until": "2036-02-10"}


def test_others_neither_see_nor_do_it(house, officer, mira):
    address = asked(officer, mira)
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME)
    assert elsewhere.get(address).status_code == 404
    assert elsewhere.post(f"{address}/confirm", If_Match='"1"').status_code == 404
    assert elsewhere.get(API).json["items"] == []
    body = {"registration_id": mira, "classes": ["special"], "ground": "unlawful"}
    assert elsewhere.post(API, body, Idempotency_Key="x").status_code == 404
    trainer = house.as_reader(Role.trainer, account="trainer-1")
    assert trainer.get(API).status_code == 403
    auditor = house.as_reader(Role.auditor, account="auditor-1")
    assert auditor.get(address).status_code == 200
    assert auditor.post(f"{address}/cancel", If_Match=version(auditor, address)).status_code == 403


def test_the_heads_on_a_certificate_are_those_of_the_log(house, officer, second, mira):
    Checkpointer(house.service, on_made=lambda: None).turn()
    address = erased(house, officer, second, mira)
    own = next(
        one
        for one in officer.get(f"{address}/certificate").json["answers"]
        if one["service"] == "trainings"
    )
    with house.service.database.reading() as connection:
        entries = [raw for _, raw in house.service.store.whole_log(connection)]
    first = [hashlib.sha256(b"\0" + raw).digest() for raw in entries[: own["before"]["size"]]]
    assert own["before"]["size"] > 0 and _root(first).hex() == own["before"]["root"]


def _root(leaves: list[bytes]) -> bytes:
    """RFC 6962, written anew."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + _root(leaves[:half]) + _root(leaves[half:])).digest()
