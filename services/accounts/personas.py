"""Invented people of a demonstration: one for every role, who sign in by a button.

    for persona in seed_personas(service, "RS-2011"):
        print(persona.role, persona.email, persona.password)

Their accounts come about by the same commands as everybody's. They share one password, which is
derived from the installation's own secret: it is the same on every call and stands nowhere.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Final

from services.accounts.staff import acts
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import Activate
from services.accounts.staff.account_state import Active, NoAccount, Waiting
from services.accounts.staff.credentials import keep_password, password_hash, with_secrets
from services.accounts.staff.views import ACCOUNTS
from shared.access.passwords import hash_password
from shared.events.work import Work
from shared.identifiers import derived
from shared.service import INSTALLATION_WIDE, Service

DOMAIN: Final = "demonstration.example"
_GROUP_LETTERS: Final = 4
_PASSWORD_LETTERS: Final = 20


@dataclass(frozen=True, kw_only=True)
class Persona:
    """An invented person. ``password`` is empty where only a list for buttons is asked for."""

    account_id: str
    name: str
    role: str
    number: int
    email: str
    password: str = ""


_NAMES: Final[tuple[tuple[str, str], ...]] = (
    ("administrator", "Vesna Ilić"),
    ("programme_officer", "Jelena Stanković"),
    ("programme_officer", "Amir Hodžić"),
    ("trainer", "Marija Nikolić"),
    ("committee_chair", "Dragana Pavlović"),
    ("committee_member", "Nermina Begić"),
    ("committee_member", "Saša Đorđević"),
    ("committee_member", "Ljiljana Kostić"),
    ("finance_officer", "Mirsad Delić"),
    ("finance_controller", "Gordana Simić"),
    ("finance_controller", "Emina Kovačević"),
    ("field_officer", "Zoran Jovanović"),
    ("auditor", "Branka Todorović"),
    ("donor", "Ingrid Solheim"),
)
"""(role, invented name); a role's number n is its place among those of that role, from 1."""


def personas() -> tuple[Persona, ...]:
    """All of them, whether or not their accounts exist, without passwords."""
    found: list[Persona] = []
    for role, name in _NAMES:
        number = 1 + sum(1 for one in found if one.role == role)
        word = role.replace("_", "-")
        found.append(
            Persona(
                account_id=derived("persona", role, str(number)),
                name=name,
                role=role,
                number=number,
                email=f"{word}-{number}@{DOMAIN}",
            )
        )
    return tuple(found)


def demonstration_personas(service: Service) -> tuple[Persona, ...]:
    """Those who may sign in by a button: none outside of a demonstration."""
    if not service.settings.demonstration:
        return ()
    with service.database.reading() as connection:
        active = set(
            connection.execute(
                ACCOUNTS.select()
                .with_only_columns(ACCOUNTS.c.account_id)
                .where(
                    ACCOUNTS.c.account_id.in_([one.account_id for one in personas()]),
                    ACCOUNTS.c.standing == "active",
                )
            ).scalars()
        )
    return tuple(one for one in personas() if one.account_id in active)


def is_persona(service: Service, account_id: str) -> bool:
    """Whether this is an invented person of a demonstration."""
    return service.settings.demonstration and account_id in {one.account_id for one in personas()}


def seed_personas(service: Service, programme: str) -> list[Persona]:
    """Make the personas' accounts, with their roles in a programme; doing it again is harmless."""
    password = _password(service)
    wanted = personas()
    with service.database.reading() as connection:
        unkept = {
            one.account_id for one in wanted if password_hash(connection, one.account_id) is None
        }
    kept = hash_password(password) if unkept else ""
    context = service.system_context(INSTALLATION_WIDE, cause=derived("personas", programme))

    def seed(work: Work) -> None:
        for persona in wanted:
            _seed(work, persona, programme)
            if persona.account_id in unkept:
                keep_password(work.connection, persona.account_id, kept, work.now)

    with_secrets(service, context, seed)
    return [replace(persona, password=password) for persona in wanted]


def _seed(work: Work, persona: Persona, programme: str) -> None:
    by, account_id = work.context.actor, persona.account_id
    if isinstance(work.load(ACCOUNT, account_id), NoAccount):
        acts.invite(
            work,
            by=by,
            kind="staff",
            display_name=persona.name,
            email=persona.email,
            account_id=account_id,
        )
    if isinstance(work.load(ACCOUNT, account_id), Waiting):
        work.decide(ACCOUNT, account_id, Activate(by=by, now=work.now, account_id=account_id))
    if not isinstance(work.load(ACCOUNT, account_id), Active):
        # Somebody tried out suspending or closing: that holds, also at the next start.
        return
    everywhere = persona.role == "administrator"
    acts.grant_role(
        work,
        by=by,
        account_id=account_id,
        role=persona.role,
        programme=None if everywhere else programme,
        region=None,
        must_exist=False,
    )


def _password(service: Service) -> str:
    digest = bytes.fromhex(service.keyring.blind_index("personas", service.settings.installation))
    letters = base64.b32encode(digest).decode().lower()[:_PASSWORD_LETTERS]
    return "-".join(
        letters[start : start + _GROUP_LETTERS]
        for start in range(0, _PASSWORD_LETTERS, _GROUP_LETTERS)
    )
