"""From a phone number or an e-mail address to an applicant's session, by a one-time code.

    desk = ApplicantDesk(service, sign_in_desk)
    token = desk.ask("060 123 45 67", language="sr_Latn", address=client, context=context)
    found = desk.type_code(token, "48291357", address=client, context=context)
    found.reader                        # signed in; or found.asks_birth_date: a shared phone
    desk.tell_birth_date(token, "1990-01-01", address=client, context=context)

Whoever tries numbers learns nothing: one that nobody has is answered as one of ours, and as late.
Only who holds the phone and types its code is told that several people share it.

Nobody is kept out by strangers who know the number: a browser has its own code and its own tries.
Where many wrong codes are typed for one person, or in the whole installation, every answer comes
late, and the operator hears of the latter.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from sqlalchemy import Row

from services.accounts.applicants import codes
from services.accounts.applicants.contact import BIRTH_PURPOSE, COUNTRIES, Contact, typed
from services.accounts.applicants.people import is_shared, registrations_by
from services.accounts.applicants.sign_in_code import SIGN_IN_CODE, AnnounceCode
from services.accounts.sessions.signing_in import SignInDesk
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import Admit
from services.accounts.staff.credentials import with_secrets
from services.accounts.throttling.tries import forgive, take, throttle
from shared.access.reader import Reader
from shared.access.tries import widest
from shared.errors import Invalid, Refused, Unauthenticated
from shared.events.append import Context
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_
from shared.metrics import sign_in_codes_slowed
from shared.privacy.keyring import KeyName
from shared.service import INSTALLATION_WIDE, Service

ANSWERED_AFTER_SECONDS: Final = 0.4
"""No answer comes sooner: longer than having a code sent takes."""

SLOWED_SECONDS: Final = 1.0
"""How much later a code is answered while too many wrong ones are typed."""

EVERYBODY: Final = "everybody"
"""The one key of what is counted for the whole installation."""

_log = structlog.get_logger("zanat.applicants")

_FIRST_COUNTRY: Final = {"bs": "BA"}
"""Language of the page → the country whose numbers are tried first."""


@dataclass(frozen=True)
class Typed:
    """What came of a code that was right: a session, or one more question."""

    reader: Reader | None

    @property
    def asks_birth_date(self) -> bool:
        """Whether several people share the number, so that it must be said who it is."""
        return self.reader is None


@dataclass(frozen=True)
class ApplicantDesk:
    """Signs in the people of the registrations."""

    service: Service
    desk: SignInDesk

    def ask(self, given: str, *, language: str, address: str, context: Context) -> str:
        """Have a code sent if this is somebody's number or address; a token for the browser.

        Raises Invalid for what is neither, TooMany when this network asked too often.
        """
        began = time.monotonic()
        possible = typed(given, _countries(language))
        if not possible:
            raise Invalid(
                "no-contact", N_("This is no phone number and no e-mail address. Look at it again.")
            )
        throttle(self.service, "applicant/address", address)
        token = self._ask(possible, language, address, context)
        time.sleep(max(0.0, ANSWERED_AFTER_SECONDS - (time.monotonic() - began)))
        return token

    def type_code(self, token: str, code: str, *, address: str, context: Context) -> Typed:
        """Check the code; who has the number alone is signed in.

        Raises Refused for a wrong code and for one that is over, in the same words, and TooMany.
        """
        attempt = self._tried(token, address)
        with self.service.database.writing() as connection:
            found = codes.check(
                connection, self.service.keyring, token, code, self.service.clock.now()
            )
        if attempt is None or found is None:
            raise _wrong_code()
        self._forgive(found, address)
        with self.service.database.reading() as connection:
            if is_shared(connection, found.contact_index, self.service.clock.now()):
                return Typed(None)
        rows = self._registrations(found.contact_index)
        return Typed(self._sign_in(found, rows, context))

    def tell_birth_date(
        self, token: str, birth_date: str, *, address: str, context: Context
    ) -> Reader:
        """Sign in the one of several people who has this birth date (an ISO day).

        Raises Refused when it is nobody's or not one person's alone, and TooMany.
        """
        self._tried(token, address)
        with self.service.database.writing() as connection:
            found = codes.count_try(connection, token, self.service.clock.now())
        if found is None:
            raise _wrong_code()
        born = self.service.keyring.blind_index(BIRTH_PURPOSE, birth_date)
        rows = self._registrations(found.contact_index, birth_index=born)
        if len({row.person_id for row in rows}) != 1:
            raise Refused(
                "birth-date-unknown",
                N_("We cannot tell by this day who you are. Look at it again, or call us."),
            )
        self._forgive(found, address)
        return self._sign_in(found, rows, context)

    def is_typed(self, token: str) -> bool | None:
        """Whether the browser's code was right already; None when there is none or it is over."""
        with self.service.database.reading() as connection:
            attempt = codes.waiting(connection, token, self.service.clock.now())
        return None if attempt is None else attempt.typed

    def _ask(
        self, possible: Sequence[Contact], language: str, address: str, context: Context
    ) -> str:
        service, keyring = self.service, self.service.keyring
        contact, rows = self._found(possible)
        index = contact.index(keyring)
        allowed = self._may_be_sent(index, address)
        row = next((one for one in rows if allowed and self._reachable(one)), None)
        programme = row.programme if row is not None else INSTALLATION_WIDE

        def begin(work: Work) -> str:
            sent = row is not None
            token, code = codes.begin(work.connection, keyring, index, work.now, sent=sent)
            if row is not None:
                code_id = work.new_id()
                command = AnnounceCode(
                    by=work.context.actor,
                    now=work.now,
                    code_id=code_id,
                    registration_id=row.registration_id,
                    channel=contact.channel,
                    address=_address(contact, row),
                    code=code,
                    expires_at=work.now + codes.CODE_LENGTH,
                    language=language,
                )
                work.decide(SIGN_IN_CODE, code_id, command)
            return token

        return with_secrets(service, replace(context, programme=programme), begin)

    def _found(self, possible: Sequence[Contact]) -> tuple[Contact, Sequence[Row[Any]]]:
        """What was typed as somebody has it, and whose it is; as it is likeliest if nobody has."""
        for contact in possible:
            if rows := self._registrations(contact.index(self.service.keyring)):
                return contact, rows
        return possible[0], ()

    def _reachable(self, row: Row[Any]) -> bool:
        """Whether something can still be sealed for the registration."""
        name = KeyName(row.registration_id, "contact")
        return self.service.keyring.ensure({name})[name].cipher is not None

    def _registrations(self, index: str, *, birth_index: str | None = None) -> Sequence[Row[Any]]:
        now = self.service.clock.now()
        with self.service.database.reading() as connection:
            return registrations_by(connection, index, now, birth_index=birth_index)

    def _may_be_sent(self, index: str, address: str) -> bool:
        """Whether a number may get one more code: few from one network, some from all together."""
        own = take(self.service, "applicant/network", f"{index} {widest(address)}") is None
        return own and take(self.service, "applicant/person", index) is None

    def _tried(self, token: str, address: str) -> codes.Attempt | None:
        """Count a try of this network and of this browser, whether or not anybody has the number.

        Raises TooMany for those. What is counted for the person and for all only takes time: it
        must keep nobody out who has a code.
        """
        service = self.service
        throttle(service, "applicant-code/address", address)
        with service.database.reading() as connection:
            attempt = codes.waiting(connection, token, service.clock.now())
        if attempt is None:
            return None
        throttle(service, "applicant-code/browser", attempt.token_hash)
        of_person = take(service, "applicant-code/person", attempt.contact_index) is not None
        of_all = take(service, "applicant-code/everybody", EVERYBODY) is not None
        if of_all:
            self._warn()
        if of_person or of_all:
            sign_in_codes_slowed.inc()
            time.sleep(SLOWED_SECONDS)
        return attempt

    def _warn(self) -> None:
        """Tell the operator, once in a while, that codes are guessed."""
        if take(self.service, "applicant-code/warning", EVERYBODY) is None:
            _log.warning("many wrong sign-in codes", slowed_seconds=SLOWED_SECONDS)

    def _forgive(self, attempt: codes.Attempt, address: str) -> None:
        forgive(self.service, "applicant-code/address", address)
        forgive(self.service, "applicant-code/browser", attempt.token_hash)
        forgive(self.service, "applicant-code/person", attempt.contact_index)
        forgive(self.service, "applicant-code/everybody", EVERYBODY)

    def _sign_in(
        self, attempt: codes.Attempt, rows: Sequence[Row[Any]], context: Context
    ) -> Reader:
        if not rows:
            raise _wrong_code()
        person_id = rows[0].person_id
        account_id = derived("applicant", person_id)
        as_themself = replace(context, actor=account_id)

        def admit(work: Work) -> None:
            if not codes.use(work.connection, attempt):
                raise _wrong_code()
            command = Admit(by=account_id, now=work.now, account_id=account_id, person_id=person_id)
            work.decide(ACCOUNT, account_id, command)

        with_secrets(self.service, as_themself, admit)
        try:
            return self.desk.open(account_id, context, fresh=True, method="sign_in_code")
        except Unauthenticated:
            raise Refused(
                "applicant-stopped", N_("Signing in was stopped for you. Call us about it.")
            ) from None


def _address(contact: Contact, row: Row[Any]) -> str:
    """Where the code goes: to the address as it was registered, however it was typed now."""
    registered: str | None = row.email if contact.channel == "mail" else None
    return registered or contact.value


def _countries(language: str) -> tuple[str, ...]:
    first = _FIRST_COUNTRY.get(language, COUNTRIES[0])
    return (first, *(one for one in COUNTRIES if one != first))


def _wrong_code() -> Refused:
    return Refused(
        "code-wrong", N_("This code is not right or too old. Look again, or ask for a new one.")
    )
