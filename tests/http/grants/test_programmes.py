"""Programmes over HTTP: opened by administrators, with partners, donors and budget lines."""

from __future__ import annotations

import pytest

from services.grants.programmes.views import budget_line, donors, partners, programme
from shared.access.roles import EVERY_PROGRAMME, Role

from . import home
from .home import PROGRAMME

API = "/grants/api/v1"
NEW = {
    "code": "RS-2026",
    "name": "Second chance",
    "regions": [{"country": "RS", "municipalities": ["Topola", "Knić"]}],
    "currencies": ["RSD", "EUR"],
}
LINE = {"code": "G-1", "name": "Grants", "budget": {"amount": "1000.50", "currency": "EUR"}}


def administrator(house):
    return house.as_reader(Role.administrator, programme=EVERY_PROGRAMME, account_id="admin")


def officer(house, *, of=PROGRAMME):
    return house.as_reader(Role.programme_officer, programme=of)


def finance(house):
    return house.as_reader(Role.finance_officer, account_id="fin")


def controller(house):
    return house.as_reader(Role.finance_controller, account_id="con")


def code_of(answer):
    return answer.json["type"].rpartition("/")[2]


def test_an_administrator_opens_a_programme_once(house):
    asker = administrator(house)
    made = asker.post(f"{API}/programmes", NEW, Idempotency_Key="k1")
    assert made.status_code == 201 and made.json["version"] == 1
    assert made.headers["Location"] == f"{API}/programmes/RS-2026"
    again = asker.post(f"{API}/programmes", NEW, Idempotency_Key="k1")
    assert again.headers["Idempotency-Replayed"] == "true"
    refused = asker.post(f"{API}/programmes", NEW)
    assert refused.status_code == 409 and code_of(refused) == "programme-exists"
    shown = asker.get(made.headers["Location"])
    assert shown.headers["ETag"] == '"1"'
    assert shown.json["regions"] == NEW["regions"] and shown.json["currencies"] == ["RSD", "EUR"]
    assert asker.get(made.headers["Location"], If_None_Match='"1"').status_code == 304


def test_nobody_else_opens_a_programme(house):
    for asker in (
        officer(house),
        house.as_reader(Role.administrator, programme=PROGRAMME),
        house.as_reader(),
    ):
        assert asker.post(f"{API}/programmes", NEW).status_code == 403
    assert house.ask(programme, PROGRAMME) is None


def test_a_reader_sees_their_own_programmes_only(house):
    home.open_programme(house)
    home.open_programme(house, "BA-2026")
    mine = officer(house).get(f"{API}/programmes").json
    assert [one["programme"] for one in mine["items"]] == [PROGRAMME]
    first = administrator(house).get(f"{API}/programmes?limit=1").json
    assert [one["programme"] for one in first["items"]] == ["BA-2026"]
    then = administrator(house).get(f"{API}/programmes?limit=1&cursor={first['next']}").json
    assert [one["programme"] for one in then["items"]] == [PROGRAMME] and then["next"] is None
    assert officer(house).get(f"{API}/programmes/BA-2026").status_code == 403
    for missing in ("nothing", "%0A", "x" * 500):
        assert administrator(house).get(f"{API}/programmes/{missing}").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "new"},
        {"code": "*"},
        {"code": "x" * 41},
        {"name": " "},
        {"regions": []},
        {"regions": [{"country": "serbia", "municipalities": ["Topola"]}]},
        {"regions": [{"country": "RS", "municipalities": []}]},
        {"regions": [NEW["regions"][0]] * 2},
        {"currencies": ["USD"]},
        {"currencies": ["RSD", "RSD"]},
        {"currencies": "RSD"},
        {"more": 1},
    ],
)
def test_a_programme_that_cannot_be_is_invalid(house, wrong):
    answer = administrator(house).post(f"{API}/programmes", {**NEW, **wrong})
    assert answer.status_code == 422, answer.json


def test_a_character_that_stands_for_nothing_is_refused_at_the_door(house):
    answer = administrator(house).post(f"{API}/programmes", {**NEW, "name": "a\u0007b"})
    assert answer.status_code == 400 and code_of(answer) == "text-unusable"


def test_a_programme_is_changed_on_the_version_that_was_seen(house):
    home.open_programme(house)
    asker, address = administrator(house), f"{API}/programmes/{PROGRAMME}/change"
    body = {"name": "Third chance", "add_currencies": ["BAM"]}
    assert asker.post(address, body).status_code == 428
    assert asker.post(address, body, If_Match='"7"').status_code == 412
    assert officer(house).post(address, body, If_Match='"1"').status_code == 403
    done = asker.post(address, body, If_Match='"1"')
    assert done.status_code == 200 and done.json["version"] == 3
    row = house.ask(programme, PROGRAMME)
    assert (row["name"], row["currencies"]) == ("Third chance", '["RSD","EUR","BAM"]')


def test_history_is_closed_for_good_and_a_programme_ends(house):
    home.open_programme(house)
    asker, address = administrator(house), f"{API}/programmes/{PROGRAMME}"
    why = {"reason": "All of it is in."}
    assert asker.post(f"{address}/close-history", why, If_Match='"1"').json["version"] == 2
    assert asker.get(address).json["history_open"] is False
    assert asker.post(f"{address}/end", why, If_Match='"2"').json["version"] == 3
    assert asker.get(address).json["state"] == "ended"
    refused = officer(house).post(f"{address}/donors", {"name": "Fond Most", "country": "NO"})
    assert refused.status_code == 409 and code_of(refused) == "programme-closed"


@pytest.mark.parametrize("part", ["partners", "donors"])
def test_organisations_join_change_their_name_and_leave(house, part):
    home.open_programme(house)
    asker = officer(house)
    joined = asker.post(
        f"{API}/programmes/{PROGRAMME}/{part}", {"name": "Otvorena vrata", "country": "RS"}
    )
    assert joined.status_code == 201
    address = joined.headers["Location"]
    assert asker.get(address).headers["ETag"] == '"1"'
    assert asker.post(f"{address}/rename", {"name": "Vrata"}).status_code == 428
    assert asker.post(f"{address}/rename", {"name": "Vrata"}, If_Match='"1"').status_code == 200
    stale = asker.post(f"{address}/leave", {"reason": "Over."}, If_Match='"1"')
    assert stale.status_code == 412
    assert asker.post(f"{address}/leave", {"reason": "Over."}, If_Match='"2"').status_code == 200
    (item,) = asker.get(f"{API}/programmes/{PROGRAMME}/{part}").json["items"]
    assert (item["name"], item["state"], item["reason"]) == ("Vrata", "gone", "Over.")
    gone = asker.post(f"{address}/rename", {"name": "Again"}, If_Match='"3"')
    assert gone.status_code == 409
    assert officer(house, of="BA-2026").get(address).status_code == 404
    assert asker.get(f"{API}/{part}/no-id").status_code == 404
    assert finance(house).post(f"{address}/rename", {"name": "X"}).status_code == 403


def test_a_budget_line_is_opened_and_revised_by_two_roles(house):
    home.open_programme(house)
    donor = home.add_donor(house)
    address = f"{API}/programmes/{PROGRAMME}/budget-lines"
    made = finance(house).post(address, {**LINE, "donor_id": donor})
    assert made.status_code == 201
    line = made.headers["Location"]
    assert finance(house).get(line).json["budget"] == {"amount": "1000.50", "currency": "EUR"}
    assert finance(house).get(line).json["donor_name"] == "Fond Most"
    taken = finance(house).post(address, {**LINE, "donor_id": donor})
    assert taken.status_code == 409 and code_of(taken) == "budget-line-code-taken"
    more = {"budget": {"amount": "2000", "currency": "EUR"}, "reason": "Second agreement."}
    assert finance(house).post(f"{line}/revise", more, If_Match='"1"').status_code == 403
    assert controller(house).post(f"{line}/revise", more, If_Match='"1"').status_code == 200
    assert house.ask(budget_line, made.json["id"])["budget_minor"] == 200_000
    other = {"budget": {"amount": "1", "currency": "RSD"}, "reason": "x"}
    refused = controller(house).post(f"{line}/revise", other, If_Match='"2"')
    assert refused.status_code == 422 and code_of(refused) == "currency-differs"
    ended = controller(house).post(f"{line}/close", {"reason": "Spent."}, If_Match='"2"')
    assert ended.status_code == 200
    (item,) = finance(house).get(address).json["items"]
    assert item["state"] == "closed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"donor_id": "nobody"},
        {"donor_id": "01890000-0000-7000-8000-000000000000"},
        {"budget": {"amount": "1000", "currency": "NOK"}},
        {"budget": {"amount": "0", "currency": "EUR"}},
        {"budget": {"amount": "-1", "currency": "EUR"}},
        {"budget": {"amount": "1e9", "currency": "EUR"}},
        {"budget": {"amount": "99999999999999", "currency": "EUR"}},
        {"budget": {"amount": 5, "currency": "EUR"}},
        {"budget": None},
    ],
)
def test_a_budget_line_that_cannot_be_is_invalid(house, wrong):
    home.open_programme(house)
    body = {**LINE, "donor_id": home.add_donor(house), **wrong}
    answer = finance(house).post(f"{API}/programmes/{PROGRAMME}/budget-lines", body)
    assert answer.status_code == 422, answer.json


def test_a_donor_of_another_programme_gives_nothing_here(house):
    home.open_programme(house)
    home.open_programme(house, "BA-2026")
    other = home.add_donor(house, programme="BA-2026")
    answer = finance(house).post(
        f"{API}/programmes/{PROGRAMME}/budget-lines", {**LINE, "donor_id": other}
    )
    assert answer.status_code == 422 and code_of(answer) == "donor-unknown"
    assert house.ask(partners, PROGRAMME, limit=9) == house.ask(donors, PROGRAMME, limit=9) == []


def test_a_programme_is_opened_on_pages_and_keeps_what_was_typed(house):
    asker, new = administrator(house), "/grants/programmes/new"
    assert "There is no programme yet" in asker.get("/grants/programmes").text
    form = {"code": "RS-2026", "name": "", "regions": "RS: Topola, Knić", "currencies": ["RSD"]}
    wrong = asker.submit(new, new, **form)
    assert wrong.status_code == 422
    assert 'href="#name"' in wrong.text and "RS: Topola, Knić" in wrong.text
    done = asker.submit(new, new, **form | {"name": "Second chance"})
    assert done.status_code == 303 and done.headers["Location"].startswith("/grants/programmes/RS")
    page = asker.get("/grants/programmes/RS-2026").text
    assert "Second chance is running" in page and "Topola, Knić" in page
    assert "The programme is open." in page
    taken = asker.submit(new, new, **form | {"name": "Again"})
    assert taken.status_code == 422 and "This programme was opened before." in taken.text
    assert officer(house).get(new).status_code == 403


def test_a_programme_is_changed_on_its_page_and_never_overwritten_silently(house):
    home.open_programme(house)
    asker, edit = administrator(house), f"/grants/programmes/{PROGRAMME}/edit"
    form = {"name": "Third chance", "regions": "RS: Topola", "add_currencies": ["BAM"]}
    assert asker.submit(edit, edit, **form, version=1).status_code == 303
    stale = asker.submit(edit, edit, **form | {"name": "Fourth"}, version=1)
    assert stale.status_code == 422 and "Fourth" in stale.text and "changed since" in stale.text
    assert house.ask(programme, PROGRAMME)["name"] == "Third chance"


def test_organisations_and_money_are_added_on_pages(house):
    home.open_programme(house)
    show = f"/grants/programmes/{PROGRAMME}"
    for part in ("partners", "donors"):
        new = f"{show}/{part}/new"
        wrong = officer(house).submit(new, new, name="Fond Most", country="Norway")
        assert wrong.status_code == 422 and 'href="#country"' in wrong.text
        done = officer(house).submit(new, new, name="Fond Most", country="no")
        assert done.status_code == 303 and done.headers["Location"] == f"{show}#{part}"
    (donor,) = house.ask(donors, PROGRAMME, limit=9)
    new = f"{show}/budget-lines/new"
    form = {"donor_id": donor["donor_id"], "code": "G-1", "name": "Grants", "currency": "EUR"}
    wrong = finance(house).submit(new, new, **form, amount="much")
    assert wrong.status_code == 422 and 'href="#amount"' in wrong.text and "much" in wrong.text
    assert finance(house).submit(new, new, **form, amount="1.250,50").status_code == 303
    page = finance(house).get(show).text
    assert "EUR\u00a01,250.50" in page and "Revise" not in page
    assert "Add a budget line" not in officer(house).get(show).text
    (line,) = controller(house).get(f"{API}/programmes/{PROGRAMME}/budget-lines").json["items"]
    revise = f"/grants/budget-lines/{line['budget_line_id']}/revise"
    assert (
        controller(house).submit(revise, revise, amount="9", reason="", version=1).status_code
        == 422
    )
    done = controller(house).submit(revise, revise, amount="2000", reason="More.", version=1)
    assert done.status_code == 303
    assert house.ask(budget_line, line["budget_line_id"])["budget_minor"] == 200_000


def test_history_is_closed_on_a_page_that_says_what_follows(house):
    home.open_programme(house)
    asker, address = administrator(house), f"/grants/programmes/{PROGRAMME}/close-history"
    assert "What will follow" in asker.get(address).text
    assert asker.submit(address, address, reason="All in.", version=1).status_code == 303
    assert "It is closed already" in asker.get(address).text
    assert "Close the history" not in asker.get(f"/grants/programmes/{PROGRAMME}").text


def test_roles_see_their_part_of_a_programme(house):
    home.open_programme(house)
    home.open_budget_line(house, home.add_donor(house))
    home.add_partner(house)
    show = f"/grants/programmes/{PROGRAMME}"
    donor = house.as_reader(Role.donor).get(show).text
    assert "Fond Most" in donor and "G-1" in donor and "Otvorena vrata" not in donor
    trainer = house.as_reader(Role.trainer).get(show).text
    assert "Otvorena vrata" in trainer and "G-1" not in trainer
    assert house.as_reader(Role.applicant).get(show).status_code == 403
    assert administrator(house).get("/grants/programmes/nothing").status_code == 404
    nobody = house.app.test_client().get(show)
    assert nobody.status_code == 302 and nobody.headers["Location"].startswith("/accounts/sign-in")
