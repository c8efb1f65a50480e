"""Asks a seeded installation as any role, anywhere, about records that are there or never were.

    house = House.open(folder)
    reader = asker(Role.trainer, PROGRAMME)
    house.ask(reader, Route("grants", "GET", "/grants/awards/<award_id>", "grants.awards.read"))
        ->  Answer(status=403, body={...}, denied=("grants.awards.read",))

The records are the demonstration's; ``known`` has the values that its own answers give for the
names in addresses. What a refusal writes to the log is noted in memory instead.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from flask import g
from werkzeug.routing import AnyConverter, Rule

from services.accounts.personas import personas
from services.commands.demonstration_people import PEOPLE, PROGRAMME
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import (
    EVERY_PROGRAMME,
    INSTALLATION_ROLES,
    PERMISSIONS,
    PUBLIC,
    SIGNED_IN,
    Role,
)
from shared.identifiers import derived, is_identifier
from shared.settings import SERVICES
from shared.web.access import routes
from shared.web.session import CSRF_HEADER, csrf_token, forms_cookie
from tests.interface.home import ACCOUNT, Home
from tests.interface.known import Known

ELSEWHERE: Final = "nowhere-2026"
"""A programme in which nothing is."""

NEVER: Final = "0192f000-0000-7000-8000-0000000000ff"
"""The id of no record."""

WAYS: Final = frozenset(
    ("step", "name", "level", "place", "digest", "code", "token", "means", "form", "what")
)
"""Names in addresses that name no record: which step, which file, which language."""

NAMES: Final = tuple(one.full_name for one in PEOPLE)
_NONCE: Final = "n" * 43
_NAME: Final = re.compile(r"<(?:[^<>:]*:)?(\w+)>")
_OF_AN_ANSWER: Final = ("instance", "correlation_id")


@dataclass(frozen=True)
class Route:
    """A route and the permission that it declares."""

    service: str
    method: str
    rule: str
    permission: str

    @property
    def names(self) -> tuple[str, ...]:
        """What its address names, in order."""
        return tuple(_NAME.findall(self.rule))

    @property
    def names_record(self) -> bool:
        """Whether the address names a record, rather than a programme or nothing."""
        return bool(set(self.names) - WAYS - {"programme"})

    def __str__(self) -> str:
        return f"{self.method} {self.rule} ({self.permission})"


@dataclass(frozen=True)
class Answer:
    """What came back. ``denied``: permissions of which the lack was to be written down."""

    status: int
    body: str
    denied: tuple[str, ...]
    location: str = ""

    @property
    def ok(self) -> bool:
        """Whether something was given or done."""
        return self.status < 400


def asker(role: Role, programme: str, *, account: str = "", region: str | None = None) -> Reader:
    """Somebody with one role, with a second factor just proved.

    Without an account it is a stranger's, another one for each role: who made nothing, was assigned
    to nothing and visits nobody. In the demonstration's programme those of the whole installation
    hold theirs for all of it.
    """
    account = account or derived("stranger", role)
    if programme == PROGRAMME and role in INSTALLATION_ROLES:
        programme = EVERY_PROGRAMME
    grants = (RoleGrant(role, programme, region),)
    return Reader(account, f"session-{role}-{programme}-{account}-{region}", "Ana Primer", grants)


def persona(role: str, number: int = 1) -> str:
    """The account of a persona of the demonstration."""
    found = (one.account_id for one in personas() if (one.role, one.number) == (role, number))
    return next(found)


@dataclass
class House:
    """The installation, what is in it, and what refusals would have written down."""

    home: Home
    known: dict[str, Known]
    denied: list[str] = field(default_factory=list)
    _tokens: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path) -> House:
        """Seed it and look at what its lists name."""
        home = Home.open(folder)
        made = cls(home, {name: Known.of(home, name) for name in SERVICES})
        audit = made.known["audit"].values
        audit["kind"] = ["application"]
        audit["identifier"] = made.known["grants"].values["application_id"]
        for app in home.apps.values():
            app.extensions["zanat.denied"] = lambda _, permission, __: made.denied.append(
                permission
            )
        return made

    def routes(self, service: str) -> list[Route]:
        """Every route that asks for a permission of the table."""
        return [
            Route(service, method, rule, str(permission))
            for rule, method, permission in routes(self.home.apps[service])
            if permission not in (PUBLIC, SIGNED_IN)
        ]

    def addresses(self, route: Route, *, most: int = 2) -> list[str]:
        """Addresses of records that there are; empty where there is none of the kind."""
        return list(itertools.islice(self._addresses(route), most))

    def _addresses(self, route: Route) -> Iterator[str]:
        values = self.known[route.service].values
        choices = [
            self._ways(route, name)[:1] if name in WAYS else values.get(name, ())
            for name in route.names
        ]
        for chosen in itertools.product(*choices):
            yield self._built(route, dict(zip(route.names, chosen, strict=True)))

    def never(self, route: Route) -> str:
        """The same address for records that never were; the programme and ways stay as they are."""
        values: dict[str, Any] = {}
        for name in route.names:
            if name in WAYS:
                values[name] = self._ways(route, name)[0]
            elif name in ("programme", "source", "kind"):
                values[name] = self.known[route.service].values[name][0]
            else:
                whole = f"<int:{name}>" in route.rule or name in ("tranche", "session", "version")
                values[name] = 1 if name == "tranche" else 9_999_999 if whole else NEVER
        return self._built(route, values)

    def ask(
        self, reader: Reader, route: Route, address: str, *, body: Any = None, **headers: str
    ) -> Answer:
        """Ask; a page's form carries its token."""
        app = self.home.apps[route.service]
        client = app.test_client()
        client.set_cookie(forms_cookie(secure=False), _NONCE)
        self.denied.clear()
        api = f"/{route.service}/api/" in address
        sent = self._headers(reader, route.service) | headers
        if route.method == "GET":
            response = client.get(address, headers=sent)
        elif api:
            content = json.dumps({} if body is None else body)
            response = client.open(
                address,
                method=route.method,
                data=content,
                content_type="application/json",
                headers=sent,
            )
        else:
            response = client.open(address, method=route.method, data=body or {}, headers=sent)
        return Answer(
            response.status_code,
            self._told(response),
            tuple(self.denied),
            response.headers.get("Location", ""),
        )

    def _headers(self, reader: Reader, service: str) -> dict[str, str]:
        key = (reader.session_id, service)
        if key not in self._tokens:
            app = self.home.apps[service]
            clock = self.home.installation.services["accounts"].clock
            fresh = Reader(
                **{**vars(reader), "fresh_at": int(clock.now().timestamp())},
            )
            token = self.home.signer.sign(fresh)
            cookie = f"{forms_cookie(secure=False)}={_NONCE}"
            with app.test_request_context("/", headers={"Cookie": cookie}):
                g.reader = fresh
                form = csrf_token()
            self._tokens[key] = {"Authorization": f"Bearer {token}", CSRF_HEADER: form}
        return self._tokens[key]

    @staticmethod
    def _told(response: Any) -> str:
        """The answer without what differs from one to the next."""
        text: str = response.get_data().decode("utf-8", "replace")
        if response.mimetype == "application/problem+json":
            found = json.loads(text)
            return json.dumps({key: found[key] for key in found if key not in _OF_AN_ANSWER})
        return text

    def _ways(self, route: Route, name: str) -> list[str]:
        converter = self.rule(route)._converters[name]
        offered = sorted(converter.items) if isinstance(converter, AnyConverter) else []
        return offered or [{"step": "withdraw", "form": "csv"}.get(name, "x")]

    def _built(self, route: Route, values: dict[str, Any]) -> str:
        return _NAME.sub(lambda match: str(values[match[1]]), route.rule)

    def rule(self, route: Route) -> Rule:
        """Flask's own."""
        rules = self.home.apps[route.service].url_map.iter_rules()
        return next(one for one in rules if one.rule == route.rule)

    def ids(self) -> list[str]:
        """The ids of the demonstration's records, accounts left out."""
        accounts = {ACCOUNT, *(one.account_id for one in personas())}
        values = (value for known in self.known.values() for value in known.values.items())
        return [
            one
            for name, found in values
            if name.endswith("_id")
            for one in found
            if is_identifier(str(one)) and one not in accounts
        ]


def holders(permission: str) -> frozenset[Role]:
    """The roles that have it."""
    return PERMISSIONS[permission]
