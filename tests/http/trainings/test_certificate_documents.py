"""Documents of certificates: made once, sealed, served again for ever, marked for what they are.

A year goes by, a course gets another name and a person another one: the old document is the old
bytes, the new version has its own, and whoever checks learns which of them counts.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import threading
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from services.trainings.certificates import handling, keeping, views
from services.trainings.certificates.certificate import CERTIFICATE
from services.trainings.certificates.certificate_commands import ImportCertificate
from services.trainings.certificates.certificate_events import DocumentKept
from services.trainings.certificates.handling import Content
from services.trainings.certificates.keeping import Named, content, make_due
from services.trainings.certificates.rendering import TEMPLATE, rendered, renderer
from services.trainings.certificates.sheet import sheet
from services.trainings.certificates.tables import DOCUMENTS, VERSIONS
from services.trainings.courses import handling as courses
from services.trainings.courses.handling import NewContent
from services.trainings.tables import CERTIFICATES
from shared.access.roles import Role
from shared.due.worker import run_due_once
from shared.errors import Missing
from shared.events.work import Work
from shared.files.shelf import FolderShelf
from shared.privacy.sealing import DataErased
from tests.http.trainings.cohort_home import API, OTHER_TRAINER, Cohort
from tests.http.trainings.conftest import OTHER_PROGRAMME, PROGRAMME, Asker, House
from tests.http.trainings.test_erasure import erased
from tests.http.trainings.test_mine import asks
from tests.printed import words_of

PAGES: Final = "/trainings/certificates"
BEFORE: Final = "0192f000-0000-7000-8000-00000000b001"
"""A certificate from before."""


@pytest.fixture
def cohort(house: House) -> Cohort:
    made = Cohort.begun(house)
    made.finished(passing=2)
    return made


@pytest.fixture
def certificate(cohort: Cohort) -> str:
    return cohort.issue(cohort.people[0])[0]


def done(house: House) -> int:
    """Do what is due; how many pieces there were."""
    return run_due_once(house.service, house.clock.now())


def kept(house: House, certificate_id: str) -> list[DocumentKept]:
    """What the certificate's stream says of kept documents."""
    with house.service.database.reading() as connection:
        events, _ = house.service.store.stream(connection, CERTIFICATE.stream(certificate_id))
    return [event for event in events if isinstance(event, DocumentKept)]


def files(house: House) -> list[Path]:
    """What lies on the shelf."""
    folder = house.service.settings.home / "files"
    return sorted(path for path in folder.glob("??/*") if path.is_file())


def row(house: House, certificate_id: str) -> Any:
    """The certificate as it stands."""
    own = CERTIFICATES.c.certificate_id == certificate_id
    with house.service.database.reading() as connection:
        return connection.execute(select(CERTIFICATES).where(own)).one()


def got(asker: Asker, certificate_id: str, version: int = 1, duplicate: int = 0) -> bytes:
    """A document as the page hands it out."""
    answer = asker.get(f"{PAGES}/{certificate_id}/documents/{version}/{duplicate}")
    assert answer.status_code == 200, answer.text
    return bytes(answer.data)


def corrected(house: House, certificate_id: str, **changes: Any) -> None:
    """Another name, or whatever changed, by an officer."""
    held = row(house, certificate_id)
    fields = ("full_name", "course_title", "minutes", "place", "trainer")
    said = {name: getattr(held, name) for name in fields}
    whole = Content(
        **{**said, "session_dates": tuple(handling.days_of(held)), **changes},
    )
    house.act(
        lambda work: handling.supersede(
            work, by="officer-1", row=held, content=whole, reason="Another identity card"
        )
    )


# Made once, kept sealed


def test_a_document_is_made_right_after_the_commit_and_kept_sealed(
    house: House, cohort: Cohort, certificate: str
) -> None:
    assert kept(house, certificate) == [] and files(house) == []
    assert done(house) == 1 and done(house) == 0
    (event,) = kept(house, certificate)
    (file,) = files(house)
    sealed = file.read_bytes()
    assert hashlib.sha256(sealed).hexdigest() == file.name == event.sha256
    assert b"%PDF" not in sealed and b"Mira" not in sealed
    assert (event.renderer, event.template) == (renderer(), TEMPLATE)
    officer = cohort.officer()
    first = got(officer, certificate)
    assert len(first) == event.size and first == got(officer, certificate)
    assert "Mira Primer" in words_of(first) and "RS-2026-000001" in words_of(first)
    assert kept(house, certificate) == [event], "served again, never made again"


def test_one_that_is_asked_for_early_is_made_at_once_and_then_no_more(
    house: House, cohort: Cohort, certificate: str
) -> None:
    early = got(cohort.trainer(), certificate)
    (event,) = kept(house, certificate)
    assert done(house) == 1
    assert kept(house, certificate) == [event] and len(files(house)) == 1
    assert got(cohort.officer(), certificate) == early


def test_eight_who_ask_at_once_get_the_same_document(house: House, certificate: str) -> None:
    named, answers = Named(certificate, 1, 0), []
    barrier = threading.Barrier(8)

    def ask() -> None:
        barrier.wait()
        answers.append(content(house.service, named))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == 8 and len(set(answers)) == 1
    (event,) = kept(house, certificate)
    assert [file.name for file in files(house)] == [event.sha256], "nobody left a second file"


def test_cut_off_before_the_file_nothing_is_written(
    house: House, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(FolderShelf, "put", full)
        with pytest.raises(OSError, match="no space"):
            content(house.service, Named(certificate, 1, 0))
        done(house)
    assert kept(house, certificate) == [] and files(house) == []
    house.clock.advance(timedelta(minutes=10))
    assert done(house) == 1, "what failed is tried again"
    (event,) = kept(house, certificate)
    assert [file.name for file in files(house)] == [event.sha256]


def test_cut_off_between_file_and_event_it_is_made_once_more(
    house: House, cohort: Cohort, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: Any) -> None:
        raise ConnectionError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(type(house.service), "transact", cut)
        with pytest.raises(ConnectionError):
            content(house.service, Named(certificate, 1, 0))
    assert kept(house, certificate) == [] and len(files(house)) == 1
    assert got(cohort.officer(), certificate)
    (event,) = kept(house, certificate)
    named = [file.name for file in files(house)]
    assert event.sha256 in named and len(named) == 2, "what nothing names is sealed and harmless"


# A year later


ANEW: Final = """
import sys
from pathlib import Path
from sqlalchemy import select
from services.trainings.app import definition
from services.trainings.certificates.rendering import rendered
from services.trainings.certificates.sheet import sheet
from services.trainings.certificates.tables import DOCUMENTS, VERSIONS
from services.trainings.certificates.keeping import in_utc
from shared.service import Service
from shared.settings import Settings
settings = Settings(home=Path(sys.argv[1]), public_url="http://localhost:8000")
service = Service.open(definition(), settings)
with service.database.reading() as connection:
    version = connection.execute(select(VERSIONS).order_by(VERSIONS.c.certificate_version)).first()
    document = connection.execute(
        select(DOCUMENTS).order_by(DOCUMENTS.c.certificate_version, DOCUMENTS.c.duplicate)
    ).first()
said = sheet(version, document, public_url=settings.public_url)
sys.stdout.buffer.write(rendered(said, at=in_utc(document.recorded_at)))
"""


def test_a_year_later_the_old_document_is_the_old_bytes_and_the_new_version_has_its_own(
    house: House, cohort: Cohort, certificate: str
) -> None:
    done(house)
    before, code = got(cohort.officer(), certificate), row(house, certificate).code
    house.clock.advance(timedelta(days=365))
    course_id = cohort.row().course_id
    renamed = NewContent(
        title="Entrepreneurship for everyone", kind="business", hours=24, modules=("Plan",)
    )
    house.act(
        lambda work: courses.publish(work, by="officer-1", course_id=course_id, content=renamed)
    )
    cohort.renamed("Mira Primerić")
    corrected(house, certificate, full_name="Mira Primerić")
    done(house)

    officer = cohort.officer()
    assert got(officer, certificate) == before, "the old bytes"
    after = got(officer, certificate, 2)
    assert "Mira Primerić" in words_of(after) and "Mira Primerić" not in words_of(before)
    for words in (words_of(before), words_of(after)):
        assert "Starting a small business" in words and "Entrepreneurship" not in words

    new = row(house, certificate).code
    with house.service.database.reading() as connection:
        number = "RS-2026-000001"
        old_one = views.standing(connection, number=number, code=code)
        new_one = views.standing(connection, number=number, code=views.spaced_code(new))
        assert views.standing(connection, number=number, code="ffff-ffff-ffff") is None
        assert views.standing(connection, number="RS-2026-000002", code=new) is None
    assert old_one is not None and new_one is not None and code != new
    assert (old_one.state, old_one.asked.full_name) == ("superseded", "Mira Primer")
    assert (new_one.state, new_one.asked.full_name) == ("valid", "Mira Primerić")
    assert old_one.certificate == new_one.certificate

    page = officer.get(f"{PAGES}/{certificate}").text
    assert "Superseded" in page and "Current" in page

    anew = subprocess.run(
        [sys.executable, "-c", ANEW, str(house.service.settings.home)],
        capture_output=True,
        cwd=Path(__file__).parents[3],
        timeout=120,
        check=True,
    )
    assert anew.stdout == before, "the locked renderer makes the same bytes in another process"


def test_a_corrected_document_stays_in_its_language_unless_another_is_asked_for(
    house: House, cohort: Cohort, certificate: str
) -> None:
    corrected(house, certificate, place="Niš")
    officer = cohort.officer()
    assert "Uverenje".upper() in words_of(got(officer, certificate, 2)).replace(" ", "")
    etag = officer.get(f"{API}/certificates/{certificate}").headers["ETag"]
    asked = officer.post(
        f"{API}/certificates/{certificate}/corrections",
        {"reason": "For abroad", "language": "en"},
        If_Match=etag,
    )
    assert asked.status_code == 200
    assert "of completed business training" in words_of(got(officer, certificate, 3))
    wrong = {"reason": "For abroad", "language": "de"}
    etag = officer.get(f"{API}/certificates/{certificate}").headers["ETag"]
    refused = officer.post(f"{API}/certificates/{certificate}/corrections", wrong, If_Match=etag)
    assert refused.status_code == 422


def test_a_duplicate_is_a_document_of_its_own_and_says_so(
    house: House, cohort: Cohort, certificate: str
) -> None:
    done(house)
    first = got(cohort.officer(), certificate)
    house.act(lambda work: handling.duplicate(work, by="officer-1", row=row(house, certificate)))
    assert done(house) == 1
    second = got(cohort.officer(), certificate, 1, 1)
    assert "DUPLIKAT" in words_of(second) and "DUPLIKAT" not in words_of(first)
    assert got(cohort.officer(), certificate) == first
    assert len({event.sha256 for event in kept(house, certificate)}) == 2


def test_a_revoked_certificates_document_stays_and_is_marked_on_the_page(
    house: House, cohort: Cohort, certificate: str
) -> None:
    done(house)
    before = got(cohort.officer(), certificate)
    house.act(
        lambda work: handling.propose_revocation(
            work, by="officer-1", certificate_id=certificate, reason="Was never there"
        )
    )
    house.act(
        lambda work: handling.revoke(work, by="officer-2", certificate_id=certificate, country="RS")
    )
    assert got(cohort.officer(), certificate) == before
    assert "is revoked" in cohort.officer().get(f"{PAGES}/{certificate}").text
    with house.service.database.reading() as connection:
        found = views.standing(
            connection, number="RS-2026-000001", code=row(house, certificate).code
        )
    assert found is not None and found.state == "revoked"


def test_after_erasure_the_bytes_are_gone_and_the_facts_remain(
    house: House, cohort: Cohort, certificate: str, officer: Asker, second: Asker
) -> None:
    done(house)
    got(officer, certificate)
    code = row(house, certificate).code
    erased(house, officer, second, cohort.people[0])
    done(house)
    answer = officer.get(f"{PAGES}/{certificate}/documents/1/0")
    assert answer.status_code == 404 and "erased" in answer.text
    assert files(house) == []
    page = officer.get(f"{PAGES}/{certificate}").text
    assert "Erased" in page and "RS-2026-000001" in page and "Starting a small business" in page
    assert "Mira" not in page
    with house.service.database.reading() as connection:
        found = views.standing(connection, number="RS-2026-000001", code=code)
    assert found is not None and found.state == "valid" and found.asked.full_name is None
    corrected_later = {"reason": "x", "place": "Niš"}
    etag = officer.get(f"{API}/certificates/{certificate}").headers["ETag"]
    officer.post(f"{API}/certificates/{certificate}/corrections", corrected_later, If_Match=etag)
    assert files(house) == []


def test_due_work_for_what_was_erased_or_replaced_meanwhile_ends(
    house: House, cohort: Cohort, certificate: str, officer: Asker, second: Asker
) -> None:
    corrected(house, certificate, place="Niš")
    make_due(house.service, f"{certificate}/1/0".encode())
    assert kept(house, certificate) == [], "a version that nobody was handed is made no more"
    make_due(house.service, b"nothing/1/0")
    erased(house, officer, second, cohort.people[0])
    before = kept(house, certificate)
    with pytest.raises(DataErased):
        house.act(
            lambda work: handling.duplicate(work, by="officer-1", row=row(house, certificate))
        )
    assert "The document was lost" not in officer.get(f"{PAGES}/{certificate}").text
    make_due(house.service, f"{certificate}/2/0".encode())
    assert done(house) == 0 and files(house) == []
    assert kept(house, certificate) == before, "nothing is made of somebody who was erased"


# Handed out


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


def test_keeping_tells_its_own_rows_from_others(house: House, certificate: str) -> None:
    with pytest.raises(Missing, match="no-document"):
        content(house.service, Named(certificate, 9, 0))
    assert keeping.Named.of(f"{certificate}/1/0") == Named(certificate, 1, 0)
    with house.service.database.reading() as connection:
        version = connection.execute(select(VERSIONS)).one()
        document = connection.execute(select(DOCUMENTS)).one()
    said = sheet(version, document, public_url=house.service.settings.public_url)
    made = rendered(said, at=keeping.in_utc(document.recorded_at))
    assert made == content(house.service, Named(certificate, 1, 0))


def test_one_from_before_gets_a_document_when_it_is_asked_for(house: House, cohort: Cohort) -> None:
    mira = cohort.people[0]

    def brought(work: Work) -> None:
        number = handling.take_number(work, PROGRAMME, BEFORE, country="RS", year=2011)
        command = ImportCertificate(
            by="officer-1",
            now=work.now,
            certificate_id=BEFORE,
            registration_id=mira,
            person_id="p1",
            number=number,
            full_name="Mira Primer",
            course_id="c1",
            course_title="Starting a small business",
            course_version=1,
            kind="business",
            minutes=600,
            session_dates=(date(2011, 3, 1),),
            country="RS",
            place="Kragujevac",
            trainer="Ana Nekadašnja",
            issuer="Udruženje Primer",
            code="a1b2c3d4e5f6",
            cohort_id=cohort.id,
            issued_on=date(2011, 3, 2),
        )
        work.decide(CERTIFICATE, BEFORE, command)

    house.act(brought)
    assert done(house) == 0, "nothing is made by itself of what was handed out before"
    officer = cohort.officer()
    page = officer.get(f"{PAGES}/{BEFORE}").text
    assert "Made when it is asked for" in page and "its document is not here" in page
    first = got(officer, BEFORE)
    assert "RS-2011-000001" in words_of(first) and "Ana Nekadašnja" in words_of(first)
    assert len(kept(house, BEFORE)) == 1 and got(officer, BEFORE) == first
    assert "its document is not here" not in officer.get(f"{PAGES}/{BEFORE}").text
