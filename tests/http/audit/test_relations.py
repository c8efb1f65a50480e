"""What the audit makes of the logs is made again from its copies, to the same rows."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from services.audit.entries.relations import named, people
from services.audit.tables import ENTRIES, MENTIONS, RELATIONS, VIEWS
from shared.events.rebuilding import differences, rebuild
from shared.identifiers import derived

MEMBER = derived("account", "member")


def rows(office) -> dict[str, list[tuple]]:
    """Every row of every table that the audit makes, in order."""
    with office.service.database.reading() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in VIEWS.sorted_tables
        }


def life(office) -> None:
    """Some of everything: many records named at once, a person among members, an access."""
    office.named("a1", "Jelena Primer")
    for name, subject, data in (
        ("grants.budget.reserved.v1", "budget/c1", {"call_id": "c1", "application_id": "x1"}),
        ("grants.budget.reserved.v1", "budget/c1", {"call_id": "c1", "application_id": "x2"}),
        ("grants.batch.prepared.v1", "batch/b1", {"lines": [{"payment_id": "p1"}]}),
        ("grants.batch.rebuilt.v1", "batch/b1", {"lines": [], "removed": ["p1"]}),
        ("grants.review.members_assigned.v1", "review/x1", {"member_ids": [MEMBER, "a name"]}),
        ("grants.access.read.v1", "access/z1", {"what": "names", "subject": "application/x1"}),
        ("grants.access.read.v1", "access/z2", {"what": "names", "subject": "/grants/visits"}),
        ("grants.thing.done.v9", "thing/t1", {"payment_id": "p1", "kept": None, "n": 1}),
    ):
        office.arrives(name, subject, data=data)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"award_id": "w1", "tranche": 1}, [("award", "award/w1")]),
        ({"application_ids": ["x1", "x2"]}, [("application", f"application/x{n}") for n in (1, 2)]),
        ({"other_registration_id": "r2"}, [("other_registration", "registration/r2")]),
        ({"recipient_kind": "role", "recipient_id": "auditor"}, []),
        ({"recipient_kind": "account", "recipient_id": "a1"}, [("recipient", "account/a1")]),
        ({"subject": "/grants/visits"}, []),
        ({"payment_id": None, "session_id": "s1", "line_id": 7}, []),
        ({"name": {"key": "k1", "box": "sealed"}, "visit_id": "not one word"}, []),
    ],
)
def test_records_are_named_by_identifiers_alone(data, found):
    assert list(named(data)) == found


def test_those_who_take_part_are_accounts_and_never_names():
    data = {"member_ids": [MEMBER, "Somebody of the past"], "items": [{"recused_ids": [MEMBER]}]}
    assert list(people(data)) == [f"account/{MEMBER}"] * 2
    assert list(people({"confirmed_by": MEMBER, "standby": 1})) == [f"account/{MEMBER}"]


def test_pairs_are_kept_once_and_single_entries_where_a_record_has_many(office):
    life(office)
    found = rows(office)
    assert ("batch/b1", "payment", "payment/p1") in found["audit_relations"]
    assert ("batch/b1", "removed", "payment/p1") in found["audit_relations"]
    assert ("access/z1", "subject", "application/x1") in found["audit_relations"]
    assert len([row for row in found["audit_relations"] if row[0] == "budget/c1"]) == 3
    mentioned = {(row[1], row[2]) for row in found["audit_mentions"]}
    assert {(0, "application/x1"), (1, "application/x2")} <= mentioned
    assert (4, f"account/{MEMBER}") in mentioned


def test_rows_made_again_are_those_that_were_made_live(either):
    life(either)
    live = rows(either)
    assert all(live[table.name] for table in (ENTRIES, RELATIONS, MENTIONS))
    assert differences(either.service) == []
    rebuild(either.service, progress=lambda _done, _total: None)
    assert rows(either) == live
    assert differences(either.service) == []


@pytest.mark.parametrize(
    "change",
    [
        "update audit_entries set actor = 'a9' where position = 1",
        "delete from audit_relations where from_stream = 'batch/b1'",
        "insert into audit_mentions values ('grants', 2, 'account/a9')",
    ],
)
def test_verify_says_where_rows_are_not_what_the_copies_say(office, change):
    life(office)
    with office.service.database.writing() as connection:
        connection.execute(text(change))
    lines = differences(office.service)
    assert len(lines) >= 1 and change.split()[1 if change.startswith("update") else 2] in lines[0]
    rebuild(office.service, progress=lambda _done, _total: None)
    assert differences(office.service) == []
