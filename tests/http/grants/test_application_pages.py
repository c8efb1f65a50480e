"""The pages of applications: choosing a person, writing, handing in, checking, the lists."""

from __future__ import annotations

from datetime import timedelta

from services.grants.applications.listing import Scope, sorted_applications
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.web.pagination import encode_cursor

from . import home
from .applications_home import (
    act,
    assign,
    begin,
    done,
    draft,
    officer,
    ready,
    state_of,
    submitted,
    under_review,
    version_of,
)
from .committee_home import Committee

LIST = "/grants/applications"
TYPED = {
    "kind": "start",
    "business": "Carpentry workshop",
    "requested": "120.000,00",
    "own_contribution": "",
    "account": "",
    "channel": "assisted",
}


def page_of(application_id: str, step: str = "") -> str:
    return f"{LIST}/{application_id}" + (f"/{step}" if step else "")


def number_of(application_id: str, house) -> str:
    return version_of(house, application_id).strip('"')


def test_an_officer_finds_a_person_writes_and_hands_in(house):
    call_id, mira = ready(house, name="Đurđa Primer")
    asker = officer(house)
    assert f"call={call_id}" in asker.get(f"{LIST}/new").text
    new = f"{LIST}/new?call={call_id}"
    assert "Who applies?" in asker.get(new).text
    found = asker.submit(f"{LIST}/people?call={call_id}", new, who="djurdja")
    assert "Đurđa Primer" in found.text and f"person={mira}" in found.text
    by_number = asker.submit(f"{LIST}/people?call={call_id}", new, who="rs-2026-000001")
    assert "Đurđa Primer" in by_number.text
    nobody = asker.submit(f"{LIST}/people?call={call_id}", new, who="Nobody")
    assert "Nobody with this certificate was found" in nobody.text
    assert asker.submit(f"{LIST}/people?call={call_id}", new, who=" ").status_code == 422

    form = f"{new}&person={mira}"
    assert "RS-2026-000001" in asker.get(form).text
    saved = asker.submit(form, form, idempotency_key="k1", **TYPED)
    assert saved.status_code == 303, saved.text
    page = saved.headers["Location"]
    shown = asker.get(page).text
    assert "The draft is saved" in shown and "is a draft" in shown
    assert "RSD\N{NO-BREAK SPACE}120,000.00" in shown
    asked = asker.get(f"{page}/submit").text
    assert "What will follow" in asked
    sent = asker.submit(f"{page}/submit", f"{page}/submit", version="1", idempotency_key="k2")
    assert sent.status_code == 303
    assert "waits to be checked" in asker.get(page).text


def test_a_form_with_errors_keeps_everything_that_was_typed(house):
    call_id, mira = ready(house)
    form = f"{LIST}/new?call={call_id}&person={mira}"
    typed = {**TYPED, "business": "x" * 201, "requested": "a lot", "account": "160-1", "kind": ""}
    answer = officer(house).submit(form, form, **typed)
    assert answer.status_code == 422
    for said in ("x" * 201, "a lot", "160-1", "Choose what the grant is for", "at most 200"):
        assert said in answer.text
    zero = officer(house).submit(form, form, **{**TYPED, "requested": "0"})
    assert zero.status_code == 422 and "must be above zero" in zero.text


def test_a_second_application_is_refused_on_the_form_with_what_was_typed(house):
    call_id, mira = ready(house)
    draft(house, call_id, mira)
    form = f"{LIST}/new?call={call_id}&person={mira}"
    answer = officer(house).submit(form, form, **TYPED)
    assert answer.status_code == 409
    assert "has an application in this call already" in answer.text
    assert "Carpentry workshop" in answer.text


def test_who_has_no_certificate_is_warned_and_cannot_hand_in(house):
    call_id = home.open_call(house)
    mira = home.register(house)
    form = f"{LIST}/new?call={call_id}&person={mira}"
    assert "has no valid certificate" in officer(house).get(form).text
    page = officer(house).submit(form, form, **TYPED).headers["Location"]
    answer = officer(house).submit(f"{page}/submit", f"{page}/submit", version="1")
    assert answer.status_code == 409 and "no valid certificate" in answer.text


def test_paper_is_noted_first_and_typed_in_later(house):
    call_id, mira = ready(house)
    form = f"{LIST}/new?call={call_id}&person={mira}"
    noted = officer(house).submit(f"{LIST}/paper?call={call_id}&person={mira}", form)
    assert noted.status_code == 303
    page = noted.headers["Location"]
    assert "is to be typed in" in officer(house).get(page).text
    saved = officer(house).submit(f"{page}/edit", f"{page}/edit", version="1", **TYPED)
    assert saved.status_code == 303
    assert "On paper" in officer(house).get(page).text


def test_writing_anew_keeps_the_account_and_names_who_was_faster(house):
    call_id, mira = ready(house)
    application_id = draft(house, call_id, mira, account="160-3763432601624-14")
    edit = page_of(application_id, "edit")
    assert "••••2414" in officer(house).get(edit).text
    changed = {**TYPED, "business": "Joinery"}
    assert officer(house).submit(edit, edit, version="1", **changed).status_code == 303
    shown = officer(house).get(page_of(application_id)).text
    assert "Joinery" in shown and "••••2414" in shown
    stale = officer(house).submit(edit, edit, version="1", **{**TYPED, "business": "Mine"})
    assert stale.status_code == 412 and "Mine" in stale.text and "changed since" in stale.text
    gone = {**TYPED, "no_account": "yes"}
    assert officer(house).submit(edit, edit, version="2", **gone).status_code == 303
    assert "••••2414" not in officer(house).get(page_of(application_id)).text


def test_the_check_shows_every_rule_and_records_what_it_showed(house):
    call_id, mira = ready(house, municipality="Beograd")
    application_id = submitted(house, call_id, mira)
    check = page_of(application_id, "check")
    shown = officer(house).get(check).text
    assert "fails 1 rule" in shown and "lives in no place of the call" in shown
    assert "Certificates; the call asks for: Business training" in shown
    stale = officer(house).submit(check, check, version="2", expected="eligible")
    assert stale.status_code == 409 and "The facts have changed" in stale.text
    answer = officer(house).submit(check, check, version="2", expected="not_resident")
    assert answer.status_code == 303 and state_of(house, application_id) == "ineligible"

    override = page_of(application_id, "override")
    assert officer(house).submit(override, override, version="3", reason="").status_code == 422
    told = officer(house).submit(override, override, version="3", reason="Moved to Topola.")
    assert told.status_code == 303
    mine = officer(house).get(page_of(application_id)).text
    assert "Moved to Topola." in mine and "you cannot do both" in mine
    assert officer(house).get(page_of(application_id, "confirm")).status_code == 409
    confirm = page_of(application_id, "confirm")
    second = officer(house, "o2")
    assert "1 application waits for you" in second.get(LIST).text
    assert second.submit(confirm, confirm, version="4").status_code == 303
    shown = second.get(page_of(application_id)).text
    assert "is with the committee" in shown and "Let through all the same" in shown


def test_returned_it_says_what_is_missing(house):
    call_id, mira = ready(house)
    application_id = submitted(house, call_id, mira)
    step = page_of(application_id, "return")
    sent = officer(house).submit(step, step, version="2", note="State the rent.")
    assert sent.status_code == 303
    assert "State the rent." in officer(house).get(page_of(application_id)).text
    assert "State the rent." in officer(house).get(page_of(application_id, "edit")).text
    edit = page_of(application_id, "edit")
    assert officer(house).submit(edit, edit, version="3", **TYPED).status_code == 303


def test_steps_that_the_state_does_not_allow_are_neither_shown_nor_done(house):
    call_id, mira = ready(house)
    application_id = draft(house, call_id, mira)
    shown = officer(house).get(page_of(application_id)).text
    assert "/submit" in shown and "/check" not in shown and "/override" not in shown
    for step in ("check", "return", "override", "confirm"):
        assert officer(house).get(page_of(application_id, step)).status_code == 409
    assert officer(house).get(page_of(application_id, "dance")).status_code == 404
    done(house, application_id, "withdraw")
    shown = officer(house).get(page_of(application_id)).text
    assert "is withdrawn" in shown and "/submit" not in shown
    assert officer(house).get(page_of(application_id, "edit")).status_code == 409


def test_an_auditor_reads_everything_and_is_offered_nothing(house):
    call_id, mira = ready(house)
    application_id = submitted(house, call_id, mira)
    auditor = house.as_reader(Role.auditor, account_id="a9")
    shown = auditor.get(page_of(application_id)).text
    assert "Mira Primer" in shown and "/withdraw" not in shown and "/check" not in shown
    assert auditor.get(page_of(application_id, "submit")).status_code == 403
    assert auditor.get(f"{LIST}/new").status_code == 403
    assert ("read", "a9") in house.recorded()


def test_a_member_declares_first_then_reads_without_account_and_history(house):
    call_id, mira = ready(house)
    application_id = under_review(house, call_id, mira)
    assign(house, application_id, "m1", "m2", cleared=("m2",))
    waiting = house.as_reader(Role.committee_member, account_id="m1")
    listed = waiting.get(LIST).text
    assert "1 application waits for you" in listed and "To declare" in listed
    assert f"/grants/reviews/{application_id}" in listed
    sent = waiting.get(page_of(application_id))
    assert sent.status_code == 303
    assert sent.headers["Location"] == f"/grants/reviews/{application_id}"
    cleared = house.as_reader(Role.committee_member, account_id="m2")
    assert "To fill in" in cleared.get(LIST).text
    shown = cleared.get(page_of(application_id)).text
    assert "Carpentry workshop" in shown and "Bank account" not in shown
    assert "What happened" not in shown and "/withdraw" not in shown
    other = house.as_reader(Role.committee_member, account_id="m3")
    assert other.get(page_of(application_id)).status_code == 404
    assert "There is no application for you" in other.get(LIST).text


def test_the_list_has_its_filters_in_the_address(house):
    call_id, mira = ready(house)
    empty = officer(house).get(LIST).text
    assert "There is no application yet" in empty
    draft(house, call_id, mira)
    shown = officer(house).get(f"{LIST}?call={call_id}&state=draft").text
    assert "C-1-0001" in shown and "Mira Primer" in shown
    none = officer(house).get(f"{LIST}?state=approved").text
    assert "There is no such application" in none
    assert officer(house).get(f"{LIST}?state=odd&cursor=x").status_code == 422
    assert house.as_reader(Role.donor).get(LIST).status_code == 403


def test_the_list_is_sorted_by_a_column_over_pages(house):
    committee = Committee(house)
    amounts = {"A-1": 30, "A-2": 10, "A-3": 20, "A-4": 20, "A-5": 5}
    for number, amount in amounts.items():
        committee.application(number, requested=amount * 1_000_000, checked=False)
        house.clock.moment += timedelta(minutes=1)
    scope = Scope.of(Reader("o1", "s", "Ana", (RoleGrant(Role.programme_officer, home.PROGRAMME),)))

    def listed(sort: str) -> list[str]:
        order = {"column": sort.removeprefix("-"), "descending": sort.startswith("-")}
        found, after = [], ""
        while rows := house.ask(sorted_applications, scope, limit=2, after=after, **order):
            found += [row["application_no"] for row in rows]
            after = rows[-1]["application_id"]
        return found

    assert listed("number") == [*amounts] and listed("-number") == [*reversed(amounts)]
    by_amount = listed("requested")
    assert [amounts[one] for one in by_amount] == [5, 10, 20, 20, 30]
    assert listed("-requested") == [*reversed(by_amount)]
    assert listed("submitted") == [*amounts] and listed("-submitted") == [*reversed(amounts)]


def test_the_heads_of_the_list_sort_it(house):
    call_id, mira = ready(house)
    draft(house, call_id, mira)
    asker = officer(house)
    page = asker.get(f"{LIST}?sort=number&state=draft").text
    assert page.count('aria-sort="ascending"') == 1
    assert f"{LIST}?state=draft&amp;sort=-number" in page
    assert 'aria-sort="descending"' in asker.get(f"{LIST}?sort=-submitted").text
    assert "aria-sort" not in asker.get(f"{LIST}?sort=name").text
    assert asker.get(f"{LIST}?sort=number&cursor=x").status_code == 422
    nowhere = encode_cursor(("0192f000-0000-7000-8000-000000000001",))
    assert asker.get(f"{LIST}?sort=requested&cursor={nowhere}").status_code == 200


def test_unknown_addresses_are_missing(house):
    call_id, mira = ready(house)
    unknown = "0192d1c0-0000-7000-8000-000000000000"
    asker = officer(house)
    for address in (
        page_of(unknown),
        page_of("x"),
        page_of(unknown, "edit"),
        page_of(unknown, "check"),
        page_of(unknown, "submit"),
        f"{LIST}/new?call={unknown}",
        f"{LIST}/new?call={call_id}&person={unknown}",
        f"{LIST}/new?call={call_id}&person=x",
    ):
        assert asker.get(address).status_code == 404, address
    elsewhere = officer(house, programme="BA-2026")
    assert elsewhere.get(f"{LIST}/new?call={call_id}").status_code == 404
    assert begin(house, call_id, mira).status_code == 201


def test_nobody_is_sent_past_the_form_of_a_step(house):
    call_id, mira = ready(house)
    application_id = draft(house, call_id, mira)
    page = page_of(application_id, "submit")
    without = officer(house).submit(page, page)
    assert without.status_code == 428
    assert act(house, application_id, "submit").status_code == 200
    assert number_of(application_id, house) == "2"
