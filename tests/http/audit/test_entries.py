"""Whatever arrives is kept, told in words, found again, and checked against its hash."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import text

from services.event_words import SENTENCES, sentence
from shared.access.roles import Role
from shared.events.event import PREFIX
from shared.log.leaf import leaf_hash

ENTRIES = "/audit/api/v1/entries"
ROOT = Path(__file__).resolve().parents[3]


def event_types() -> set[str]:
    """Every type that a service declares, without its version."""
    found = set()
    for path in (ROOT / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "event_type"
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(str(node.args[0].value).rpartition(".v")[0])
    return found


def test_every_type_of_event_has_a_sentence():
    assert event_types() - set(SENTENCES) == set()


def test_an_unknown_type_is_shown_by_its_name():
    assert sentence(f"{PREFIX}grants.thing.done.v1") == "grants.thing.done.v1"


def test_every_entry_is_kept_whatever_its_type(office):
    raw = office.arrives("grants.call.opened.v1", "call/c1")
    office.arrives("grants.thing.done_by_a_newer_version.v9", "thing/t1")
    items = office.get(ENTRIES, Role.auditor).json["items"]
    assert [item["position"] for item in items] == [1, 0]
    assert items[1]["leaf_hash"] == leaf_hash(raw).hex()
    given = office.get(f"{ENTRIES}/grants/0/bytes", Role.auditor)
    assert given.data == raw and given.content_type == "application/cloudevents+json"


def test_the_page_tells_what_happened_in_words_with_names(office):
    assert "Nothing has happened yet" in office.get("/audit/", Role.auditor).text
    office.named("a1", "Jelena Primer")
    office.arrives("grants.payment.released.v1", "payment/p1")
    page = office.get("/audit/", Role.auditor).text
    assert "The payment was released." in page and "Jelena Primer" in page
    assert "/audit/streams/payment/p1" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source=trainings", ["registration/r1"]),
        ("actor=a2", ["payment/p1"]),
        ("stream=call/c1", ["call/c1"]),
        ("kind=payment", ["payment/p1"]),
        ("since=2026-03-02", []),
        ("until=2026-03-01&kind=call", ["call/c1"]),
    ],
)
def test_entries_are_found_by_source_actor_period_record_and_kind(office, query, found):
    office.arrives("trainings.registration.registered.v1", "registration/r1")
    office.arrives("grants.call.opened.v1", "call/c1")
    office.arrives("grants.payment.released.v1", "payment/p1", actor="a2")
    items = office.get(f"{ENTRIES}?{query}", Role.auditor).json["items"]
    assert [item["stream"] for item in items] == found
    page = office.get(f"/audit/?{query}", Role.auditor).text
    assert ("Nothing like this is in the logs" in page) == (not found)


def test_a_day_that_is_none_is_named_on_the_page_and_keeps_what_was_typed(office):
    page = office.get("/audit/?since=tomorrow", Role.auditor)
    assert page.status_code == 200
    assert "Write the day like 2026-03-31." in page.text and 'value="tomorrow"' in page.text
    assert office.get(f"{ENTRIES}?since=tomorrow", Role.auditor).status_code == 422


def test_lists_come_in_pages(office):
    for number in range(5):
        office.arrives("grants.call.opened.v1", f"call/c{number}")
    first = office.get(f"{ENTRIES}?limit=3", Role.auditor).json
    rest = office.get(f"{ENTRIES}?limit=3&cursor={first['next']}", Role.auditor).json
    streams = [item["stream"] for item in first["items"] + rest["items"]]
    assert streams == [f"call/c{number}" for number in (4, 3, 2, 1, 0)] and rest["next"] is None


def test_a_records_history_shows_what_the_same_acts_did_elsewhere(office):
    office.arrives("grants.application.approved.v1", "application/x1", correlation="c7")
    office.arrives("grants.budget.reserved.v1", "budget/b1", correlation="c7")
    page = office.get("/audit/streams/application/x1", Role.auditor).text
    assert "The application was approved." in page
    assert "What the same acts did elsewhere" in page
    assert "Money of the call was reserved." in page
    assert office.get("/audit/streams/application/none", Role.auditor).status_code == 404


def test_one_entry_shows_its_hash_and_its_bytes(office):
    raw = office.arrives("grants.call.opened.v1", "call/c1")
    page = office.get("/audit/entries/grants/0", Role.auditor).text
    assert leaf_hash(raw).hex() in page and "specversion" in page
    for address in ("entries/grants/1", f"entries/grants/{2**60}", "entries/elsewhere/0"):
        assert office.get(f"/audit/{address}", Role.auditor).status_code == 404
        assert office.get(f"/audit/api/v1/{address}", Role.auditor).status_code == 404


def test_an_auditor_of_a_programme_sees_of_the_installation_what_names_it(office):
    granted = {"account_id": "a1", "role": "trainer", "programme": "RS-2011", "region": None}
    name = "accounts.account.role_granted.v1"
    office.arrives(name, "account/a1", programme="-", data=granted)
    office.arrives(name, "account/a2", programme="-", data={**granted, "programme": "BA-2011"})
    items = office.get(ENTRIES, Role.auditor, programme="RS-2011").json["items"]
    assert [item["stream"] for item in items] == ["account/a1"]


def test_an_officer_sees_the_records_on_which_they_acted(office):
    # The one who asks is the account "auditor", whatever roles they hold.
    office.arrives("trainings.registration.registered.v1", "registration/r1", actor="auditor")
    office.arrives("trainings.registration.confirmed.v1", "registration/r1", actor="other")
    office.arrives("trainings.registration.registered.v1", "registration/r2", actor="other")
    office.arrives("grants.payment.released.v1", "payment/p1", actor="auditor")
    items = office.get(ENTRIES, Role.programme_officer, programme="RS-2011").json["items"]
    assert [item["stream"] for item in items] == ["registration/r1", "registration/r1"]
    other = office.get(
        "/audit/streams/registration/r2", Role.programme_officer, programme="RS-2011"
    )
    assert other.status_code == 404
    assert office.get(ENTRIES, Role.programme_officer, programme="BA-2011").json["items"] == []


def test_each_role_sees_what_is_its_business(office):
    office.arrives("accounts.account.signed_in.v1", "account/a1", programme="-")
    office.arrives("grants.payment.released.v1", "payment/p1")
    office.arrives("grants.review.sheet_submitted.v1", "review/x1")
    office.arrives("grants.payment.released.v1", "payment/p2", programme="BA-2011")

    def seen(role: Role, programme: str) -> list[str]:
        items = office.get(ENTRIES, role, programme=programme).json["items"]
        return sorted(item["stream"] for item in items)

    assert seen(Role.auditor, "*") == ["account/a1", "payment/p1", "payment/p2", "review/x1"]
    assert seen(Role.auditor, "RS-2011") == ["payment/p1", "review/x1"]
    assert seen(Role.administrator, "*") == ["account/a1"]
    assert seen(Role.finance_controller, "RS-2011") == ["payment/p1"]
    assert seen(Role.programme_officer, "RS-2011") == []
    assert office.get(ENTRIES, Role.trainer).status_code == 403
    hidden = office.get("/audit/streams/review/x1", Role.finance_controller, programme="RS-2011")
    assert hidden.status_code == 404
    bytes_of = f"{ENTRIES}/grants/0/bytes"
    assert office.get(bytes_of, Role.finance_controller).status_code == 403


def test_whole_copies_are_called_whole(office):
    office.arrives("grants.call.opened.v1", "call/c1")
    assert "The copies of the logs are whole" in office.get("/audit/copies", Role.auditor).text
    copies = {c["source"]: c for c in office.get("/audit/api/v1/copies", Role.auditor).json}
    assert (copies["grants"]["kept"], copies["grants"]["expected"]) == (1, 1)
    assert copies["trainings"]["expected"] == 0
    assert office.get("/audit/copies", Role.auditor, programme="RS-2011").status_code == 403


def tampered(office, *statements: str) -> None:
    with office.service.database.writing() as connection:
        for trigger in ("inbox_no_update", "inbox_no_delete"):
            connection.execute(text(f"drop trigger {trigger}"))
        for statement in statements:
            connection.execute(text(statement))


def test_a_rewritten_copy_is_shown(office):
    office.arrives("grants.call.opened.v1", "call/c1")
    office.arrives("grants.call.closed.v1", "call/c1")
    tampered(
        office,
        "update inbox set envelope = replace(envelope, 'a1', 'a9') where position = 1",
    )
    page = office.get("/audit/copies", Role.auditor).text
    assert "The copies of the logs are not whole" in page and "Not whole" in page
    copies = {c["source"]: c for c in office.get("/audit/api/v1/copies", Role.auditor).json}
    assert copies["grants"]["changed"] == [1]


def test_a_row_that_says_otherwise_than_its_bytes_is_shown(office):
    office.arrives("grants.call.opened.v1", "call/c1")
    tampered(office, "update audit_entries set actor = 'a9'")
    copies = {c["source"]: c for c in office.get("/audit/api/v1/copies", Role.auditor).json}
    assert copies["grants"]["changed"] == [0]


def test_a_missing_entry_is_shown(office):
    for number in range(3):
        office.arrives("grants.call.opened.v1", f"call/c{number}")
    tampered(
        office,
        "delete from inbox where position = 1",
        "delete from audit_entries where position = 1",
    )
    assert "1 entry is missing in the copies." in office.get("/audit/", Role.auditor).text
    copies = {c["source"]: c for c in office.get("/audit/api/v1/copies", Role.auditor).json}
    assert (copies["grants"]["kept"], copies["grants"]["expected"]) == (2, 3)
