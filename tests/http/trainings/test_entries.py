"""Trainers' entries one by one: recorded once, never over what was not seen, refused by place."""

from __future__ import annotations

from typing import Any

import pytest

from services.trainings.cohorts.cohort_events import AttendanceRecorded
from shared.access.roles import Role
from tests.http.trainings.cohort_home import API, MINUTES, OTHER_TRAINER, Cohort
from tests.http.trainings.conftest import House


@pytest.fixture
def cohort(house: House) -> Cohort:
    found = Cohort.begun(house)
    found.on_last_day()
    return found


def entry(cohort: Cohort, person: int, n: str, value: int, **more: Any) -> dict[str, Any]:
    """An entry of a participant in session 1."""
    return {
        "entry_id": n,
        "registration_id": cohort.people[person],
        "place": "1",
        "value": value,
        **more,
    }


def sent(cohort: Cohort, *entries: dict[str, Any], account: str = "trainer-1") -> Any:
    """What a batch is answered."""
    answer = cohort.trainer(account).post(
        f"{API}/cohorts/{cohort.id}/entries", {"entries": list(entries)}
    )
    assert answer.status_code == 200, answer.text
    return answer.json["outcomes"]


def standing(cohort: Cohort) -> dict[tuple[str, str], Any]:
    """What stands, by registration and place."""
    answer = cohort.trainer().get(f"{API}/cohorts/{cohort.id}/entries").json
    return {(one["registration_id"], one["place"]): one for one in answer["entries"]}


def recorded(cohort: Cohort) -> list[int]:
    """The minutes of every attendance event."""
    with cohort.house.service.database.reading() as connection:
        events, _ = cohort.house.service.store.stream(connection, f"cohort/{cohort.id}")
    return [one.attended_minutes for one in events if isinstance(one, AttendanceRecorded)]


def test_an_entry_that_is_sent_twice_is_recorded_once(cohort: Cohort) -> None:
    first = entry(cohort, 0, "e1", 300, noted_at="2026-03-03T09:00:00Z")
    assert [one["outcome"] for one in sent(cohort, first)] == ["recorded"]
    assert [one["outcome"] for one in sent(cohort, first, entry(cohort, 1, "e2", 60))] == [
        "known",
        "recorded",
    ]
    assert recorded(cohort) == [300, 60]
    found = standing(cohort)[cohort.people[0], "1"]
    assert (found["entry_id"], found["value"], found["by_name"]) == ("e1", 300, "Ana Trenerica")
    assert found["noted_at"] == "2026-03-03T09:00:00+00:00"


def test_what_was_not_seen_is_not_overwritten(cohort: Cohort) -> None:
    sent(cohort, entry(cohort, 0, "ana", 360))
    late = entry(cohort, 0, "boris", 0, excused="At the doctor", excused_as="illness")
    told = sent(cohort, late, account=OTHER_TRAINER)[0]
    assert (told["outcome"], told["standing"]) == ("contested", "ana")
    assert recorded(cohort) == [360]
    answer = cohort.trainer().get(f"{API}/cohorts/{cohort.id}/entries").json
    offered = answer["contests"][0]
    assert (offered["value"], offered["by_name"], offered["is_excused"]) == (
        0,
        "Boris Trener",
        True,
    )
    assert "doctor" not in str(answer)
    again = sent(cohort, late, account=OTHER_TRAINER)[0]
    assert again["outcome"] == "known"
    # Who changes their mind before anybody decided takes their first entry back.
    other = entry(cohort, 0, "boris-2", 100, seen="boris")
    assert sent(cohort, other, account=OTHER_TRAINER)[0]["outcome"] == "contested"
    address = f"{API}/cohorts/{cohort.id}/entries"
    contests = cohort.trainer().get(address).json["contests"]
    assert [one["value"] for one in contests] == [100]
    stale = cohort.trainer().post(f"{address}/boris-2/settle", {"take": True, "seen": None})
    assert stale.status_code == 409 and stale.json["type"] == "/problems/entry-changed"
    taken = cohort.trainer().post(f"{address}/boris-2/settle", {"take": True, "seen": "ana"})
    assert taken.status_code == 200
    assert recorded(cohort) == [360, 100]
    after = cohort.trainer().get(address).json
    assert not after["contests"] and after["entries"][0]["entry_id"] == "boris-2"
    assert cohort.trainer().post(f"{address}/nobody/settle", {"take": True}).status_code == 404


def test_a_reason_survives_a_dispute(cohort: Cohort) -> None:
    sent(cohort, entry(cohort, 0, "ana", 360))
    late = entry(cohort, 0, "boris", 0, excused="At the doctor", excused_as="illness")
    sent(cohort, late, account=OTHER_TRAINER)
    address = f"{API}/cohorts/{cohort.id}/entries/boris/settle"
    cohort.trainer().post(address, {"take": True, "seen": "ana"})
    told = cohort.trainer().get(f"{API}/cohorts/{cohort.id}/sessions/1/attendance").json
    assert next(one for one in told["items"] if one["attended_minutes"] == 0)["excused"] == (
        "At the doctor"
    )


def test_the_same_from_two_is_no_conflict(cohort: Cohort) -> None:
    sent(cohort, entry(cohort, 0, "ana", 0, excused_as="illness"), entry(cohort, 1, "a2", 360))
    told = sent(
        cohort,
        entry(cohort, 0, "boris", 0, excused_as="illness"),
        entry(cohort, 1, "b2", 360),
        account=OTHER_TRAINER,
    )
    assert [one["outcome"] for one in told] == ["same", "same"]
    assert recorded(cohort) == [0, 360]


def test_each_refused_entry_is_told_by_its_place(cohort: Cohort) -> None:
    told = sent(
        cohort,
        entry(cohort, 0, "e1", 300),
        entry(cohort, 1, "e2", MINUTES + 1),
        entry(cohort, 2, "e3", 1, place="9"),
        {**entry(cohort, 0, "e4", 1), "registration_id": "nobody"},
        entry(cohort, 0, "e5", 101, place="post"),
        entry(cohort, 0, "e6", 7, place="post", maximum=9),
    )
    assert [one["outcome"] for one in told] == [
        "recorded",
        "refused",
        "refused",
        "refused",
        "refused",
        "recorded",
    ]
    assert [one["problem"]["type"] for one in told if one["outcome"] == "refused"] == [
        "/problems/attendance-too-long",
        "/problems/no-session",
        "/problems/not-enrolled",
        "/problems/score-out-of-range",
    ]
    assert next(one["problem"]["pointer"] for one in told if "problem" in one) == "#/entries/1"
    found = standing(cohort)[cohort.people[0], "post"]
    assert (found["value"], found["maximum"]) == (7, 9)


def test_only_the_trainers_of_a_cohort_note_in_it(cohort: Cohort) -> None:
    address = f"{API}/cohorts/{cohort.id}/entries"
    one = {"entries": [entry(cohort, 0, "e1", 300)]}
    assert cohort.officer().post(address, one).status_code == 403
    assert cohort.trainer("trainer-9").post(address, one).status_code == 404
    other = cohort.trainer().post(address, {**one, "account": OTHER_TRAINER})
    assert other.status_code == 403 and other.json["type"] == "/problems/other-account"
    auditor = cohort.house.as_reader(Role.auditor, account="a")
    assert auditor.get(address).status_code == 200
    assert recorded(cohort) == []


def test_who_asks_again_is_told_only_what_changed(cohort: Cohort) -> None:
    address = f"{API}/cohorts/{cohort.id}/entries"
    first = cohort.trainer().get(address)
    tag = first.headers["ETag"]
    assert cohort.trainer().get(address, If_None_Match=tag).status_code == 304
    sent(cohort, entry(cohort, 0, "e1", 300))
    assert cohort.trainer().get(address, If_None_Match=tag).status_code == 200


def test_a_closed_cohort_takes_no_entry_and_forgets_none(cohort: Cohort) -> None:
    cohort.finished()
    trainer = cohort.trainer()
    closed = trainer.post(f"{API}/cohorts/{cohort.id}/close", If_Match=cohort.etag)
    assert closed.status_code == 200
    told = sent(cohort, entry(cohort, 0, "e9", 10))
    assert told[0]["problem"]["type"] == "/problems/cohort-closed"
