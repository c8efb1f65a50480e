"""Pages on which a person's data leave: all that this service holds, to read and as a file.

    app.register_blueprint(held_pages("grants", words=WORDS, programme_of=programme_of))

GET /grants/mine/held             an applicant's own, who just typed a code; ``.zip`` for a file
GET /grants/held/<registration>   anybody's of the programme, for an officer with a fresh factor

Only the person is given everything about themself; ``giving`` says how much anybody else is.
Each is on record as an export before it leaves. Another's, or another programme's, is answered as
one that never was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from flask import Blueprint, Response, g, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from shared.access.accesses import record_export
from shared.access.own import TOO_MANY
from shared.access.reader import Reader
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Missing
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.money import CURRENCIES, Money
from shared.privacy.exporting import Held, HeldRows, Words, archive, held
from shared.privacy.giving import EVERYTHING, Giving
from shared.service import INSTALLATION_WIDE
from shared.web.access import requires, signed_in
from shared.web.app import correlation_id
from shared.web.commands import service
from shared.web.language import say

WHAT: Final = "person_data"
CONTENT_TYPE: Final = "application/zip"
FILE_NAME: Final = "data-{service}.zip"

ProgrammeOf = Callable[[Connection, str], str | None]
"""(connection, registration id) → its programme; None for one that is not known here."""

Further = Callable[[Connection, Collection[str]], Collection[str]]
"""(connection, registration ids) → other owners of the same person's data: their account."""

More = Callable[[Connection, Collection[str], Reader], Sequence[HeldRows]]
"""(connection, registration ids, who asks) → rows that no table names the owner of."""

GivingOf = Callable[[Connection, Collection[str], Reader | None], Giving]
"""(connection, registration ids, who of the staff asks) → how much of it they are given; None is
the person themself, who asks at the address of their own."""


@dataclass(frozen=True, kw_only=True)
class _Source:
    """What a service says of itself once, for its four routes."""

    name: str
    words: Words
    programme_of: ProgrammeOf
    further: Further
    more: More
    giving: GivingOf

    def own(self) -> Held:
        """What is held about the reader, by their registrations."""
        own = signed_in().registrations - {TOO_MANY}
        return self._of(own, programme=INSTALLATION_WIDE, by_staff=None)

    def of(self, registration_id: str, *, programme: str) -> Held:
        """What is held about somebody, for one of the staff, even if it is of themself."""
        return self._of({registration_id}, programme=programme, by_staff=signed_in())

    def _of(
        self, registrations: Collection[str], *, programme: str, by_staff: Reader | None
    ) -> Held:
        """What is held, once that it leaves is on record."""
        for one in sorted(registrations):
            record_export(
                service(),
                signed_in(),
                what=WHAT,
                subject=f"registration/{one}",
                programme=programme,
                correlation=correlation_id(),
            )
        with service().database.reading() as connection:
            owners = {*registrations, *self.further(connection, registrations)}
            more = self.more(connection, registrations, signed_in())
            giving = self.giving(connection, registrations, by_staff)
        return held(service(), owners, words=self.words, more=more, giving=giving)


def held_pages(
    name: str,
    *,
    words: Words,
    programme_of: ProgrammeOf,
    further: Further = lambda _, __: (),
    more: More = lambda _, __, ___: (),
    giving: GivingOf = lambda _, __, ___: EVERYTHING,
) -> Blueprint:
    """The routes of a service."""
    source = _Source(
        name=name,
        words=words,
        programme_of=programme_of,
        further=further,
        more=more,
        giving=giving,
    )
    blueprint = Blueprint("held", __name__, url_prefix=f"/{name}")
    own, export = f"{name}.data.read_own", f"{name}.data.export"

    @blueprint.get("/mine/held")
    @requires(own, fresh=True)
    def mine() -> ResponseReturnValue:
        """All that is held about the reader, to read."""
        return _page(source.own(), file=url_for("held.mine_file"), applicant=True)

    @blueprint.get("/mine/held.zip")
    @requires(own, fresh=True)
    def mine_file() -> ResponseReturnValue:
        """The same as a file."""
        return _file(source.own())

    @blueprint.get("/held/<registration_id>")
    @requires(export, fresh=True)
    def theirs(registration_id: str) -> ResponseReturnValue:
        """All that is held about a person, to read."""
        programme = _reached(source, registration_id, export)
        data = source.of(registration_id, programme=programme)
        file = url_for("held.theirs_file", registration_id=registration_id)
        return _page(data, file=file, applicant=False)

    @blueprint.get("/held/<registration_id>.zip")
    @requires(export, fresh=True)
    def theirs_file(registration_id: str) -> ResponseReturnValue:
        """The same as a file."""
        programme = _reached(source, registration_id, export)
        return _file(source.of(registration_id, programme=programme))

    return blueprint


def _reached(source: _Source, registration_id: str, permission: str) -> str:
    """The programme of a registration that the reader may export. Raises Missing."""
    programme = None
    if is_identifier(registration_id):
        with service().database.reading() as connection:
            programme = source.programme_of(connection, registration_id)
    within = signed_in().programmes(permission)
    if programme is None or not within & {programme, EVERY_PROGRAMME}:
        raise Missing("no-such-record", N_("There is no such record, or it is not yours to see."))
    return programme


def _page(data: Held, *, file: str, applicant: bool) -> ResponseReturnValue:
    response = Response(
        render_template("held/page.html", file=file, applicant=applicant, **_told(data))
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _file(data: Held) -> Response:
    page = render_template("held/file.html", **_told(data))
    response = Response(archive(data, page), content_type=CONTENT_TYPE)
    name = FILE_NAME.format(service=data.service)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _told(data: Held) -> dict[str, Any]:
    """The data in words of the reader's language."""
    return {
        "held": data,
        "tables": [
            (say(one.words), [_pairs(data, row) for row in one.rows]) for one in data.tables
        ],
        "events": [(say(one.words), one.at, _pairs(data, one.fields)) for one in data.events],
    }


def _pairs(data: Held, fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(say(data.explained.get(name, name)), _shown(data, v)) for name, v in fields.items()]


def _shown(data: Held, value: Any) -> str:
    """A value as it is read. Codes stay as the system has them."""
    match value:
        case None:
            return "–"
        case bool():
            return say(N_("Yes")) if value else say(N_("No"))
        case datetime():
            return str(g.formats["moment"](value))
        case date():
            return str(g.formats["day"](value))
        case int() | Decimal() | str():
            return str(value)
        case {"minor": int(minor), "currency": str(currency)} if currency in CURRENCIES:
            return str(g.formats["money"](Money(minor, currency)))
        case dict():
            return "; ".join(f"{words}: {text}" for words, text in _pairs(data, value))
        case list() | tuple():
            return ", ".join(_shown(data, one) for one in value)
    return str(value)
