"""A grant's whole life, made by commands: what the logs hold of it is its history, none missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.event_words import SENTENCES, name_of
from shared.access.roles import Role
from shared.bus.applying import apply_batch
from shared.events.envelope import decode
from shared.identifiers import derived
from tests.http.grants import home, payments_home
from tests.http.grants.committee_home import API, Committee, three
from tests.http.grants.home import PROGRAMME, House

from .conftest import Office


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House.open(tmp_path / "grants")
    home.open_programme(made)
    yield made
    made.close()


def live(house: House) -> dict[str, str]:
    """Four applications, one decision, one award, one payment with its batch and statement."""
    committee = Committee(house)
    ids = three(committee)
    meeting_id = committee.ranked()
    votes = [{"application_id": one, "vote": "for"} for one in ids]
    voted = committee.member("m1").post(f"{API}/meetings/{meeting_id}/votes", {"votes": votes})
    assert voted.status_code == 200, voted.text
    committee.expect(meeting_id, "decision", committee.decision(meeting_id))
    people = payments_home.People(house)
    award_id = derived("award", PROGRAMME, "A-1")
    payments_home.sign(people, award_id)
    payment_id = payments_home.schedule(people, award_id)
    batch_id = payments_home.exported_batch(people, payment_id)
    payments_home.bring(people, "2026-03-20,A-1-T1,debit,180000.00,RSD,77")
    return {
        "application": ids[0],
        "other": ids[1],
        "award": award_id,
        "payment": payment_id,
        "batch": batch_id,
        "meeting": meeting_id,
    }


def carry(house: House, office: Office) -> list[Any]:
    """Bring the log of grants to the audit, as the queue does; its envelopes in order."""
    with house.service.database.reading() as connection:
        log = dict(house.service.store.whole_log(connection))
    while log:
        waiting = {"grants": log}
        apply_batch(office.service, waiting)
        log = waiting["grants"]
    with house.service.database.reading() as connection:
        return [decode(raw) for _, raw in house.service.store.whole_log(connection)]


def listed(office: Office, kind: str, identifier: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        answer = office.get(
            f"/audit/api/v1/histories/{kind}/{identifier}?limit=200{more}", Role.auditor
        )
        assert answer.status_code == 200, answer.text
        found, cursor = found + answer.json["items"], answer.json["next"]
    return found


def test_every_event_of_a_life_stands_in_its_histories_in_the_order_of_the_log(
    house: House, office: Office
) -> None:
    ids = live(house)
    log = carry(house, office)
    kinds = ("application", "award", "payment", "batch", "meeting")
    own = {f"{kind}/{ids[kind]}" for kind in kinds} | {f"review/{ids['application']}"}
    application = listed(office, "application", ids["application"])
    positions = [one["position"] for one in application]
    assert positions == sorted(positions)
    budgets = [
        place
        for place, one in enumerate(log)
        if one.subject.startswith("budget/") and ids["application"].encode() in bytes(one.data)
    ]
    lines = {one.subject for one in log if one.subject.startswith("statement_line/")}
    assert len(budgets) == 3 and len(lines) == 1
    whole = [place for place, one in enumerate(log) if one.subject in own | lines]
    assert {*whole, *budgets} <= set(positions)
    strange = {application[at]["stream"] for at, place in enumerate(positions)} - own - lines
    assert {one.partition("/")[0] for one in strange} <= {"budget", "access", "visit"}
    assert f"application/{ids['other']}" not in strange

    payment = [one["stream"] for one in listed(office, "payment", ids["payment"])]
    assert {f"payment/{ids['payment']}", f"batch/{ids['batch']}", *lines} <= set(payment)


def test_every_line_of_a_life_is_in_words_and_moves_from_state_to_state(
    house: House, office: Office
) -> None:
    ids = live(house)
    log = carry(house, office)
    assert {name_of(one.type) for one in log} <= set(SENTENCES)
    lines = listed(office, "application", ids["application"])
    assert not [one for one in lines if one["what"].startswith(("grants.", "org.zanat"))]
    moves = [
        (one["state_before"], one["state"])
        for one in lines
        if one["stream"] == f"payment/{ids['payment']}" and one["state"]
    ]
    assert [state for _, state in moves] == [
        *("Scheduled", "Requested", "Authorised", "Released", "With the bank", "Paid"),
    ]
    assert [before for before, _ in moves][1:] == [state for _, state in moves][:-1]
    text = office.get(f"/audit/histories/application/{ids['application']}", Role.auditor).text
    for personal in ("Mira Primer", payments_home.ACCOUNT, "A small carpentry"):
        assert personal not in text
