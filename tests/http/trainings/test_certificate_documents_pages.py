"""Documents of certificates on pages: of a whole cohort, for whom, before they are issued."""

from __future__ import annotations

import io
import zipfile

import pytest

from services.trainings.certificates.rendering import renderer
from shared.access.roles import Role
from tests.http.trainings.cohort_home import API, OTHER_TRAINER, Cohort
from tests.http.trainings.conftest import OTHER_PROGRAMME, House
from tests.http.trainings.documents import PAGES, got, kept, taught
from tests.http.trainings.test_mine import asks
from tests.printed import words_of


@pytest.fixture
def cohort(house: House) -> Cohort:
    return taught(house)


@pytest.fixture
def certificate(cohort: Cohort) -> str:
    return cohort.issue(cohort.people[0])[0]


def test_a_cohorts_documents_are_counted_packed_and_printed(house: House, cohort: Cohort) -> None:
    ana, base = cohort.trainer(), f"/trainings/cohorts/{cohort.id}/certificates"
    assert ana.get(f"{base}/documents").status_code == 303
    made = cohort.issue(*cohort.people[:2])
    got(ana, made[0])
    page = ana.get(f"{base}/documents").text
    assert "1 of 2 documents are ready" in page and "hx-get" in page
    piece = ana.get(f"{base}/documents", HX_Request="true").text
    assert "<html" not in piece and "1 of 2" in piece
    packed = ana.get(f"{base}/folder")
    assert packed.content_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        assert archive.namelist() == ["RS-2026-000001.pdf", "RS-2026-000002.pdf"]
        assert archive.read("RS-2026-000001.pdf") == got(ana, made[0])
    assert "All 2 documents are ready" in ana.get(f"{base}/documents").text
    printed = ana.get(f"{base}/print")
    assert printed.content_type == "application/pdf"
    words = words_of(printed.data)
    assert "RS-2026-000001" in words and "RS-2026-000002" in words and "Sanja Uzorak" in words
    assert "hx-get" not in ana.get(f"{base}/documents", HX_Request="true").text
    exported = [event.what for event in house.logged("trainings.access.exported.v1")]
    assert set(exported) == {"certificates_to_print"} and len(exported) >= 4


def test_only_who_may_print_a_certificate_gets_its_document(
    house: House, cohort: Cohort, certificate: str
) -> None:
    page, api = (f"{root}/{certificate}/documents" for root in (PAGES, f"{API}/certificates"))
    for role, account, status in (
        (Role.auditor, "a", 403),
        (Role.committee_member, "m", 403),
        (Role.trainer, "trainer-9", 404),
        (Role.administrator, "admin", 403),
    ):
        asker = house.as_reader(role, account=account)
        for address in (page, api):
            assert asker.get(f"{address}/1/0").status_code == status, (role, address)
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME, account="o")
    assert elsewhere.get(f"{page}/1/0").status_code == 404
    assert kept(house, certificate) == [], "nothing was made for them"
    assert cohort.trainer(OTHER_TRAINER).get(f"{api}/1/0").status_code == 200
    for wrong in ("2/0", "1/1", "0/0", f"{10**30}/0"):
        assert cohort.officer().get(f"{page}/{wrong}").status_code == 404, wrong


def test_the_interface_lists_documents_and_hands_them_out(
    house: House, cohort: Cohort, certificate: str
) -> None:
    officer, address = cohort.officer(), f"{API}/certificates/{certificate}/documents"
    (one,) = officer.get(address).json["items"]
    assert (one["state"], one["current"], one["language"]) == ("waiting", True, "sr_Latn")
    given = officer.get(f"{address}/1/0")
    assert given.content_type == "application/pdf"
    assert given.headers["Content-Disposition"] == 'attachment; filename="RS-2026-000001.pdf"'
    assert given.headers["Cache-Control"] == "no-store"
    (one,) = officer.get(address).json["items"]
    assert one["state"] == "kept" and one["renderer"] == renderer()
    auditor = house.as_reader(Role.auditor, account="a")
    assert auditor.get(address).json["items"] == [one], "that it is kept, not what it says"


def test_participants_save_their_own_and_nobody_elses(
    house: House, cohort: Cohort, certificate: str
) -> None:
    mira, sanja, _ = cohort.people
    address = f"/trainings/mine/certificates/{certificate}"
    asker = asks(house, mira)
    assert f"{address}/document" in asker.get(address).text
    own = asker.get(f"{address}/document")
    assert own.status_code == 200 and own.data == got(cohort.officer(), certificate)
    assert asks(house, sanja, account="sanja").get(f"{address}/document").status_code == 404


def test_names_in_file_names_and_addresses_there_are_none(
    house: House, cohort: Cohort, certificate: str
) -> None:
    answer = cohort.officer().get(f"{PAGES}/{certificate}/print")
    assert "Mira" not in str(answer.headers) and "Primer" not in str(answer.headers)


# Issuing with preview


def test_the_preview_shows_who_gets_what_and_who_does_not_and_why(cohort: Cohort) -> None:
    ana, base = cohort.trainer(), f"/trainings/cohorts/{cohort.id}/issue"
    page = ana.get(base).text
    assert "RS-2026-000001" in page and "RS-2026-000002" in page
    assert "Who gets none, and why" in page and "Dragan Ogled" in page
    assert "at least 80% is needed" in page
    mira = cohort.people[0]
    shown = f"{base}/preview.png?person={mira}&language=bs&issuer=Primer"
    assert shown.replace("&", "&amp;").split("&amp;")[0] in page
    picture = ana.get(shown)
    assert picture.content_type == "image/png" and picture.data.startswith(b"\x89PNG")
    drawn = ana.get(shown.replace(".png", ".pdf"))
    words = words_of(drawn.data)
    assert "Mira Primer" in words and "RS-2026-000001" in words
    assert not ana.get(f"{API}/certificates").json["items"], "no number is taken"
    assert ana.get(f"{base}/preview.png?person=nobody").status_code == 404
    assert cohort.officer().get(shown).status_code == 403


def test_who_changes_the_choice_looks_at_it_once_more(cohort: Cohort) -> None:
    ana, base = cohort.trainer(), f"/trainings/cohorts/{cohort.id}"
    mira, sanja, _ = cohort.people
    form = {"confirmed": "yes", "issuer": "Udruženje Primer", "version": cohort.version}
    changed = ana.submit(f"{base}/issue", person=[mira], seen=f"{mira} {sanja}", **form)
    assert changed.status_code == 200 and "You changed who gets one" in changed.text
    assert "Issue 1 certificate?" in changed.text
    looked = ana.submit(f"{base}/issue", person=[mira], look="yes", language="sr_Cyrl", **form)
    assert looked.status_code == 200 and "language=sr_Cyrl" in looked.text
    assert not ana.get(f"{API}/certificates").json["items"]
    issued = ana.submit(f"{base}/issue", person=[mira], seen=mira, language="sr_Cyrl", **form)
    assert issued.status_code == 303
    (one,) = ana.get(f"{API}/certificates").json["items"]
    words = words_of(got(ana, one["certificate_id"]))
    assert "Mira Primer" in words and "о завршеној пословној обуци" in words
