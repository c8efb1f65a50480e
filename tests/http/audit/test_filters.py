"""A list narrowed by programme, by what was read, exported or refused, and since the last visit."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest

from services.audit.entries.codes import CODES
from services.audit.entries.facts import FIELDS, INSIDE, LEFT_OUT, SEALED, WHY, why
from services.audit.entries.states import STATES
from services.event_words import SENTENCES
from shared.access.roles import Role
from shared.log.leaf import leaf_hash

ENTRIES = "/audit/api/v1/entries"
FILE = "/audit/entries.csv"


def day(office) -> None:
    """A day on which somebody looked, exported, was refused, and a controller changed a budget."""
    look = {"what": "names", "subject": "application/x1"}
    office.arrives("grants.access.read.v1", "access/z1", data=look)
    office.arrives("trainings.access.exported.v1", "access/z2", data=look, programme="BA-2011")
    refusal = {"permission": "grants.payments.release", "route": "/grants/payments"}
    office.arrives("grants.access.denied.v1", "access/z3", data=refusal)
    for place, minor in enumerate((5_000_00, 6_000_00)):
        data = {"budget": {"minor": minor, "currency": "BAM"}, "reason": "=Donors gave more"}
        name = ("opened", "revised")[place]
        office.arrives(
            f"grants.budget_line.{name}.v1", "budget_line/y1", data=data, version=1 + place
        )


@pytest.mark.parametrize(
    ("query", "streams"),
    [
        ("access=reads", ["access/z1"]),
        ("access=exports", ["access/z2"]),
        ("access=refusals", ["access/z3"]),
        ("access=reads&source=trainings", []),
        ("programme=BA-2011", ["access/z2"]),
        ("type=org.zanat.grants.budget_line.revised.v1", ["budget_line/y1"]),
        ("after=2026-03-01T12:04:00%2B00:00", ["budget_line/y1"]),
    ],
)
def test_entries_are_found_by_programme_and_by_what_was_looked_at(office, query, streams):
    day(office)
    items = office.get(f"{ENTRIES}?{query}", Role.auditor).json["items"]
    assert [item["stream"] for item in items] == streams
    page = office.get(f"/audit/?{query}", Role.auditor).text
    assert ("Nothing like this is in the logs" in page) == (not streams)
    assert office.get(f"{ENTRIES}?access=everything", Role.auditor).status_code == 422


def test_accesses_and_changes_are_told_in_words(office):
    day(office)
    page = unescape(office.get("/audit/", Role.auditor).text)
    for text in (
        "Somebody looked at personal data.",
        "What: Names",
        "Somebody was refused access.",
        "Permission that was missing: grants.payments.release",
        "BAM\xa05,000.00 → BAM\xa06,000.00",
        "Why: =Donors gave more",
    ):
        assert text in page, text
    in_serbian = office.app.test_client()
    in_serbian.set_cookie("zanat_language", "sr_Latn")
    headers = office.headers(Role.auditor)
    page = unescape(in_serbian.get("/audit/", headers=headers).text)
    assert "5.000,00\xa0KM → 6.000,00\xa0KM" in page


def test_a_filtered_list_is_exported_on_record_and_without_a_formula(office):
    day(office)
    answer = office.get(f"{FILE}?source=grants", Role.auditor)
    assert answer.headers["Zanat-Control-Count"] == "4"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="entries.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["service"], row["position"]) for row in rows] == [
        ("grants", str(place)) for place in (3, 2, 1, 0)
    ]
    assert rows[0]["facts"] == "Budget: BAM\xa05,000.00 → BAM\xa06,000.00"
    assert rows[0]["why"] == "'=Donors gave more"
    assert len(rows[0]["leaf_hash"]) == 64
    with office.service.database.reading() as connection:
        own = [raw for _, raw in office.service.store.whole_log(connection)]
    assert b'"what":"entries"' in own[-1] and b"source=grants" in own[-1]
    for role in (Role.finance_controller, Role.administrator):
        assert office.get(FILE, role).status_code == 403


def test_a_long_list_is_exported_whole_and_a_too_long_one_refused(office, monkeypatch):
    monkeypatch.setattr("services.audit.entries.exporting._BATCH", 2)
    for number in range(5):
        office.arrives("grants.call.opened.v1", f"call/c{number}")
    rows = list(csv.DictReader(io.StringIO(office.get(FILE, Role.auditor).text)))
    assert [row["record"] for row in rows] == [f"call/c{number}" for number in (4, 3, 2, 1, 0)]
    monkeypatch.setattr("services.audit.entries.exporting.ENTRIES_MAX", 4)
    refused = office.get(FILE, Role.auditor)
    assert refused.status_code == 409
    assert "One file holds at most 4 entries" in unescape(refused.text)


def test_the_file_holds_what_its_reader_may_see(office):
    day(office)
    text = office.get(FILE, Role.auditor, programme="BA-2011").text
    assert "access/z2" in text and "access/z1" not in text and "budget_line" not in text


def test_an_auditor_is_told_what_happened_since_the_last_visit(office):
    first = office.get("/audit/", Role.auditor).text
    assert "Since your last visit" not in first
    signed_in = "accounts.account.signed_in.v1"
    office.arrives(
        signed_in, "account/auditor", programme="-", actor="auditor", data={"session_id": "s0"}
    )
    day(office)
    office.arrives(
        signed_in, "account/auditor", programme="-", actor="auditor", data={"session_id": "s1"}
    )
    page = office.get("/audit/", Role.auditor).text
    section = page.partition("Since your last visit")[2].partition("</table>")[0]
    told = re.findall(r'href="([^"]+)">([^<]+)</a>', section)
    assert [text for _, text in told][:3] == [
        "Somebody was refused access.",
        "The budget line was revised.",
        "Somebody exported data.",
    ]
    everything = next(unescape(href) for href, text in told if text == "All of it")
    page = office.get(everything, Role.auditor).text
    assert len(re.findall(r'<th scope="row"', page)) == 6
    assert "Since your last visit" not in page


def test_every_field_of_every_event_is_shown_sealed_or_left_out_on_purpose():
    from tests.http.audit.fields import fields_of_events, values_of_codes

    known = {*FIELDS, *INSIDE, *WHY, *LEFT_OUT, *SEALED}
    unknown = {field for field in fields_of_events() if field not in known}
    assert unknown == set()
    silent = {
        (field, code)
        for field, codes in values_of_codes().items()
        for code in codes
        if ((field in FIELDS and FIELDS[field][1] == "code") or field in WHY)
        and code not in CODES[field]
    }
    assert silent == set()
    assert set(STATES) <= set(SENTENCES)


def test_a_reason_is_a_text_a_code_or_sealed():
    assert why({"reason": "no_certificate"}).startswith("No certificate of the right kind")
    assert why({"reason": "As written by a person"}) == "As written by a person"
    assert why({"note": {"key": "k1", "box": "AAAA"}}) == "A sealed reason"
    assert why({"ground": "a_code_of_tomorrow"}) == "a_code_of_tomorrow"
    assert why({"amount": {"minor": 1, "currency": "RSD"}}) == ""


def test_the_proof_of_an_entry_is_shown_and_a_changed_entry_is_called_so(office):
    from tests.http.audit.signing import sign_log

    raw = [office.arrives("grants.call.opened.v1", f"call/c{number}") for number in range(300)][7]
    page = office.get("/audit/entries/grants/7", Role.auditor).text
    assert "No checkpoint covers this entry yet." in page
    root = sign_log(office.service, "grants", 300)
    page = office.get("/audit/entries/grants/7", Role.auditor).text
    assert "Proved" in page and root.hex() in page and leaf_hash(raw).hex() in page
    assert len(re.findall(r"<li><code>[0-9a-f]{64}</code>", page)) == 9
    with office.service.database.writing() as connection:
        connection.exec_driver_sql("drop trigger inbox_no_update")
        connection.exec_driver_sql(
            "update inbox set envelope = replace(envelope, 'a1', 'a9') where position = 7"
        )
    page = office.get("/audit/entries/grants/7", Role.auditor).text
    assert "Proved" not in page and "are not in the log that the checkpoint signs" in page


def test_what_happened_in_the_audit_itself_is_shown_with_its_proof_to_auditors(office):
    assert "Nothing has happened in the audit itself" in office.get("/audit/own", Role.auditor).text
    office.get("/audit/entries.csv?programme=BA-2011", Role.auditor)
    office.get("/audit/entries.csv", Role.administrator)
    page = office.get("/audit/own", Role.auditor).text
    assert "Somebody exported data." in page and "What: A list of entries" in page
    href = re.findall(r'href="(/audit/entries/audit/\d+)">Somebody exported', page)[0]
    entry = office.get(href, Role.auditor)
    assert entry.status_code == 200 and "No checkpoint covers this entry yet." in entry.text
    elsewhere = office.get("/audit/own", Role.auditor, programme="RS-2011").text
    assert "Somebody exported data." not in elsewhere and "was refused" in elsewhere
    assert office.get(href, Role.auditor, programme="RS-2011").status_code == 404
    assert office.get("/audit/entries/audit/999", Role.auditor).status_code == 404
    assert office.get("/audit/own", Role.finance_controller).status_code == 403
