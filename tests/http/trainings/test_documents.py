"""Copies of a school's paper: sent by a form, cleaned, sealed, handed out on record, removed."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from shared.access.roles import Role
from shared.privacy.keyring import KeyName
from tests.unit.files.clamd import LittleClamd
from tests.unit.files.samples import EICAR, pdf, telling_photo

from .conftest import OTHER_PROGRAMME
from .test_outcomes import OUTCOMES, PRIMARY


@pytest.fixture
def mira(house) -> str:
    return house.person()


@pytest.fixture
def page(officer, mira) -> str:
    """The page of an outcome of Mira's."""
    made = officer.post(OUTCOMES, {**PRIMARY, "registration_id": mira}).headers["Location"]
    return f"/trainings/outcomes/{made.rpartition('/')[2]}"


def fields_of(text: str) -> dict[str, str]:
    return {
        name: text.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0]
        for name in ("csrf_token", "idempotency_key", "version")
    }


def send(asker, page: str, content: bytes, name: str = "Diploma Mire Primer.pdf", **changes: str):
    form = fields_of(asker.get(f"{page}/documents/new").text) | changes
    # In bytes of our own: a client that packs a large form itself leaves its file open.
    boundary, body = encode_multipart({**form, "file": FileStorage(io.BytesIO(content), name)})
    return asker.client.post(
        f"{page}/documents",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers=asker.headers,
    )


def links(asker, page: str) -> list[str]:
    text = asker.get(page).text
    return [
        f"{page}/documents/{part[:64]}"
        for part in text.split(f'href="{page}/documents/')[1:]
        if part[64] == '"'
    ]


def kept(house) -> list[bytes]:
    folder = house.service.settings.home / "files"
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def test_a_document_is_added_listed_handed_out_and_removed(house, officer, page):
    given = pdf()
    assert send(officer, page, given).status_code == 303
    (link,) = links(officer, page)
    answer = officer.get(link)
    assert answer.data == given
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == 'attachment; filename="document-1.pdf"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert headers["Cache-Control"] == "no-store"
    assert "Diploma" not in officer.get(page).text

    asked = officer.get(f"{link}/remove")
    form = fields_of(asked.text)
    for _ in range(2):
        gone = officer.client.post(f"{link}/remove", data=form, headers=officer.headers)
        assert gone.headers["Location"].endswith(page)
    assert links(officer, page) == [] and kept(house) == []
    assert officer.get(link).status_code == 404
    assert "A document was removed." in officer.get(page).text


def test_a_photo_is_kept_without_what_the_camera_wrote(house, officer, page):
    assert send(officer, page, telling_photo(), "IMG_Mira.jpg").status_code == 303
    (link,) = links(officer, page)
    answer = officer.get(link)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert b"Mira" not in answer.data and b"Exif" not in answer.data


def test_a_file_lies_sealed_and_is_gone_with_the_persons_key(house, officer, mira, page):
    send(officer, page, pdf())
    (sealed,) = kept(house)
    assert b"%PDF" not in sealed and b"Diploma" not in sealed
    (link,) = links(officer, page)
    house.service.keyring.destroy([KeyName(mira, "identity")])
    answer = officer.get(link)
    assert answer.status_code == 404 and "erased" in answer.text
    refused = send(officer, page, pdf())
    assert refused.status_code == 409 and "erased" in refused.text


def test_who_read_it_is_on_record(house, officer, page):
    send(officer, page, pdf())
    (link,) = links(officer, page)
    officer.get(link)
    last = house.logged("trainings.access.read.v1")[-1]
    assert last.what == "document" and last.subject == page.replace(
        "/trainings/outcomes", "outcome"
    )


def test_the_same_form_twice_is_one_document(house, officer, page):
    form = fields_of(officer.get(f"{page}/documents/new").text)
    for _ in range(2):
        data = {**form, "file": (io.BytesIO(pdf()), "x.pdf")}
        answer = officer.client.post(f"{page}/documents", data=data, headers=officer.headers)
        assert answer.status_code == 303
    assert len(links(officer, page)) == len(kept(house)) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg onload=alert(1)>", "An SVG drawing"),
        (b"<html>", "Only PDF files"),
        (b"%PDF-1.7 of nothing", "damaged or not what it says"),
        (b"", "This file is empty."),
    ],
)
def test_a_refusal_is_told_beside_the_field_and_nothing_is_kept(
    house, officer, page, content, words
):
    answer = send(officer, page, content)
    assert answer.status_code == 422 and words in answer.text
    assert 'id="file-error"' in answer.text
    assert kept(house) == [] and links(officer, page) == []


def test_no_file_two_files_and_an_endless_one_are_refused(house, officer, page):
    form = fields_of(officer.get(f"{page}/documents/new").text)
    for files in ([], [(io.BytesIO(pdf()), "a.pdf"), (io.BytesIO(pdf()), "b.pdf")]):
        answer = officer.client.post(
            f"{page}/documents", data={**form, "file": files}, headers=officer.headers
        )
        assert answer.status_code == 422
    assert send(officer, page, b"%PDF-" + bytes(10 * 1024 * 1024)).status_code == 422
    endless = officer.client.post(
        f"{page}/documents",
        data=b"--x\r\n" + bytes(11 * 1024 * 1024),
        content_type="multipart/form-data; boundary=x",
        headers=officer.headers,
    )
    assert endless.status_code == 413
    assert kept(house) == []


def test_a_version_of_before_keeps_no_file(house, officer, page):
    assert send(officer, page, pdf(), version="9").status_code == 412
    assert kept(house) == []


def test_others_neither_send_nor_see(house, officer, trainer, page):
    send(officer, page, pdf())
    (link,) = links(officer, page)
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME, account="o3")
    for asker in (trainer, elsewhere):
        assert asker.get(link).status_code == 404
        assert asker.get(f"{page}/documents/new").status_code == 404
    auditor = house.as_reader(Role.auditor, account="auditor-1")
    assert auditor.get(link).status_code == 200
    assert auditor.get(f"{link}/remove").status_code == 403
    other = officer.get(
        f"/trainings/outcomes/{'0' * 8}-0000-7000-8000-{'0' * 12}/documents/{'a' * 64}"
    )
    assert other.status_code == 404
    assert officer.get(f"{page}/documents/..%2f..%2fkeys%2fmaster.key").status_code == 404


def test_a_scanner_is_asked_and_without_its_answer_nothing_is_kept(house, officer, page):
    with LittleClamd() as clamd:
        house.service.settings = replace(house.service.settings, clamd=clamd.address)
        assert send(officer, page, pdf()).status_code == 303
        found = send(officer, page, pdf() + EICAR)
        assert found.status_code == 422 and "virus scanner found" in found.text
        assert officer.get("/readyz").json["checks"]["scanner"] == "ok"
    answer = send(officer, page, pdf())
    assert answer.status_code == 503 and "no answer" in answer.text
    assert len(kept(house)) == 1
    assert officer.get("/readyz").json["checks"]["scanner"].startswith("failed")
