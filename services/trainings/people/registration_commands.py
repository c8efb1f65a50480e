"""What may be asked of a registration; ``registration.py`` decides what follows.

    ConfirmIdentity(by="officer-2", now=now, registration_id="r1", means="identity_card")

``by`` is the account that acts, ``now`` an aware moment in UTC, ``zone`` an IANA time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from services.trainings.people.registration_events import (
    ConsentForm,
    DeclaredRoma,
    Means,
    MoveCause,
    Paper,
    Purpose,
    Sex,
    WhyNoPapers,
)


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command on a registration carries."""

    by: str
    now: datetime
    registration_id: str


@dataclass(frozen=True, kw_only=True)
class RegisterPerson(Act):
    """Register somebody who is here. ``consented``: today, in ``zone``, to this being held."""

    zone: str
    person_id: str
    reference: str
    full_name: str
    birth_date: str
    sex: Sex
    country: str
    municipality: str
    jmbg: str | None
    phone: str | None
    declared_roma: DeclaredRoma
    consented: bool
    email: str | None = None
    consent_form: ConsentForm | None = None


@dataclass(frozen=True, kw_only=True)
class ImportRegistration(Act):
    """Bring a registration from before, with the day of its own consent."""

    person_id: str
    reference: str
    full_name: str
    birth_date: str
    sex: Sex
    country: str
    municipality: str
    jmbg: str | None
    phone: str | None
    declared_roma: DeclaredRoma
    consent_on: date | None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConfirmIdentity(Act):
    """Confirm that the person is who the registration says. ``witness``: who knows them."""

    means: Means
    witness: str | None = None


@dataclass(frozen=True, kw_only=True)
class CorrectRegistration(Act):
    """Write the identity anew, whole. ``person_id``: to whom the corrected number belongs."""

    person_id: str
    full_name: str
    birth_date: str
    sex: Sex
    jmbg: str | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChangeContact(Act):
    """Note where the person lives and how to reach them, whole.

    phone_before, email_before: what they had until now, where that is another.
    """

    country: str
    municipality: str
    phone: str | None
    email: str | None = None
    phone_before: str | None = None
    email_before: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeclareRoma(Act):
    """Note what the person says of themself."""

    declared_roma: DeclaredRoma


@dataclass(frozen=True, kw_only=True)
class GiveConsent(Act):
    """Note that the person consents to a purpose, today in ``zone``."""

    zone: str
    purpose: Purpose = "programme"
    form: ConsentForm | None = None


@dataclass(frozen=True, kw_only=True)
class WithdrawConsent(Act):
    """Note that the person takes the consent to a purpose back, today in ``zone``.

    erased: what they said of their origin cannot be read any more, so it need not be taken back.
    """

    zone: str
    purpose: Purpose = "programme"
    form: ConsentForm | None = None
    erased: bool = False


@dataclass(frozen=True, kw_only=True)
class DecideLikelyDuplicate(Act):
    """Say whether two registrations are of one person.

    person_id: to whom this registration belongs after the decision: the other's person when same,
               its own (or a new one, when they had been put together) when not.
    """

    other_registration_id: str
    same: bool
    person_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class NotePapers(Act):
    """Note which papers the person has not got yet; none missing: they have all they need."""

    missing: tuple[Paper, ...]
    why: WhyNoPapers | None = None
    note: str | None = None
    ask_again_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class MoveToPerson(Act):
    """Let a registration follow its person, when another registration of theirs moved."""

    person_id: str
    because: MoveCause


RegistrationCommand: TypeAlias = (
    RegisterPerson
    | ImportRegistration
    | ConfirmIdentity
    | CorrectRegistration
    | ChangeContact
    | DeclareRoma
    | GiveConsent
    | WithdrawConsent
    | DecideLikelyDuplicate
    | MoveToPerson
    | NotePapers
)
