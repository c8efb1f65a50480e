"""Another role may reach further than a trainer's own cohorts; what trainers do reaches no further.

A trainer who is also on the committee sees every certificate's number and state, but whose it is,
its code, and correcting or revoking it stay with the cohorts that they train.
"""

from __future__ import annotations

from services.trainings.reach import Reach, reach
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from tests.http.trainings.cohort_home import API, TRAINER, Cohort
from tests.http.trainings.conftest import PROGRAMME, House


def test_a_second_role_does_not_widen_what_a_trainer_does(house: House) -> None:
    cohort = Cohort.begun(house)
    cohort.finished()
    certificate = f"{API}/certificates/{cohort.issue()[0]}"
    elsewhere = house.as_reader(Role.trainer, Role.committee_member, account="trainer-9")
    shown = elsewhere.get(certificate)
    assert shown.status_code == 200
    assert shown.json["number"] and shown.json["full_name"] is None and shown.json["code"] is None
    listed = elsewhere.get(f"{API}/certificates").json["items"]
    assert len(listed) == 3 and {one["full_name"] for one in listed} == {None}
    reason = {"reason": "A mistake."}
    etag = shown.headers["ETag"]
    refused = elsewhere.post(f"{certificate}/revocation", reason, If_Match=etag)
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/not-your-cohort")
    own = house.as_reader(Role.trainer, Role.committee_member, account=TRAINER)
    assert own.get(certificate).json["full_name"] and own.get(certificate).json["code"]
    assert own.post(f"{certificate}/revocation", reason, If_Match=etag).status_code == 200


def test_a_programs_key_reaches_nobody_by_what_it_is_not_for() -> None:
    officer = (RoleGrant(Role.programme_officer, PROGRAMME),)
    key = Reader("a-1", "s-1", "", officer, scopes=frozenset({"trainings.certificates.read"}))
    assert reach(key, "trainings.certificates.read").whole == {PROGRAMME}
    assert reach(key, "trainings.people.read") == Reach("a-1", frozenset(), frozenset())
