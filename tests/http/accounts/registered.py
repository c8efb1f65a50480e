"""Registered people as accounts hears of them from trainings, and the codes that are sent to them.

mira = registers(house, phone="060 123 45 67")
signed_in(house, "+381601234567")           # a browser in which she signed in by her code
"""

from __future__ import annotations

from typing import Any

import msgspec

from shared.bus.applying import apply_batch
from shared.events.envelope import Envelope, encode, encode_data
from shared.events.event import PREFIX
from shared.identifiers import derived
from shared.privacy.keyring import KeyName
from shared.privacy.sealing import seal_text
from tests.http.accounts.conftest import Browser, House

APPLICANT = "/accounts/applicant"
OFFICER, SECOND = "officer-1", "officer-2"
MIRA_BORN, ANA_BORN = "1985-03-27", "1990-11-02"
_positions: dict[int, int] = {}


def registers(
    house: House,
    name: str = "Mira Primer",
    *,
    phone: str | None = None,
    email: str | None = None,
    born: str = MIRA_BORN,
    country: str = "RS",
    programme: str = "RS-2011",
    person: str = "",
    confirmed: bool = True,
    imported: bool = False,
) -> str:
    """Somebody is registered in trainings; the registration's id, which is a person's own too.

    confirmed: a second person saw who it is; until then the contact opens nothing for a while.
    """
    registration_id = derived("registration", str(_next(house)))
    none: dict[str, Any] = {} if phone else {"phone": None}
    sealed = {"full_name": ("identity", name), "birth_date": ("identity", born)}
    if phone:
        sealed["phone"] = ("contact", phone)
    if email:
        sealed["email"] = ("contact", email)
    arrives(
        house,
        "trainings.registration.registered.v1",
        registration_id,
        programme=programme,
        person_id=person or derived("person", registration_id),
        country=country,
        imported=imported,
        sealed=sealed,
        **none,
    )
    if confirmed:
        confirms(house, registration_id)
    return registration_id


def confirms(house: House, registration_id: str, *, actor: str = SECOND) -> None:
    """Somebody saw who it is and how to reach them."""
    arrives(house, "trainings.registration.confirmed.v1", registration_id, actor=actor)


def changes_contact(
    house: House,
    registration_id: str,
    *,
    phone: str | None = None,
    email: str | None = None,
    actor: str = OFFICER,
) -> None:
    """An officer writes down how to reach somebody from now on."""
    given = {"phone": phone, "email": email}
    none: dict[str, Any] = {name: None for name, value in given.items() if value is None}
    arrives(
        house,
        "trainings.registration.contact_changed.v1",
        registration_id,
        actor=actor,
        country="RS",
        sealed={name: ("contact", value) for name, value in given.items() if value is not None},
        **none,
    )


def moves(house: House, registration_id: str, person_id: str, *, before: str = "") -> None:
    """The registration was found to be another person's."""
    name = "trainings.registration.moved_to_person.v1"
    arrives(house, name, registration_id, person_id=person_id, from_person_id=before)


def arrives(
    house: House,
    name: str,
    registration_id: str,
    *,
    programme: str = "RS-2011",
    actor: str = OFFICER,
    **data: Any,
) -> None:
    """An event of trainings about a registration."""
    for field, (data_class, text) in data.pop("sealed", {}).items():
        data[field] = seal_text(house.service.keyring, KeyName(registration_id, data_class), text)
    position = _next(house, step=1)
    envelope = Envelope(
        id=derived("event of trainings", str(position)),
        source="trainings",
        subject=f"registration/{registration_id}",
        type=PREFIX + name,
        time=house.clock.now(),
        streamversion=position + 1,
        installation="zanat",
        programme=programme,
        actor=actor,
        correlationid="c",
        causationid="c",
        data=encode_data(msgspec.to_builtins({"registration_id": registration_id, **data})),
    )
    apply_batch(house.service, {"trainings": {position: encode(envelope)}})


def codes(house: House) -> list[Any]:
    """The codes that were made, in order: (event, code, address)."""
    store = house.service.store
    with house.service.database.reading() as connection:
        found: list[Any] = [store.recorded(raw).event for _, raw in store.whole_log(connection)]
    made = [one for one in found if type(one).__name__ == "CodeMade"]
    return [(one, house.service.text(one.code), house.service.text(one.address)) for one in made]


def asks(house: House, contact: str) -> tuple[Browser, str]:
    """A browser that asked for a code, and the newest code of all; empty when none was made."""
    browser, before = house.browser(), len(codes(house))
    answer = browser.submit(APPLICANT, APPLICANT, contact=contact)
    assert answer.status_code == 303
    made = codes(house)
    return browser, made[-1][1] if len(made) > before else ""


def types_code(browser: Browser, code: str) -> Any:
    return browser.submit(f"{APPLICANT}/code", f"{APPLICANT}/code", code=code)


def tells_birth_date(browser: Browser, born: str) -> Any:
    year, month, day = born.split("-")
    parts = {"birth_date-day": day, "birth_date-month": month, "birth_date-year": year}
    return browser.submit(f"{APPLICANT}/birth-date", f"{APPLICANT}/birth-date", **parts)


def signed_in(house: House, contact: str) -> Browser:
    """A browser in which somebody signed in by a code."""
    browser, code = asks(house, contact)
    answer = types_code(browser, code)
    assert (answer.status_code, answer.location) == (303, "/accounts/")
    return browser


def _next(house: House, *, step: int = 0) -> int:
    """The position in trainings' log that comes next; ``step`` 1 takes it."""
    position = _positions.get(id(house.service), 0)
    _positions[id(house.service)] = position + step
    return position
