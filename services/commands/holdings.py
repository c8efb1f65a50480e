"""What is held of people where, on what basis and how long, from the declarations in the code.

    for row in holdings(definitions()):
        row.service, row.place, row.field    # trainings, table registrations, full_name

Sealed fields of events and columns of read models alike, for ``docs/data-protection.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.trainings.retention.rules import RULES
from shared.events.event import PREFIX
from shared.privacy.erasing import AGREEMENT, Kind, declared
from shared.service import Definition

STAFF_OWNERS = ("account_id",)
"""Who owns the keys of members of staff: their data are kept as long as their account is."""


class Holding(NamedTuple):
    """A field of an event, or a column. ``months`` after ``since``; None: no rule ends it."""

    service: str
    place: str
    field: str
    kind: Kind
    basis: str
    since: str
    months: int | None


def holdings(definitions: Iterable[Definition]) -> Iterator[Holding]:
    """Every field that is sealed and every column that shows one, by service and place."""
    for definition in sorted(definitions, key=lambda one: one.name):
        own = sorted(definition.types().own, key=lambda cls: cls.event_type)
        for cls in own:
            place = "event " + cls.event_type.removeprefix(PREFIX)
            staff = cls.seals_for in STAFF_OWNERS
            for field, data_class in cls.personal_fields.items():
                kind = Kind(data_class.name, data_class.group)
                yield _holding(definition.name, place, field, kind, staff=staff)
        for metadata in definition.view_metadata():
            for table in metadata.sorted_tables:
                staff = "registration_id" not in table.c and "account_id" in table.c
                for one in declared([table]):
                    place = f"table {one.table}"
                    yield _holding(definition.name, place, one.column, one.kind, staff=staff)


def _holding(service: str, place: str, field: str, kind: Kind, *, staff: bool) -> Holding:
    if staff:
        return Holding(service, place, field, kind, "The account", "account_closed", None)
    rule = RULES["agreement" if kind.group == AGREEMENT else kind.data_class]
    return Holding(service, place, field, kind, rule.basis, rule.since, rule.months)
