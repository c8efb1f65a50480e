"""Sheets are taken out by who may, of what they may see, on record, and an import knows them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.trainings.education import handling as education
from services.trainings.exports import making
from services.trainings.exports.asked import Asked
from services.trainings.exports.heading import choice_words, headings
from services.trainings.exports.kind import Column
from services.trainings.exports.kinds import KINDS, REASONS
from services.trainings.exports.rows import rows
from services.trainings.imports.field import Reading
from services.trainings.reach import Reach
from shared.access.roles import Role
from shared.language.languages import LANGUAGES
from shared.language.translation import translator
from shared.sheets.reading import open_sheet
from shared.sheets.recognising import guess
from tests.http.trainings.cohort_home import FIRST, LAST, TRAINER, Cohort

from .conftest import NUMBER, OTHER_PROGRAMME, PROGRAMME
from .exporting import filled

API = "/trainings/api/v1/exports"
PAGE = "/trainings/exports"
RECORD = "trainings.access.exported.v1"


def sheet_of(answer, name="a.xlsx"):
    assert answer.status_code == 200, answer.text
    return open_sheet(answer.data, name)


def rows_of(answer, name="a.xlsx"):
    """The rows by the fields that an import makes of them."""
    kind = KINDS[answer.headers["Content-Disposition"].split('"')[1].split("-")[0]]
    with sheet_of(answer, name) as sheet:
        known = {one.name: (one.label, *one.words) for one in kind.columns}
        fields = guess(sheet.headers, kind.known_headers() or known)
        return [
            {fields.get(at, sheet.headers[at]): cell for at, cell in enumerate(row.cells)}
            for row in sheet.rows()
        ]


@pytest.fixture
def cohort(house) -> Cohort:
    made = Cohort.begun(house)
    made.finished()
    made.issue()
    return made


# What is given


def test_people_read_back_as_they_are_registered(house, officer):
    house.person(
        full_name="Đorđe =SUM(A1)",
        reference="P-001",
        phone="+381 64 123 4567",
        jmbg=NUMBER,
        declared_roma="yes",
        consented=True,
    )
    for form in ("xlsx", "csv"):
        (row,) = rows_of(officer.post(API, {"kind": "people", "form": form}), f"a.{form}")
        kind = KINDS["people"]
        read = {
            one.name: one.field.read(row[one.name], Reading(), one.name)
            for one in kind.columns
            if one.field is not None and one.name in row
        }
        assert read["reference"] == "P-001" and read["full_name"] == "Đorđe =SUM(A1)"
        assert read["birth_date"] == date(1990, 1, 1) and read["sex"] == "F"
        assert read["country"] == "RS" and read["declared_roma"] == "yes"
        assert read["phone"].replace(" ", "") == "+381641234567"
        assert NUMBER not in "".join(map(str, row.values()))


@pytest.mark.parametrize(
    "kind", ["cohorts", "sessions", "enrolments", "attendance", "tests", "certificates", "courses"]
)
def test_sheets_of_a_cohort(cohort, kind):
    answer = cohort.officer().post(API, {"kind": kind})
    rows = rows_of(answer)
    assert answer.headers["Zanat-Control-Count"] == str(len(rows))
    counts = {"cohorts": 1, "courses": 1, "sessions": 2, "attendance": 6}
    assert len(rows) == counts.get(kind, 3)


def test_what_attendance_tests_and_sessions_say(cohort):
    officer = cohort.officer()
    mark = rows_of(officer.post(API, {"kind": "attendance"}))[0]
    assert mark["minutes"] == timedelta(hours=6) and mark["participant"] == "RS-BT-01-P1"
    test = rows_of(officer.post(API, {"kind": "tests", "form": "csv"}), "a.csv")[0]
    assert (test["pre_test"], test["post_test"]) == ("30", "80")
    days = [row["on"] for row in rows_of(officer.post(API, {"kind": "sessions"}))]
    assert days == [FIRST, LAST]
    (run,) = rows_of(officer.post(API, {"kind": "cohorts"}))
    assert run["cohort"] == "RS-BT-01" and run["certificates_issued_on"] == LAST
    assert run["trainer"] == "Ana Trenerica, Boris Trener"


def test_outcomes_that_were_taken_back_are_left_out(house, officer):
    mira = house.person(reference="P-1")
    for day in (date(2026, 1, 1), date(2026, 2, 1)):
        outcome = education.NewOutcome(
            outcome="primary_completed", completed_on=day, institution="Škola", evidence="86-0"
        )
        last = house.act(
            lambda work, outcome=outcome: education.record_outcome(
                work, by="officer-1", registration_id=mira, country="RS", outcome=outcome
            )
        )
    house.act(
        lambda work: education.withdraw(work, by="officer-1", outcome_id=last, reason="Error")
    )
    (row,) = rows_of(officer.post(API, {"kind": "outcomes"}))
    assert row["participant"] == "P-1" and row["completed_on"] == date(2026, 1, 1)


# To whom


def test_origin_is_given_of_own_cases_alone(house, officer, second):
    house.person(reference="P-1", declared_roma="yes", consented=True)
    house.person(reference="P-2", by="officer-2", declared_roma="no", consented=True)
    rows = rows_of(officer.post(API, {"kind": "people"}))
    assert [bool(row["declared_roma"]) for row in rows] == [True, False]
    assert [bool(row["consent"]) for row in rows] == [True, False]


@pytest.mark.parametrize("role", [Role.trainer, Role.auditor])
def test_no_column_tells_of_origin_to_who_may_not_know(house, cohort, role):
    account = TRAINER if role is Role.trainer else "auditor-1"
    (row, *_) = rows_of(house.as_reader(role, account=account).post(API, {"kind": "people"}))
    assert not {"declared_roma", "consent"} & set(row)


def test_ends_of_national_numbers_only_when_asked_for(house, officer, trainer):
    house.person(reference="P-1", jmbg=NUMBER)
    assert len(rows_of(officer.post(API, {"kind": "people"}))[0]) == 10
    (row,) = rows_of(officer.post(API, {"kind": "people", "with_number": True}))
    assert row["Last digits of the national number"] == "•" * 10 + NUMBER[-3:]
    assert [one.what for one in house.logged(RECORD)] == [
        "people_sheet",
        "people_and_numbers_sheet",
    ]
    answer = trainer.post(API, {"kind": "people", "with_number": True})
    assert answer.headers["Zanat-Control-Count"] == "0"


def test_trainers_take_out_their_own_cohorts(house, cohort):
    house.person(reference="P-9")
    own = rows_of(cohort.trainer().post(API, {"kind": "people"}))
    assert {row["reference"] for row in own} == {f"RS-BT-01-P{n}" for n in (1, 2, 3)}
    stranger = house.as_reader(Role.trainer, account="trainer-9")
    for kind in KINDS:
        answer = stranger.post(API, {"kind": kind})
        assert kind == "courses" or answer.headers["Zanat-Control-Count"] == "0", kind
    assert stranger.post(API, {"kind": "tests", "cohort": cohort.id}).status_code == 404


def test_reasons_of_absence_go_to_who_writes_attendance(cohort):
    assert "excused" in rows_of(cohort.trainer().post(API, {"kind": "attendance"}))[0]
    assert "excused" not in rows_of(cohort.officer().post(API, {"kind": "attendance"}))[0]


@pytest.mark.parametrize("role", [Role.committee_member, Role.committee_chair, Role.field_officer])
def test_another_role_tells_nobodys_name(house, role):
    """Who reads certificates, and takes lists out as a trainer, is told of their own people."""
    filled(house)
    stranger = house.as_reader(Role.trainer, role, account="trainer-9")
    listed = stranger.get("/trainings/api/v1/certificates").json["items"]
    assert {one["full_name"] for one in listed} == {None}
    for kind in KINDS:
        text = stranger.post(API, {"kind": kind, "form": "csv"}).text
        assert "Mira Primer" not in text and "RS-BT-01-P" not in text, kind
    rows = rows_of(stranger.post(API, {"kind": "certificates"}))
    assert [bool(row["number"]) for row in rows] == [True] * 2
    own = house.as_reader(Role.trainer, role, account=TRAINER)
    named = {row["full_name"] for row in rows_of(own.post(API, {"kind": "certificates"}))}
    assert named == {"Sanja Uzorak", "Dragan Ogled"}


def test_no_sheet_names_whom_the_asker_does_not_reach(house):
    """Whatever a later table of permissions may say."""
    filled(house)
    every = Reach("a-1", frozenset({PROGRAMME}), frozenset())
    nobody = Reach("a-1", frozenset(), frozenset())
    told = Asked(programme=PROGRAMME, reach=every, people=every, reasons=every)
    hidden = Asked(programme=PROGRAMME, reach=every, people=nobody, reasons=nobody)
    personal = {"participant", "full_name", "evidence", "address", *REASONS}
    with house.service.database.reading_one_state() as connection:
        for name, kind in KINDS.items():
            if name == "people":
                continue
            columns = personal & {one.name for one in kind.columns}
            seen, covered = (list(rows(name, connection, one)) for one in (told, hidden))
            assert len(seen) == len(covered) > 0, name
            for column in columns:
                assert any(row[column] for row in seen), (name, column)
            assert not any(row[column] for row in covered for column in columns), name


def test_reasons_are_of_own_cohorts_alone(house):
    """Who trains one cohort, and is an officer beside that, reads no other trainer's excuses."""
    cohort = filled(house)
    both = house.as_reader(Role.trainer, Role.programme_officer, account="trainer-9")
    marks = rows_of(both.post(API, {"kind": "attendance"}))
    assert len(marks) == 6 and not any(row["excused"] for row in marks)
    own = rows_of(cohort.trainer().post(API, {"kind": "attendance"}))
    assert [row["excused"] for row in own if row["excused"]] == ["at the doctor"]
    assert [row["excused_as"] for row in own if row["excused"]] == ["Ill"]


def test_who_left_stands_in_the_sheet_with_the_day(house):
    cohort = filled(house)
    rows = rows_of(cohort.trainer().post(API, {"kind": "enrolments"}))
    assert [(row["left_on"], row["Why they left"]) for row in rows] == [
        (LAST, "Health"),
        (None, None),
        (None, None),
    ]
    (first, *_) = rows_of(cohort.officer().post(API, {"kind": "enrolments"}))
    assert first["left_on"] == LAST and "Why they left" not in first


def test_households_referrals_and_outreach(house):
    officer = filled(house).officer()
    (home,) = rows_of(officer.post(API, {"kind": "households"}))
    assert home["full_name"] == "Mira Primer" and home["address"] == "Ulica 1, Topola"
    assert home["head"] == "Yes" and home["joined_on"] == LAST
    assert home["joined_because"] == "Lives there since it was written down"
    (sent,) = rows_of(officer.post(API, {"kind": "referrals"}))
    assert (sent["institution"], sent["aim"]) == ("Škola za odrasle", "Primary school completed")
    assert sent["state"] == "Sent" and sent["sent_on"] == LAST
    (done,) = rows_of(officer.post(API, {"kind": "outreach"}))
    assert done["partners"] == "Ministarstvo Primer; Škola Primer"
    assert (done["kind"], done["women"]) == ("Advocacy", 4)
    for kind, state in (
        ("households", "left"),
        ("referrals", "completed"),
        ("outreach", "awareness"),
    ):
        answer = officer.post(API, {"kind": kind, "state": state})
        assert answer.headers["Zanat-Control-Count"] == "0", kind


def test_other_programmes_stay_where_they_are(house, officer):
    house.person(programme=OTHER_PROGRAMME, reference="B-1")
    assert officer.post(API, {"kind": "people"}).headers["Zanat-Control-Count"] == "0"
    refused = officer.post(API, {"kind": "people", "programme": OTHER_PROGRAMME})
    assert refused.status_code in (403, 404)


def test_who_takes_no_lists_out(house):
    for role in (Role.donor, Role.committee_member, Role.finance_officer, Role.applicant):
        asker = house.as_reader(role, account="x-1")
        assert asker.post(API, {"kind": "people"}).status_code == 403
        assert asker.get(PAGE).status_code == 403


# How it leaves


def test_every_sheet_is_on_record_before_it_leaves(house, officer):
    officer.post(API, {"kind": "people", "form": "csv"})
    officer.post(API, {"kind": "cohorts"})
    assert [(one.what, one.subject) for one in house.logged(RECORD)] == [
        ("people_sheet", "/trainings/exports/people"),
        ("cohorts_sheet", "/trainings/exports/cohorts"),
    ]


def test_without_a_fresh_second_factor_nothing_leaves(house):
    token = house.token(Role.programme_officer, fresh=False)
    client = house.app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post(API, json={"kind": "people"}, headers=headers)
    assert answer.status_code == 403 and answer.json["type"] == "/problems/step-up-needed"
    assert house.logged(RECORD) == []


def test_names_of_files_name_nobody(house, officer):
    house.person(full_name="Mira Primer")
    answer = officer.post(API, {"kind": "people", "form": "csv", "q": "Mira"})
    name = answer.headers["Content-Disposition"]
    assert name == 'attachment; filename="people-RS-2011-2026-03-01.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith(b"\xef\xbb\xbf") and b"Mira Primer" in answer.data


def test_too_many_rows_are_refused_and_not_on_record(house, officer, monkeypatch):
    monkeypatch.setattr(making, "ROWS_MAX", 1)
    house.person(reference="P-1")
    house.person(reference="P-2")
    refused = officer.post(API, {"kind": "people"})
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/export-too-large")
    assert house.logged(RECORD) == []


def test_what_a_list_shows_is_what_leaves(house, officer):
    house.person(full_name="Mira Primer", reference="P-1", confirmed_by="officer-2")
    house.person(full_name="Sanja Uzorak", reference="P-2")

    def taken(**asked):
        return [row["reference"] for row in rows_of(officer.post(API, {"kind": "people", **asked}))]

    assert taken(state="confirmed") == ["P-1"]
    assert taken(q="sanja") == ["P-2"]
    assert taken(q="P-1", state="confirmed") == ["P-1"]
    nobody = officer.post(API, {"kind": "people", "q": "Niko Takav"})
    assert nobody.headers["Zanat-Control-Count"] == "0"


# Pages


def test_pages_lead_to_the_file(cohort):
    officer = cohort.officer()
    assert "12 sheets can be taken out" in officer.get(PAGE).text
    page = officer.get(f"{PAGE}/attendance?cohort={cohort.id}&state=open").text
    assert f'value="{cohort.id}" selected' in page
    answer = officer.submit(f"{PAGE}/attendance", cohort=cohort.id, form="csv")
    assert answer.headers["Zanat-Control-Count"] == "6"
    assert officer.get(f"{PAGE}/secrets").status_code == 404


def test_lists_lead_to_their_sheets(house):
    officer = filled(house).officer()
    for kind, address in (
        ("households", "households"),
        ("referrals", "referrals?state=sent"),
        ("outreach", "outreach?kind=advocacy"),
    ):
        page = officer.get(f"/trainings/{address}").text
        assert f'href="{PAGE}/{kind}' in page, kind
    assert f"{PAGE}/referrals?state=sent" in officer.get("/trainings/referrals?state=sent").text
    page = officer.get(f"{PAGE}/outreach?state=advocacy").text
    assert 'value="advocacy" selected' in page
    for aim, count in (("primary_completed", "1"), ("secondary_diploma", "0")):
        taken = officer.submit(f"{PAGE}/referrals", form="csv", outcome=aim)
        assert taken.headers["Zanat-Control-Count"] == count
    donor = house.as_reader(Role.donor, account="donor-1")
    assert PAGE not in donor.get("/trainings/outreach").text


def test_page_of_found_people_keeps_the_search_out_of_addresses(house, officer):
    house.person(full_name="Mira Primer", reference="P-1")
    house.person(full_name="Sanja Uzorak", reference="P-2")
    page = officer.submit(f"{PAGE}/people/found", page=f"{PAGE}/people", q="Mira").text
    assert 'name="q" value="Mira"' in page and "?q=" not in page
    answer = officer.submit(f"{PAGE}/people", q="Mira", form="xlsx")
    assert [row["reference"] for row in rows_of(answer)] == ["P-1"]


def test_page_says_what_is_wrong_and_keeps_the_rest(officer):
    answer = officer.submit(f"{PAGE}/cohorts", form="pdf", state="closed")
    assert answer.status_code == 422
    assert 'value="closed" selected' in answer.text and "govuk-error-summary" in answer.text


# Words


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.imported])
def test_an_import_knows_every_header_and_word_in_every_language(name, language):
    kind, say = KINDS[name], translator(language).gettext
    heads = headings(kind, kind.columns, say)
    assert len(set(heads)) == len(heads)
    fields = guess(heads, kind.known_headers())
    assert fields == {at: one.name for at, one in enumerate(kind.columns) if one.field is not None}
    for column in kind.columns:
        for code, word in choice_words(column, say).items():
            assert column.reads(word, code)


def test_words_that_an_import_does_not_know_are_not_written():
    kind = KINDS["people"]

    def strange(text: str) -> str:
        return f"Čudno {text[::-1]}"

    imported = [one for one in kind.columns if one.field is not None]
    heads = headings(kind, imported, strange)
    assert guess(heads, kind.known_headers()) == {at: one.name for at, one in enumerate(imported)}
    sex: Column = next(one for one in imported if one.name == "sex")
    assert choice_words(sex, strange) == {"F": "F", "M": "M"}
