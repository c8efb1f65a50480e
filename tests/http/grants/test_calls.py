"""Calls over HTTP: drafted, published, opened with their money, closed, cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import Reserve
from services.grants.calls.closing import DUE, KIND
from services.grants.calls.views import call
from services.grants.foreign import certificates_of, registration
from shared.access.roles import Role
from shared.events.tables import DUE as DUE_TABLE
from shared.money import Money

from . import home
from .home import PROGRAMME, held

API = "/grants/api/v1/calls"
TERMS = {
    "regions": [{"country": "RS", "municipalities": ["Topola", "Knić"]}],
    "currency": "RSD",
    "budget": {"amount": "1000000.00", "currency": "RSD"},
    "ceiling": {"amount": "400000.00", "currency": "RSD"},
    "certificate_kind": "business",
    "criteria": [
        {"name": "plan", "points_max": 60},
        {"name": "vulnerability", "points_max": 40},
    ],
    "threshold_hundredths": 5600,
    "quorum": 2,
    "cooldown_days": 730,
    "opens_on": "2026-02-01",
    "deadline": "2026-03-15T23:59:00+01:00",
    "timezone": "Europe/Belgrade",
    "tranche_percents": [60, 40],
    "member_ids": ["m1", "m2", "m3"],
    "tie_break": "vulnerability",
}
NEW = {"programme": PROGRAMME, "code": "C-1", "title": "Round one", "terms": TERMS}


@pytest.fixture
def officer(house):
    home.open_programme(house)
    for member in home.MEMBERS:
        house.staff(member, f"Member {member}", Role.committee_member)
    return house.as_reader(Role.programme_officer, account_id="ana")


def code_of(answer):
    return answer.json["type"].rpartition("/")[2]


def drafted(officer, **changes):
    made = officer.post(API, {**NEW, **changes})
    assert made.status_code == 201, made.json
    return made.headers["Location"]


def act(officer, address, act, body=None, *, version):
    return officer.post(f"{address}/{act}", body, If_Match=f'"{version}"')


def test_a_house_has_what_tests_of_grants_begin_with(house):
    home.add_partner(house)
    home.open_budget_line(house, home.add_donor(house))
    call_id = home.open_call(house)
    assert house.ask(call, call_id)["available_minor"] == 100_000_000
    mira = home.register(house)
    home.certify(house, mira)
    assert house.ask(registration, mira)["full_name"] == "Mira Primer"
    assert house.ask(certificates_of, mira)[0]["kind"] == "business"
    home.close_call(house, call_id)
    assert house.ask(call, call_id)["state"] == "closed"


def test_a_call_goes_from_draft_to_closed(house, officer):
    address = drafted(officer)
    shown = officer.get(address)
    assert shown.headers["ETag"] == '"1"' and shown.json["state"] == "draft"
    given = {**TERMS, "deadline": "2026-03-15T22:59:00+00:00"}
    assert shown.json["terms"] == {**given, "grace_minutes": 0, "residence_required": True}
    assert officer.get(f"{address}/budget").status_code == 404
    assert act(officer, address, "publish", version=1).json["version"] == 2
    opened = act(officer, address, "open", version=2)
    assert opened.status_code == 200 and opened.headers["ETag"] == '"3"'
    money = officer.get(f"{address}/budget").json
    assert money["available"] == money["budget"] == TERMS["budget"]
    early = act(officer, address, "close", version=3)
    assert early.status_code == 409 and code_of(early) == "before-deadline"
    house.clock.advance(timedelta(days=30))
    assert act(officer, address, "close", version=3).status_code == 200
    assert officer.get(address).json["state"] == "closed"


def test_opening_and_its_money_are_one_append(house, officer):
    address = drafted(officer)
    act(officer, address, "publish", version=1)
    before = len(house.recorded("call") + house.recorded("budget"))
    act(officer, address, "open", version=2)
    assert house.recorded("budget") == [("opened", "ana")]
    assert len(house.recorded("call") + house.recorded("budget")) == before + 2
    again = act(officer, address, "open", version=3)
    assert again.status_code == 200 and again.json["version"] == 3
    assert house.recorded("budget") == [("opened", "ana")]


def test_the_terms_change_until_the_call_opens(officer):
    address = drafted(officer)
    other = {"title": "Round one, anew", "terms": {**TERMS, "quorum": 3}}
    assert officer.post(f"{address}/terms", other).status_code == 428
    assert act(officer, address, "terms", other, version=9).status_code == 412
    assert act(officer, address, "terms", other, version=1).json["version"] == 2
    act(officer, address, "publish", version=2)
    assert officer.get(address).json["terms"]["quorum"] == 3
    renamed = act(officer, address, "terms", {**other, "title": "Round 1"}, version=3)
    assert renamed.json["version"] == 4
    act(officer, address, "open", version=4)
    frozen = act(officer, address, "terms", other, version=5)
    assert frozen.status_code == 409 and code_of(frozen) == "terms-frozen"


def test_a_code_is_used_once_in_a_programme(house, officer):
    drafted(officer)
    taken = officer.post(API, NEW)
    assert taken.status_code == 409 and code_of(taken) == "call-code-taken"
    home.open_programme(house, "BA-2026")
    for member in home.MEMBERS:
        house.account("role_granted", member, held=held(Role.committee_chair, "BA-2026"))
    other = house.as_reader(Role.programme_officer, programme="BA-2026")
    assert other.post(API, {**NEW, "programme": "BA-2026"}).status_code == 201


@pytest.mark.parametrize(
    ("happened", "facts"),
    [
        ("role_revoked", {"held": held(Role.committee_member)}),
        ("suspended", {"reason": "On leave."}),
        ("closed", {}),
    ],
)
def test_only_who_has_the_role_now_is_named_in_a_call(house, officer, happened, facts):
    address = drafted(officer)
    house.account(happened, "m2", **facts)
    whole = {"title": "Round one", "terms": TERMS}
    amended = officer.post(f"{address}/terms", whole, If_Match='"1"')
    assert (amended.status_code, code_of(amended)) == (422, "members-without-role")
    for stranger in ("m2", "nobody", "Somebody of the past"):
        terms = {**TERMS, "member_ids": ["m1", stranger, "m3"]}
        refused = officer.post(API, {**NEW, "code": "C-2", "terms": terms})
        assert (refused.status_code, code_of(refused)) == (422, "members-without-role")


def test_a_member_of_another_programme_is_no_member_here(house, officer):
    house.staff("m4", "Vera Primer", Role.committee_member, programme="BA-2026")
    house.staff("m5", "Mira Primer", Role.finance_officer)
    for stranger in ("m4", "m5"):
        terms = {**TERMS, "member_ids": ["m1", "m2", stranger]}
        refused = officer.post(API, {**NEW, "terms": terms})
        assert (refused.status_code, code_of(refused)) == (422, "members-without-role")


def test_the_same_key_drafts_once(officer):
    one = officer.post(API, NEW, Idempotency_Key="k1")
    two = officer.post(API, NEW, Idempotency_Key="k1")
    assert one.json == two.json and two.headers["Idempotency-Replayed"] == "true"


def test_a_call_is_cancelled_with_a_reason_and_stays_so(officer):
    address = drafted(officer)
    assert act(officer, address, "cancel", {}, version=1).status_code == 422
    done = act(officer, address, "cancel", {"reason": "The donor left."}, version=1)
    assert done.status_code == 200
    assert officer.get(address).json["reason"] == "The donor left."
    refused = act(officer, address, "publish", version=2)
    assert refused.status_code == 409 and code_of(refused) == "call-state"


def test_a_call_does_not_open_before_its_first_day(officer):
    address = drafted(officer, terms={**TERMS, "opens_on": "2026-03-02"})
    act(officer, address, "publish", version=1)
    early = act(officer, address, "open", version=2)
    assert early.status_code == 409 and code_of(early) == "before-opening"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ceiling": {"amount": "2000000", "currency": "RSD"}}, "ceiling"),
        ({"ceiling": {"amount": "1", "currency": "EUR"}}, "currency-differs"),
        ({"quorum": 4}, "quorum"),
        ({"threshold_hundredths": 10001}, "threshold"),
        ({"tie_break": "luck"}, "tie-break"),
        ({"tranche_percents": [60, 41]}, "tranche-percents"),
        ({"member_ids": ["m1", "m1"]}, "members"),
        ({"timezone": "Europe/Nowhere"}, "timezone"),
        ({"timezone": "/etc/passwd"}, "timezone"),
        ({"opens_on": "2026-04-01"}, "deadline-before-opening"),
        ({"regions": [{"country": "RS", "municipalities": ["Kragujevac"]}]}, "region-outside"),
        ({"deadline": "2026-03-15T23:59:00"}, "invalid"),
        ({"deadline": "0001-01-01T00:00:00+14:00"}, "invalid"),
        ({"opens_on": "9999-12-31"}, "invalid"),
        ({"quorum": 2**53 - 1}, "invalid"),
        ({"quorum": "2"}, "invalid"),
        ({"criteria": []}, "invalid"),
        ({"criteria": [{"name": "a\tb", "points_max": 5}]}, "invalid"),
        ({"residence_required": "maybe"}, "invalid"),
        ({"residence_required": []}, "invalid"),
        ({"budget": []}, "invalid"),
        ({"regions": "RS"}, "invalid"),
        ({"luck": 1}, "invalid"),
    ],
)
def test_a_call_that_cannot_be_is_invalid(officer, changes, code):
    answer = officer.post(API, {**NEW, "terms": {**TERMS, **changes}})
    assert answer.status_code == 422 and code_of(answer) == code, answer.json


def test_a_currency_that_the_programme_does_not_keep_is_refused(officer):
    money = {"amount": "10", "currency": "BAM"}
    terms = {**TERMS, "currency": "BAM", "budget": money, "ceiling": money}
    answer = officer.post(API, {**NEW, "terms": terms})
    assert answer.status_code == 422 and code_of(answer) == "currency-not-kept"


def test_who_may_not_is_refused_and_what_is_not_is_missing(house, officer):
    address = drafted(officer)
    for role in (Role.finance_officer, Role.committee_chair, Role.auditor, Role.applicant):
        other = house.as_reader(role)
        assert other.post(API, NEW).status_code == 403
        assert act(other, address, "publish", version=1).status_code == 403
    stranger = house.as_reader(Role.programme_officer, programme="BA-2026")
    assert stranger.get(address).status_code == 404
    assert stranger.post(API, NEW).status_code == 403
    assert stranger.get(API).json["items"] == []
    assert house.as_reader().get(API).status_code == 403
    for missing in ("no-id", "01890000-0000-7000-8000-000000000000"):
        assert officer.get(f"{API}/{missing}").status_code == 404
        assert act(officer, f"{API}/{missing}", "open", version=1).status_code == 404
    assert officer.post(API, {**NEW, "programme": "nothing"}).status_code == 403
    assert house.app.test_client().get(address).status_code == 401


def test_applicants_see_no_drafts_and_no_committee(house, officer):
    address, applicant = drafted(officer), house.as_reader(Role.applicant)
    assert applicant.get(address).status_code == 404
    assert applicant.get(API).json["items"] == []
    act(officer, address, "publish", version=1)
    assert applicant.get(address).json["terms"]["member_ids"] == []
    assert [one["code"] for one in applicant.get(API).json["items"]] == ["C-1"]


def test_calls_are_listed_in_pages_by_state(house, officer):
    home.draft_call(house, "C-1")
    call_id = home.open_call(house, "C-2")
    home.draft_call(house, "C-3")
    reserve = Reserve(by="x", now=home.NOON, application_id="a1", amount=Money(25_000_000, "RSD"))
    house.decide(BUDGET, call_id, reserve)
    first = officer.get(f"{API}?limit=2").json
    then = officer.get(f"{API}?limit=2&cursor={first['next']}").json
    assert [one["code"] for one in first["items"] + then["items"]] == ["C-1", "C-2", "C-3"]
    (opened,) = officer.get(f"{API}?state=open&programme={PROGRAMME}").json["items"]
    assert opened["money"]["reserved"] == {"amount": "250000.00", "currency": "RSD"}
    assert opened["money"]["available"] == {"amount": "750000.00", "currency": "RSD"}
    assert first["items"][0]["money"] is None
    assert officer.get(f"{API}?state=whatever").status_code == 422
    assert officer.get(f"{API}?programme=%0A").status_code == 422
    assert officer.get("/grants/calls?programme=%0A").status_code == 200
    assert officer.get(f"{API}?cursor=whatever").status_code == 422
    assert officer.get(f"{API}?limit=100000000000").status_code == 422


def test_a_call_closes_by_itself_after_its_deadline_and_once(house, officer):
    address = drafted(officer)
    act(officer, address, "publish", version=1)
    act(officer, address, "open", version=2)
    (due,) = house.ask(lambda connection: connection.execute(DUE_TABLE.select()).all())
    assert due.kind == KIND
    DUE[KIND](house.service, due.payload)
    assert officer.get(address).json["state"] == "open"
    house.clock.moment = due.due_at if due.due_at.tzinfo else home.NOON + timedelta(days=30)
    for _ in range(2):
        DUE[KIND](house.service, due.payload)
    assert officer.get(address).json["version"] == 4
    assert house.recorded("call")[-1] == ("closed", "system/grants")


FORM = {
    "programme": PROGRAMME,
    "code": "C-9",
    "title": "Round nine",
    "regions": ["RS/Topola", "RS/Knić"],
    "residence_required": "yes",
    "opens_on": "2026-02-01",
    "deadline_day": "2026-03-15",
    "deadline_time": "23:59",
    "timezone": "Europe/Belgrade",
    "grace_minutes": "30",
    "currency": "RSD",
    "budget": "1.000.000,00",
    "ceiling": "400 000",
    "tranche_percents": "60, 40",
    "certificate_kind": "business",
    "cooldown_days": "730",
    "criteria": "business plan 60\nvulnerability: 40\n",
    "tie_break": "vulnerability",
    "threshold": "56,5",
    "member_ids": ["m1", "m2", "m3"],
    "quorum": "2",
}
NEW_PAGE = "/grants/calls/new"


def page_of(answer):
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_call_goes_its_way_on_pages(house, officer):
    assert "There is no call yet" in officer.get("/grants/calls").text
    choosing = officer.get(NEW_PAGE)
    assert choosing.status_code == 302 and PROGRAMME in choosing.headers["Location"]
    new = f"{NEW_PAGE}?programme={PROGRAMME}"
    address = page_of(officer.submit(NEW_PAGE, new, **FORM))
    shown = officer.get(address).text
    assert "Round nine is a draft" in shown and "Read it once more" in shown
    assert "56.5 of 100 points" in shown and "business plan" in shown
    assert "15 Mar 2026 23:59 CET" in shown and "RSD\u00a01,000,000.00" in shown
    assert "Publish the call" in shown and "Cancel the call" in shown
    publish = f"{address}/publish"
    assert "Everybody may read the call" in officer.get(publish).text
    assert page_of(officer.submit(publish, publish, version=1)) == address
    opening = f"{address}/open"
    assert "RSD\u00a01,000,000.00" in officer.get(opening).text
    assert page_of(officer.submit(opening, opening, version=2)) == address
    shown = officer.get(address).text
    assert "Round nine takes applications until 15 Mar 2026 23:59 CET" in shown
    assert f'href="/grants/applications?call={address.rpartition("/")[2]}"' in shown
    assert "0 applications" in shown and "No meeting is convened yet" in shown
    assert "It closes by itself after 16 Mar 2026 00:29 CET" in shown
    assert "Title and terms are frozen" in officer.get(f"{address}/edit").text
    assert "1 call takes applications" in officer.get("/grants/calls").text
    house.clock.advance(timedelta(days=30))
    closing = f"{address}/close"
    assert page_of(officer.submit(closing, closing, version=3)) == address
    assert "waits for the committee" in officer.get(address).text


def test_a_wrong_form_keeps_everything_typed_and_says_where(house, officer):
    new = f"{NEW_PAGE}?programme={PROGRAMME}"
    wrong = {
        "budget": "much",
        "quorum": "two",
        "deadline_time": "late",
        "criteria": "plan",
        "threshold": "1.234",
        "timezone": "Europe/<b>Nowhere",
    }
    answer = officer.submit(NEW_PAGE, new, **FORM | wrong)
    assert answer.status_code == 422
    for field in ("budget", "quorum", "deadline_day", "criteria", "threshold", "timezone"):
        assert f'href="#{field}"' in answer.text, field
    assert 'value="much"' in answer.text and "Round nine" in answer.text
    for field, value in (("tie_break", "luck"), ("quorum", "9"), ("ceiling", "9999999")):
        answer = officer.submit(NEW_PAGE, new, **FORM | {field: value})
        assert answer.status_code == 422 and f'href="#{field}"' in answer.text, field
    page_of(officer.submit(NEW_PAGE, new, **FORM))
    taken = officer.submit(NEW_PAGE, new, **FORM)
    assert taken.status_code == 422 and "Another call of this programme" in taken.text
    nothing = officer.submit(NEW_PAGE, new, programme=PROGRAMME)
    assert nothing.status_code == 422 and 'href="#title"' in nothing.text


def test_a_draft_is_changed_as_it_was_and_never_overwritten_silently(house, officer):
    call_id = home.draft_call(house)
    edit = f"/grants/calls/{call_id}/edit"
    page = officer.get(edit).text
    assert 'value="23:59:59"' in page and "plan 60" in page and 'value="56"' in page
    form = {**FORM, "deadline_time": "23:59:59", "title": "Anew"}
    assert officer.submit(edit, edit, **form).status_code == 428
    page_of(officer.submit(edit, edit, **form, version=1))
    stale = officer.submit(edit, edit, **form | {"title": "Other"}, version=1)
    assert stale.status_code == 422 and "Other" in stale.text and "changed since" in stale.text
    row = house.ask(call, call_id)
    assert (row["title"], row["code"], row["deadline"]) == ("Anew", "C-1", home.TERMS.deadline)


def test_cancelling_asks_for_a_reason(house, officer):
    address = f"/grants/calls/{home.draft_call(house)}"
    cancel = f"{address}/cancel"
    wrong = officer.submit(cancel, cancel, reason=" ", version=1)
    assert wrong.status_code == 422 and 'href="#reason"' in wrong.text
    page_of(officer.submit(cancel, cancel, reason="The donor left.", version=1))
    shown = officer.get(address).text
    assert "is cancelled" in shown and "The donor left." in shown
    assert "This is not possible now" in officer.get(cancel).text
    late = officer.submit(cancel, address, reason="Again.", version=1)
    assert late.status_code == 422 and "changed since" in late.text


def test_pages_show_what_a_role_may_do(house, officer):
    call_id = home.open_call(house)
    address = f"/grants/calls/{call_id}"
    finance = house.as_reader(Role.finance_officer).get(address).text
    assert (
        "Cancel the call" not in finance
        and "Available" in finance
        and "<li>Member m1</li>" not in finance
    )
    applicant = house.as_reader(Role.applicant).get(address).text
    assert (
        "Rules" in applicant
        and ">History<" not in applicant
        and "<li>Member m1</li>" not in applicant
    )
    chair = house.as_reader(Role.committee_chair).get(address).text
    assert "<li>Member m1</li>" in chair and "0 applications" in chair
    assert house.as_reader(Role.auditor).get(f"{address}/cancel").status_code == 403
    assert house.as_reader(Role.auditor).get(f"{address}/edit").status_code == 403
    assert officer.get("/grants/calls/no-id").status_code == 404
    assert officer.get(f"{address}/explode").status_code == 404
    assert house.as_reader(Role.administrator, programme="*").get(address).status_code == 403


def test_the_list_is_filtered_by_the_address(house, officer):
    home.draft_call(house, "C-1")
    home.open_call(house, "C-2")
    listed = officer.get("/grants/calls").text
    assert "Round C-1" in listed and "Round C-2" in listed and "Not yet" in listed
    opened = officer.get("/grants/calls?state=open").text
    assert "Round C-1" not in opened and "15 Mar 2026 23:59 CET" in opened
    assert "There is no such call" in officer.get("/grants/calls?state=decided").text
    assert officer.get("/grants/calls?cursor=whatever").status_code == 422
