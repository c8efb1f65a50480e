"""By what people are found: the words of their names, and keyed hashes of phone and e-mail address.

    word_rows("dordevic mira ana")
    ->  [{"place": 0, "word": "dordevic", "name": "dordevic mira ana"}, {"place": 1, ...}, ...]

Indexes on the registrations themselves, which lists and the search for duplicates need, stand here
too. Texts are compared by their bytes on both databases, so that a range of words is a prefix.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text, func

from services.trainings.people.registration_events import ContactChanged, Corrected, Registered
from services.trainings.tables import METADATA, REGISTRATIONS
from shared.events.projection import Projecting, Projection, Recorded
from shared.language.folding import fold
from shared.phone_number import CALLING_CODES, phone
from shared.privacy.erasing import personal, removed_whole
from shared.privacy.keyring import Keyring

PHONE_PURPOSE: Final = "phone of a registration"
EMAIL_PURPOSE: Final = "e-mail address of a registration"

WORDS_MAX: Final = 12
"""Words of one name by which it is found."""

BYTES: Final = Text().with_variant(Text(collation="C"), "postgresql")

PEOPLE_WORDS: Final = Table(
    "people_words",
    METADATA,
    Column("registration_id", String(36), nullable=False),
    Column("place", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("word", BYTES, info=personal("identity")),
    Column("name", BYTES, info=personal("identity")),
    PrimaryKeyConstraint("registration_id", "place"),
    Index("people_words_found", "word", "name", "registration_id", "programme"),
    info=removed_whole(),
    sqlite_with_rowid=False,
)
"""One row a word of somebody's folded name, with the name whole: an index answers a search."""

PEOPLE_REACHED: Final = Table(
    "people_reached",
    METADATA,
    Column("registration_id", String(36), primary_key=True),
    Column("phone_index", String(64), info=personal("contact")),
    Column("email_index", String(64), info=personal("contact")),
    Index("people_reached_phone", "phone_index"),
    Index("people_reached_email", "email_index"),
)
"""Keyed hashes of the phone in its one spelling, and of the e-mail address."""

BY_NAME: Final = func.coalesce(REGISTRATIONS.c.name_folded, "")
"""The order of lists of people; whoever's name was erased comes first."""

Index("registrations_in_order", REGISTRATIONS.c.programme, BY_NAME, REGISTRATIONS.c.registration_id)
Index("registrations_by_state", REGISTRATIONS.c.state, BY_NAME, REGISTRATIONS.c.registration_id)
Index(
    "registrations_in_state",
    REGISTRATIONS.c.programme,
    REGISTRATIONS.c.state,
    BY_NAME,
    REGISTRATIONS.c.registration_id,
)
Index("registrations_everywhere", BY_NAME, REGISTRATIONS.c.registration_id)
Index("registrations_reference", REGISTRATIONS.c.reference, REGISTRATIONS.c.programme)
Index("registrations_by_number", REGISTRATIONS.c.number_index)
Index("registrations_birth", REGISTRATIONS.c.programme, REGISTRATIONS.c.birth_date)


def word_rows(name_folded: str | None) -> list[dict[str, Any]]:
    """What stands in ``PEOPLE_WORDS`` for a folded name, but for whose it is."""
    words = words_of(name_folded or "")
    return [{"place": place, "word": word, "name": name_folded} for place, word in enumerate(words)]


def words_of(name_folded: str) -> list[str]:
    """The words by which a folded name is found, each once."""
    return list(dict.fromkeys(name_folded.split()))[:WORDS_MAX]


def phone_index(keyring: Keyring, text: str | None, country: str) -> str | None:
    """The keyed hash under which a phone is found; None for what is no phone number."""
    number = phone(text, country)
    return None if number is None else keyring.blind_index(PHONE_PURPOSE, number)


def phone_indexes(keyring: Keyring, text: str) -> set[str]:
    """Under which a number is found that was typed without saying of which country it is."""
    found = {phone_index(keyring, text, country) for country in CALLING_CODES}
    return {one for one in found if one is not None}


def email_index(keyring: Keyring, text: str | None) -> str | None:
    """The keyed hash under which an e-mail address is found, in small letters."""
    small = (text or "").strip().casefold()
    return keyring.blind_index(EMAIL_PURPOSE, small) if small else None


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring what somebody is found by up to an event."""
    match recorded.event:
        case Registered() as event:
            rows = word_rows(_folded(at, event))
            own = {"registration_id": event.registration_id, "programme": recorded.programme}
            at.make(PEOPLE_WORDS, *({**own, **row} for row in rows))
            _reached(at, event)
        case Corrected() as event:
            rows = word_rows(_folded(at, event))
            for row in rows:
                key = {"registration_id": event.registration_id, "place": row.pop("place")}
                at.put(PEOPLE_WORDS, key, programme=recorded.programme, **row)
            for place in range(len(rows), WORDS_MAX):
                key = {"registration_id": event.registration_id, "place": place}
                at.remove(PEOPLE_WORDS, key)
        case ContactChanged() as event:
            _reached(at, event)


def _folded(at: Projecting, event: Registered | Corrected) -> str | None:
    name = at.text(event.full_name)
    return None if name is None else fold(name)


def _reached(at: Projecting, event: Registered | ContactChanged) -> None:
    at.put(
        PEOPLE_REACHED,
        {"registration_id": event.registration_id},
        phone_index=phone_index(at.keyring, at.text(event.phone), event.country),
        email_index=email_index(at.keyring, at.text(event.email)),
    )


PEOPLE_FOUND: Final = Projection(
    "people_found",
    1,
    (PEOPLE_WORDS, PEOPLE_REACHED),
    project,
    (Registered, Corrected, ContactChanged),
)
