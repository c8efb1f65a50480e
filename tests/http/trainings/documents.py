"""A cohort whose certificates have documents, and what is to be seen of them.

cohort = taught(house)
certificate_id = cohort.issue(cohort.people[0])[0]
done(house)                        # what is due: the document is made
got(cohort.officer(), certificate_id)    ->  its bytes
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from services.trainings.certificates import handling
from services.trainings.certificates.certificate import CERTIFICATE
from services.trainings.certificates.certificate_events import DocumentKept
from services.trainings.certificates.handling import Content
from services.trainings.tables import CERTIFICATES
from shared.due.worker import run_due_once
from tests.http.trainings.cohort_home import Cohort
from tests.http.trainings.conftest import Asker, House

PAGES: Final = "/trainings/certificates"


def taught(house: House) -> Cohort:
    """A cohort of which two may be certified."""
    made = Cohort.begun(house)
    made.finished(passing=2)
    return made


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
