"""Every page and every list of trainings answers on PostgreSQL too, with something in it to show.

SQLite forgives what PostgreSQL does not: groups that are not whole, cursors outside transactions,
types that do not fit. The other tests look at what the answers say.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final

import pytest
from sqlalchemy import create_engine, select, text
from werkzeug.routing import Rule

from services.trainings.app import create, definition
from services.trainings.erasure.views import ERASURES
from services.trainings.households.projecting import HOUSEHOLDS
from services.trainings.imports.tables import IMPORTS
from services.trainings.outreach.tables import ACTIVITIES
from services.trainings.recognition.tables import RECOGNITIONS
from services.trainings.referrals.tables import REFERRALS
from services.trainings.registering.drafts import DRAFTS
from services.trainings.tables import CERTIFICATES, COURSES, OUTCOMES
from shared.access.roles import Role
from shared.access.tokens import TokenSigner
from shared.clock import FixedClock
from shared.database import database_name, server_url
from shared.log.sequencer import sequence_once
from shared.migrations.migrating import migrate
from shared.service import Service
from shared.settings import Settings
from shared.web.composing import token_key
from tests.http.trainings.cohort_home import TRAINER, Cohort
from tests.http.trainings.conftest import NOON, PROGRAMME, House
from tests.http.trainings.exporting import filled
from tests.http.trainings.importing import Importer
from tests.http.trainings.test_imports import PEOPLE
from tests.http.trainings.test_recognitions import recognised

API: Final = "/trainings/api/v1"
ANSWERS_MIN: Final = 100
"""So many of the addresses lead to something that the officer may see; the others say why not."""

_IDS: Final = {
    "course_id": COURSES.c.course_id,
    "certificate_id": CERTIFICATES.c.certificate_id,
    "outcome_id": OUTCOMES.c.outcome_id,
    "activity_id": ACTIVITIES.c.activity_id,
    "referral_id": REFERRALS.c.referral_id,
    "household_id": HOUSEHOLDS.c.household_id,
    "erasure_id": ERASURES.c.erasure_id,
    "recognition_id": RECOGNITIONS.c.recognition_id,
    "import_id": IMPORTS.c.import_id,
    "draft_id": DRAFTS.c.draft_id,
}
_SAID: Final[dict[str, Any]] = {
    "session": 1, "version": 1, "duplicate": 0, "form": "png", "what": "retire", "kind": "people",
    "step": "name", "purpose": "photographs", "number": "RS-2026-000001", "sha256": "0" * 64,
    "programme_code": PROGRAMME, "name": "revocation", "digest": "0", "level": "0", "place": "000",
}  # fmt: skip


@pytest.fixture(scope="module")
def inhabited(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, dict[str, Any]]]:
    """A house on PostgreSQL with something of each kind, and what addresses name."""
    settings = Settings(
        home=tmp_path_factory.mktemp("home"),
        public_url="http://localhost:8000",
        database_url=database_url,
        installation=f"t{uuid.uuid4().hex[:10]}",
    )
    migrate(settings, [definition()])
    clock = FixedClock(NOON)
    service = Service.open(definition(), settings, clock=clock)
    signer = TokenSigner(token_key(settings), audience=settings.installation, clock=clock)
    house = House(service, create(service), clock, signer)
    cohort = filled(house)
    _more(house, cohort)
    yield house, {**_SAID, **_named(house, cohort)}
    service.close()
    _drop(settings)


def _more(house: House, cohort: Cohort) -> None:
    """An import that waits, a draft, an erasure, a certificate from elsewhere."""
    officer, person = cohort.officer(), house.person(reference="P-9", confirmed_by="officer-2")
    Importer(house, officer).send("ljudi.csv", PEOPLE.encode(), country="RS")
    answers = {"full_name": "Nova Osoba"}
    assert officer.post(f"{API}/people/drafts", {"answers": answers}).status_code == 201
    recognised(officer, person)
    erased = {
        "registration_id": person,
        "classes": ["contact"],
        "ground": "request_of_the_person",
    }
    asked = officer.post(f"{API}/erasures", erased, Idempotency_Key="key-erasure")
    assert asked.status_code == 201, asked.text
    with house.service.database.writing() as connection:
        sequence_once(connection)


def _named(house: House, cohort: Cohort) -> dict[str, Any]:
    with house.service.database.reading() as connection:
        found = {
            name: connection.execute(select(column).limit(1)).scalar_one()
            for name, column in _IDS.items()
        }
    left, other, *_ = cohort.people
    return {**found, "cohort_id": cohort.id, "registration_id": left, "other_id": other}


def _drop(settings: Settings) -> None:
    engine = create_engine(server_url(settings), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for one in ("trainings", "keyring"):
            name = database_name(settings, one)
            connection.execute(text(f"drop database if exists {name} with (force)"))
        connection.execute(text(f"drop role if exists {database_name(settings, 'trainings')}"))
    engine.dispose()


def _rules(house: House) -> list[Rule]:
    return [one for one in house.app.url_map.iter_rules() if "GET" in (one.methods or ())]


@pytest.mark.parametrize(
    ("role", "account", "least"),
    [
        (Role.programme_officer, "officer-1", ANSWERS_MIN),
        (Role.trainer, TRAINER, ANSWERS_MIN * 2 // 3),
        (Role.auditor, "auditor-1", ANSWERS_MIN // 2),
    ],
)
def test_no_address_fails(
    inhabited: tuple[House, dict[str, Any]], role: Role, account: str, least: int
) -> None:
    house, named = inhabited
    asker = house.as_reader(role, account=account)
    urls = house.app.url_map.bind("localhost")
    answered, failed = 0, []
    for rule in _rules(house):
        address = urls.build(rule.endpoint, {name: named[name] for name in rule.arguments})
        status = asker.get(address).status_code
        answered += status in (200, 302, 303)
        if status >= 500:
            failed.append((status, rule.rule))
    assert failed == []
    assert answered >= least
