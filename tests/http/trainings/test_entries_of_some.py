"""Entries that are refused for whom they are about: one's own, those erased, those who left."""

from __future__ import annotations

from typing import Any

import pytest

from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.privacy.keyring import KeyName
from tests.http.trainings.cohort_home import API, OTHER_TRAINER, TRAINER, Cohort
from tests.http.trainings.conftest import PROGRAMME, Asker, House
from tests.http.trainings.test_entries import entry, sent


@pytest.fixture
def cohort(house: House) -> Cohort:
    found = Cohort.begun(house)
    found.on_last_day()
    return found


def herself(cohort: Cohort) -> Asker:
    """The trainer, who takes part in her own cohort as the first participant."""
    token = cohort.house.signer.sign(
        Reader(
            TRAINER,
            "s-own",
            "Ana",
            (RoleGrant(Role.trainer, PROGRAMME),),
            registrations=frozenset({cohort.people[0]}),
        )
    )
    return Asker(cohort.house.app.test_client(), {"Authorization": f"Bearer {token}"})


def code(answer: Any) -> str:
    return str(answer.json["type"]).removeprefix("/problems/")


def test_nobody_notes_of_themself_in_the_grid(cohort: Cohort) -> None:
    ana, address = herself(cohort), f"{API}/cohorts/{cohort.id}/entries"
    told = ana.post(
        address,
        {
            "entries": [
                entry(cohort, 0, "e1", 300),
                entry(cohort, 0, "e2", 100, place="post"),
                entry(cohort, 1, "e3", 300),
            ]
        },
    ).json["outcomes"]
    assert [one["outcome"] for one in told] == ["refused", "refused", "recorded"]
    assert {one["problem"]["type"] for one in told[:2]} == {"/problems/own-case"}
    sent(cohort, entry(cohort, 0, "boris", 300), account=OTHER_TRAINER)
    sent(cohort, entry(cohort, 0, "boris-2", 10), account=OTHER_TRAINER)
    settled = ana.post(f"{address}/boris-2/settle", {"take": True, "seen": "boris"})
    assert (settled.status_code, code(settled)) == (403, "own-case")


def test_nobody_records_of_themself_with_a_form(cohort: Cohort) -> None:
    ana, base = herself(cohort), f"{API}/cohorts/{cohort.id}"
    own, other = cohort.people[:2]
    mark = {"registration_id": own, "attended_minutes": 300}
    score = {"registration_id": own, "post_test": 100}
    for path, body in (
        ("sessions/1/attendance", {"marks": [mark]}),
        ("tests", {"scores": [score]}),
    ):
        refused = ana.post(f"{base}/{path}", body, If_Match=cohort.etag)
        assert (refused.status_code, code(refused)) == (403, "own-case")
        boris = cohort.trainer(OTHER_TRAINER)
        assert boris.post(f"{base}/{path}", body, If_Match=cohort.etag).status_code == 200
    # What others recorded of her stands in the form, and keeps nobody else's back.
    marks = [mark, {"registration_id": other, "attended_minutes": 200}]
    scores = [score, {"registration_id": other, "post_test": 70}]
    for path, body in (
        ("sessions/1/attendance", {"marks": marks}),
        ("tests", {"scores": scores}),
    ):
        assert ana.post(f"{base}/{path}", body, If_Match=cohort.etag).status_code == 200


def test_an_entry_of_somebody_erased_keeps_back_no_other(cohort: Cohort) -> None:
    gone = cohort.people[0]
    names = [KeyName(gone, one) for one in ("identity", "special")]
    cohort.house.service.keyring.ensure(names)
    cohort.house.service.keyring.destroy(names)
    why = {"excused": "At the doctor", "excused_as": "illness"}
    told = sent(
        cohort,
        entry(cohort, 0, "e1", 10, **why),
        entry(cohort, 1, "e2", 10, **why),
        entry(cohort, 0, "e3", 20),
    )
    assert [one["outcome"] for one in told] == ["refused", "recorded", "recorded"]
    assert told[0]["problem"]["type"] == "/problems/data-erased"
    assert "erased" in told[0]["problem"]["detail"]


def test_a_test_after_is_noted_in_the_grid_when_the_one_before_came_by_the_form(
    cohort: Cohort,
) -> None:
    mira, ana = cohort.people[0], cohort.trainer()
    done = ana.submit(
        f"/trainings/cohorts/{cohort.id}/tests",
        **{f"pre-{mira}": "40", "version": cohort.version, "idempotency_key": "f1"},
    )
    assert done.status_code == 303
    entries = ana.get(f"{API}/cohorts/{cohort.id}/entries").json["entries"]
    assert [one["place"] for one in entries] == ["pre"]
    assert sent(cohort, entry(cohort, 0, "e1", 70, place="post"))[0]["outcome"] == "recorded"


def test_who_left_is_not_in_the_form_of_a_later_session(cohort: Cohort) -> None:
    house, gone = cohort.house, cohort.people[0]
    house.clock.moment = house.clock.moment.replace(day=2)
    base = f"{API}/cohorts/{cohort.id}"
    out = cohort.trainer().post(
        f"{base}/participants/{gone}/drop-out", {"reason": "work"}, If_Match=cohort.etag
    )
    assert out.status_code == 200
    cohort.on_last_day()
    page = f"/trainings/cohorts/{cohort.id}/sessions"
    ana = cohort.trainer()
    assert f"minutes-{gone}" in ana.get(f"{page}/1").text
    assert f"minutes-{gone}" not in ana.get(f"{page}/2").text
    late = sent(cohort, entry(cohort, 0, "e1", 10, place="2"), entry(cohort, 0, "e2", 10))
    assert [one["outcome"] for one in late] == ["refused", "recorded"]
    assert late[0]["problem"]["type"] == "/problems/left-before-session"
