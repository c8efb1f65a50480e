"""Everything that can be given to a person is explained in words."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from services.accounts import app as accounts
from services.audit import app as audit
from services.event_words import SENTENCES, name_of
from services.grants import app as grants
from services.held_words import FIELDS, TABLES
from services.notifications import app as notifications
from services.trainings import app as trainings
from shared.events.event import Sealed
from shared.money import Money
from shared.privacy.erasing import owned
from shared.privacy.exporting import MADE_FOR_SEARCH
from shared.service import Definition

DEFINITIONS = [one.definition() for one in (accounts, audit, grants, notifications, trainings)]
ABOUT_PEOPLE = {
    *("registration_id", "owner_id", "other_registration_id", "recipient_id"),
    *("application_id", "application_ids", "award_id", "payment_id", "visit_id"),
    *("certificate_id", "outcome_id"),
}
"""Fields by which an event names a person, or a record of theirs."""


def names(kind: Any) -> Iterator[str]:
    """The fields of a struct and of the structs in it."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in (Sealed, Money):
        for one in msgspec.structs.fields(kind):
            yield one.name
            yield from names(one.type)
    for one in typing.get_args(kind):
        yield from names(one)


def events(definition: Definition) -> Iterator[Any]:
    """The events that are of a person or name one."""
    for cls in definition.types().own:
        if cls.seals_for in ABOUT_PEOPLE or set(names(cls)) & ABOUT_PEOPLE:
            yield cls


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.name)
def test_every_field_has_words(definition: Definition) -> None:
    unsaid = {
        f"{cls.event_type}: {name}"
        for cls in events(definition)
        for name in names(cls)
        if name not in FIELDS and not name.endswith("_by") and not left_out(name)
    }
    assert not unsaid


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.name)
def test_every_event_has_a_sentence(definition: Definition) -> None:
    assert not {
        name for cls in events(definition) if (name := name_of(cls.event_type)) not in SENTENCES
    }


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.name)
def test_every_list_and_column_has_words(definition: Definition) -> None:
    tables = [table for one in definition.projections for table in one.tables]
    unsaid = set()
    for table in tables:
        try:
            owned(table, ["nobody"], tables)
        except (TypeError, KeyError):
            continue
        if not {"registration_id", "owner_id"} & set(table.columns.keys()):
            continue
        if table.name not in TABLES:
            unsaid.add(str(table.name))
        unsaid |= {
            f"{table.name}: {one.name}"
            for one in table.columns
            if one.name not in FIELDS
            and not one.name.endswith((*MADE_FOR_SEARCH, "_by"))
            and not left_out(one.name)
        }
    assert not unsaid


def left_out(name: str) -> bool:
    """Whether it is of staff or of somebody else, and given to nobody."""
    return name in {
        *("visitor", "trainers", "member_id", "member_ids", "recused_ids", "chair_id", "officer"),
        *("other_registration_id", "from_person_id"),
    }
