"""Documents of certificates: made once, sealed, served again for ever, marked for what they are.

A year goes by, a course gets another name and a person another one: the old document is the old
bytes, the new version has its own, and whoever checks learns which of them counts.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from services.trainings.certificates import handling, keeping, views
from services.trainings.certificates.certificate import CERTIFICATE
from services.trainings.certificates.certificate_commands import ImportCertificate
from services.trainings.certificates.keeping import Named, content, make_due
from services.trainings.certificates.rendering import TEMPLATE, rendered, renderer
from services.trainings.certificates.sheet import sheet
from services.trainings.certificates.tables import DOCUMENTS, VERSIONS
from services.trainings.courses import handling as courses
from services.trainings.courses.handling import NewContent
from shared.errors import Missing
from shared.events.work import Work
from shared.files.shelf import FolderShelf
from shared.privacy.sealing import DataErased
from tests.http.trainings.cohort_home import API, Cohort
from tests.http.trainings.conftest import PROGRAMME, Asker, House
from tests.http.trainings.documents import PAGES, corrected, done, files, got, kept, row, taught
from tests.http.trainings.test_erasure import erased
from tests.printed import words_of

BEFORE: Final = "0192f000-0000-7000-8000-00000000b001"
"""A certificate from before."""


@pytest.fixture
def cohort(house: House) -> Cohort:
    return taught(house)


@pytest.fixture
def certificate(cohort: Cohort) -> str:
    return cohort.issue(cohort.people[0])[0]


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
