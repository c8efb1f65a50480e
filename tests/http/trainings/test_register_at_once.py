"""Registering on either database, and by two presses at the same instant: nobody twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.trainings.registering import drafts
from shared.access.roles import Role

from .conftest import NUMBER, Asker, House

API = "/trainings/api/v1"
MIRA = {
    "full_name": "Mira Primer",
    "birth_date": "1990-01-01",
    "sex": "F",
    "country": "RS",
    "municipality": "Topola",
}


def officer(house: House, account: str = "officer-1") -> Asker:
    return house.as_reader(Role.programme_officer, account=account)


def test_a_table_that_arrives_twice_at_once_registers_each_row_once(busy: House) -> None:
    rows = [{**MIRA, "full_name": f"Mira {n}"} for n in range(4)] + [{**MIRA, "jmbg": NUMBER}]

    def send(_: int) -> Any:
        return officer(busy).post(f"{API}/people/table", {"rows": rows}, Idempotency_Key="k1")

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(send, range(3)))
    assert [one.status_code for one in answers] == [200] * 3
    assert [one.json["registered"] for one in answers] == [5] * 3
    ids = {tuple(row["id"] for row in one.json["rows"]) for one in answers}
    assert len(ids) == 1
    listed = officer(busy).get(f"{API}/people/chosen").json["items"]
    assert sorted(one["registration_id"] for one in listed) == sorted(next(iter(ids)))


def test_a_registration_is_begun_finished_confirmed_and_found_on_either_database(
    busy: House,
) -> None:
    asker, second = officer(busy), officer(busy, "officer-2")
    begun = asker.post(f"{API}/people/drafts", {"answers": MIRA})
    address = f"{API}/people/drafts/{begun.json['id']}"
    more = {"has_number": "no", "missing": ["residence"], "why": "lost", "consented": False}
    assert asker.post(address, {**more, "ask_again_on": "2026-03-01"}).status_code == 200
    assert [one["next"] for one in asker.get(f"{API}/people/drafts").json["items"]] == ["check"]
    assert asker.post(f"{address}/register").status_code == 201
    waiting = second.get(f"{API}/people/waiting").json
    assert waiting["to_confirm"] == waiting["without_papers"] == waiting["to_ask_again"] == 1
    mira = begun.json["id"]
    seen = {"means": "passport", "people": [{"id": mira, "version": 2}]}
    assert second.post(f"{API}/people/confirm", seen).json["confirmed"] == 1
    home = asker.post(f"{API}/households", {"registration_id": mira, "address": "Ulica 1"})
    assert asker.get(f"{API}/households/{home.json['id']}").json["address"] == "Ulica 1"
    for sort in ("name", "born", "registered", "municipality"):
        found = asker.get(f"{API}/people/chosen?age=35&without=papers&sort={sort}").json
        assert [one["registration_id"] for one in found["items"]] == [mira]
    drafts.purge(busy.service, b"")
    assert asker.get(f"{API}/people/drafts").json["items"] == []
