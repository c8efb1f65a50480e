"""What tests of grants begin with: the service with its web, a programme, money, people, calls.

    house = House.open(folder)
    open_programme(house)
    line = open_budget_line(house, add_donor(house))
    call_id = open_call(house, member_ids=("m1", "m2", "m3"))
    mira = register(house, "1", "Mira Primer")
    certify(house, mira)

Each function goes by the deciders, and commits. All people are invented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask
from flask.testing import FlaskClient

from services.grants.app import create, definition
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import OpenBudget
from services.grants.calls.call import CALL, CloseCall, DraftCall, OpenCall, PublishCall
from services.grants.calls.terms import Criterion, Terms
from services.grants.programmes.budget_line import BUDGET_LINE, OpenBudgetLine
from services.grants.programmes.donor import DONOR, AddDonor
from services.grants.programmes.partner import PARTNER, AddPartner
from services.grants.programmes.programme import PROGRAMME as PROGRAMME_DECIDER
from services.grants.programmes.programme import NoProgramme, OpenProgramme
from services.grants.programmes.region import Region
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.access.tokens import TokenSigner
from shared.bus.applying import apply_batch
from shared.clock import FixedClock
from shared.events.append import Claim, Context
from shared.events.envelope import Envelope, encode, encode_data
from shared.events.event import PREFIX
from shared.events.work import Work
from shared.identifiers import derived
from shared.money import Money
from shared.privacy.keyring import KeyName
from shared.privacy.sealing import seal_text
from shared.service import Service
from shared.settings import Settings
from shared.web.composing import token_key
from tests.migrated import migrated

PROGRAMME = "RS-2026"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEMBERS = ("m1", "m2", "m3")
TERMS = Terms(
    regions=(Region(country="RS", municipalities=("Topola", "Knić")),),
    currency="RSD",
    budget=Money(100_000_000, "RSD"),
    ceiling=Money(40_000_000, "RSD"),
    certificate_kind="business",
    criteria=(
        Criterion(name="plan", points_max=60),
        Criterion(name="vulnerability", points_max=40),
    ),
    threshold_hundredths=5600,
    quorum=2,
    cooldown_days=730,
    opens_on=date(2026, 2, 1),
    deadline=datetime(2026, 3, 15, 22, 59, 59, tzinfo=UTC),
    timezone="Europe/Belgrade",
    tranche_percents=(60, 40),
    member_ids=MEMBERS,
    tie_break="vulnerability",
)
"""Two criteria, a threshold of 56 points, 1,000,000.00 RSD, open on NOON."""


@dataclass
class House:
    """Grants, trainings as far as its log reaches it, and its web. ``clock`` stands at NOON."""

    service: Service
    app: Flask
    clock: FixedClock
    signer: TokenSigner
    positions: dict[str, int] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path) -> House:
        """An installation in a folder of its own, with nothing in it yet."""
        settings = Settings(home=folder, public_url="http://localhost:8000")
        migrated(settings, definition())
        clock = FixedClock(NOON)
        service = Service.open(definition(), settings, clock=clock)
        signer = TokenSigner(token_key(settings), audience=settings.installation, clock=clock)
        return cls(service, create(service), clock, signer)

    def close(self) -> None:
        """Let go of the databases."""
        self.service.close()

    def run(
        self,
        handler: Callable[..., Any],
        *arguments: Any,
        by: str = "ana",
        programme: str = PROGRAMME,
        **facts: Any,
    ) -> Any:
        """Run ``handler(work, ...)`` as ``by`` and commit."""
        context = Context(actor=by, programme=programme, correlation="t", causation="t")
        return self.service.transact(context, lambda work: handler(work, *arguments, **facts))

    def decide(self, decider: Any, identifier: str, command: Any, **context: str) -> None:
        """Commit one command."""
        self.run(lambda work: work.decide(decider, identifier, command), **context)

    def ask(self, query: Callable[..., Any], *arguments: Any, **facts: Any) -> Any:
        """What a query ``query(connection, ...)`` answers."""
        with self.service.database.reading() as connection:
            return query(connection, *arguments, **facts)

    def token(
        self,
        *roles: Role,
        programme: str = PROGRAMME,
        account_id: str = "a1",
        fresh: bool = True,
        own: tuple[str, ...] = (),
    ) -> dict[str, str]:
        """The headers of a reader; ten minutes long by the house's clock.

        own: registrations of the reader themself.
        """
        grants = tuple(RoleGrant(role, programme) for role in roles)
        fresh_at = int(self.clock.now().timestamp()) if fresh else None
        reader = Reader(
            account_id,
            f"session-{account_id}",
            "Ana",
            grants,
            fresh_at=fresh_at,
            registrations=frozenset(own),
        )
        token = self.signer.sign(reader)
        return {"Authorization": f"Bearer {token}"}

    def as_reader(
        self,
        *roles: Role,
        programme: str = PROGRAMME,
        account_id: str = "a1",
        own: tuple[str, ...] = (),
    ) -> Asker:
        """Somebody who asks with these roles, however far the clock is moved meanwhile."""
        return Asker(
            self.app.test_client(),
            lambda: self.token(*roles, programme=programme, account_id=account_id, own=own),
        )

    def recorded(self, kind: str = "access") -> list[tuple[str, str]]:
        """(event's name, actor) of every event of a kind of stream, in the log's order."""
        with self.service.database.reading() as connection:
            entries = [
                self.service.store.recorded(raw)
                for _, raw in self.service.store.whole_log(connection)
            ]
        return [
            (entry.envelope.type.split(".")[-2], entry.actor)
            for entry in entries
            if entry.envelope.subject.startswith(f"{kind}/")
        ]

    def arrives(self, name: str, subject: str, *, programme: str = PROGRAMME, **data: Any) -> str:
        """An event of another service; ``sealed=(owner, {field: (class, text)})`` is personal.

        ``held``: fields whose names are taken here, such as the programme of a role.
        """
        data |= data.pop("held", {})
        owner, personal = data.pop("sealed", ("", {}))
        for one, (data_class, text) in personal.items():
            data[one] = seal_text(self.service.keyring, KeyName(owner, data_class), text)
        source = name.split(".", 1)[0]
        position = self.positions.get(source, -1) + 1
        self.positions[source] = position
        event_id = derived("event", source, str(position))
        envelope = Envelope(
            id=event_id,
            source=source,
            subject=subject,
            type=PREFIX + name,
            time=self.clock.now(),
            streamversion=position + 1,
            installation="zanat",
            programme=programme,
            actor="somebody",
            correlationid="c",
            causationid="c",
            data=encode_data(msgspec.to_builtins(data)),
        )
        apply_batch(self.service, {source: {position: encode(envelope)}})
        return event_id

    def staff(
        self, account_id: str, name: str, *roles: Role, programme: str | None = PROGRAMME
    ) -> None:
        """Accounts tells what somebody is called and which roles they have."""
        sealed = (account_id, {"display_name": ("identity", name)})
        self.account("invited", account_id, sealed=sealed)
        for role in roles:
            self.account("role_granted", account_id, held=held(role, programme))

    def account(self, happened: str, account_id: str, **facts: Any) -> None:
        """Accounts tells that something happened to an account, such as ``suspended``."""
        name, subject = f"accounts.account.{happened}.v1", f"account/{account_id}"
        self.arrives(name, subject, programme="-", account_id=account_id, **facts)


def held(
    role: Role, programme: str | None = PROGRAMME, region: str | None = None
) -> dict[str, str | None]:
    """A role as accounts tells of it."""
    return {"role": role.value, "programme": programme, "region": region}


@dataclass
class Asker:
    """Asks as one reader."""

    client: FlaskClient
    headers: Callable[[], dict[str, str]]

    def get(self, address: str, **headers: str) -> Any:
        """``get(address, If_None_Match='"1"')``."""
        return self.client.get(address, headers=self._headers(headers))

    def post(self, address: str, json: Any = None, **headers: str) -> Any:
        """``post(address, {...}, If_Match='"1"', Idempotency_Key="k")``."""
        return self.client.post(address, json=json, headers=self._headers(headers))

    def submit(self, address: str, page: str, **form: Any) -> Any:
        """Send a form of a page, with the token that the page carries."""
        shown = self.get(page)
        assert shown.status_code == 200, shown.text
        token = shown.text.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": token, **form}
        return self.client.post(address, data=data, headers=self._headers({}))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return self.headers() | {name.replace("_", "-"): text for name, text in more.items()}


def open_programme(
    house: House, code: str = PROGRAMME, *, currencies: tuple[str, ...] = ("RSD", "EUR")
) -> str:
    """A programme in Topola and Knić; its id. Opened once."""
    programme_id = derived("programme", code)

    def handler(work: Work) -> None:
        if not isinstance(work.load(PROGRAMME_DECIDER, programme_id), NoProgramme):
            return
        command = OpenProgramme(
            by="ana",
            now=work.now,
            programme_id=programme_id,
            code=code,
            name="Second chance",
            regions=TERMS.regions,
            currencies=currencies,
        )
        work.decide(PROGRAMME_DECIDER, programme_id, command)

    house.run(handler, programme=code)
    return programme_id


def add_partner(house: House, name: str = "Otvorena vrata", *, programme: str = PROGRAMME) -> str:
    """A partner of the programme; its id."""
    partner_id = derived("partner", programme, name)
    command = AddPartner(
        by="ana", now=house.clock.now(), partner_id=partner_id, name=name, country="RS"
    )
    house.decide(PARTNER, partner_id, command, programme=programme)
    return partner_id


def add_donor(house: House, name: str = "Fond Most", *, programme: str = PROGRAMME) -> str:
    """A donor of the programme; its id."""
    donor_id = derived("donor", programme, name)
    command = AddDonor(by="ana", now=house.clock.now(), donor_id=donor_id, name=name, country="NO")
    house.decide(DONOR, donor_id, command, programme=programme)
    return donor_id


def open_budget_line(
    house: House,
    donor_id: str,
    *,
    code: str = "G-1",
    budget: Money = TERMS.budget,
    programme: str = PROGRAMME,
) -> str:
    """A donor's budget line; its id."""
    line_id = derived("budget-line", programme, code)
    command = OpenBudgetLine(
        by="ana",
        now=house.clock.now(),
        budget_line_id=line_id,
        donor_id=donor_id,
        code=code,
        name="Grants",
        budget=budget,
    )
    house.decide(BUDGET_LINE, line_id, command, programme=programme)
    return line_id


def draft_call(house: House, code: str = "C-1", *, programme: str = PROGRAMME, **terms: Any) -> str:
    """A draft with TERMS, some of them changed; its id. Opens the programme when there is none."""
    open_programme(house, programme)
    call_id = derived("call", programme, code)

    def handler(work: Work) -> None:
        command = DraftCall(
            by="ana",
            now=work.now,
            call_id=call_id,
            code=code,
            title=f"Round {code}",
            terms=msgspec.structs.replace(TERMS, **terms),
        )
        work.decide(CALL, call_id, command)
        work.claim(Claim("call-code", code, CALL.stream(call_id)))

    house.run(handler, programme=programme)
    return call_id


def publish_call(house: House, call_id: str, *, programme: str = PROGRAMME) -> None:
    """Let everybody read it."""
    command = PublishCall(by="ana", now=house.clock.now())
    house.decide(CALL, call_id, command, programme=programme)


def open_call(house: House, code: str = "C-1", *, programme: str = PROGRAMME, **terms: Any) -> str:
    """A call that takes applications, with its money; its id."""
    call_id = draft_call(house, code, programme=programme, **terms)
    publish_call(house, call_id, programme=programme)

    def handler(work: Work) -> None:
        work.decide(CALL, call_id, OpenCall(by="ana", now=work.now))
        budget = work.load(CALL, call_id).terms.budget  # type: ignore[union-attr]
        money = OpenBudget(by="ana", now=work.now, call_id=call_id, budget=budget)
        work.decide(BUDGET, call_id, money)

    house.run(handler, programme=programme)
    return call_id


def close_call(house: House, call_id: str, *, programme: str = PROGRAMME) -> None:
    """Move the clock past TERMS' deadline when it is not there yet, and close the call."""
    house.clock.moment = max(house.clock.moment, TERMS.deadline + timedelta(days=8))
    command = CloseCall(by="ana", now=house.clock.now())
    house.decide(CALL, call_id, command, programme=programme)


def register(
    house: House,
    participant_no: str = "1",
    name: str = "Mira Primer",
    *,
    programme: str = PROGRAMME,
    municipality: str = "Topola",
    country: str = "RS",
    birth_date: str = "1990-05-04",
    person_id: str = "",
    confirmed: bool = True,
) -> str:
    """Trainings registered somebody; the registration's id, and the person's unless another is

    given. Whoever is registered with the same number is the same registration.
    """
    registration_id = derived("registration", programme, participant_no)
    house.arrives(
        "trainings.registration.registered.v1",
        f"registration/{registration_id}",
        programme=programme,
        registration_id=registration_id,
        person_id=person_id or registration_id,
        sex="f",
        country=country,
        municipality=municipality,
        jmbg=None,
        sealed=(
            registration_id,
            {
                "full_name": ("identity", name),
                "birth_date": ("identity", birth_date),
                "phone": ("contact", "+381 60 000 0001"),
            },
        ),
    )
    if confirmed:
        house.arrives(
            "trainings.registration.confirmed.v1",
            f"registration/{registration_id}",
            programme=programme,
            registration_id=registration_id,
        )
    return registration_id


def certify(
    house: House,
    registration_id: str,
    *,
    programme: str = PROGRAMME,
    kind: str = "business",
    issued_on: str = "2025-11-20",
) -> str:
    """Trainings issued a certificate; its id."""
    certificate_id = derived("certificate", registration_id, kind)
    house.arrives(
        "trainings.certificate.issued.v1",
        f"certificate/{certificate_id}",
        programme=programme,
        certificate_id=certificate_id,
        registration_id=registration_id,
        number=f"{programme}-{house.positions['trainings']:06}",
        kind=kind,
        issued_on=issued_on,
        country="RS",
    )
    return certificate_id


def recognise(
    house: House,
    registration_id: str,
    *,
    kind: str = "business",
    issuer: str = "Regionalna škola",
) -> str:
    """Trainings recognised a certificate from elsewhere; its id."""
    recognition_id = derived("recognition", registration_id, kind, issuer)
    house.arrives(
        "trainings.recognition.recognised.v1",
        f"recognition/{recognition_id}",
        recognition_id=recognition_id,
        registration_id=registration_id,
        issuer=issuer,
        kind=kind,
        issued_on="2024-05-06",
    )
    return recognition_id
