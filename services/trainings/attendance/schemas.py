"""What comes in and goes out over HTTP about trainers' entries."""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.trainings.cohorts.noting import ENTRY_ID_LENGTH_MAX, MAXIMUM_MAX
from services.trainings.cohorts.recording import REASONS
from services.trainings.cohorts.schemas import ID_LENGTH_MAX, short, whole
from services.trainings.people.fields import REASON_LENGTH_MAX, REFERENCE_LENGTH_MAX
from shared.web.commands import ReceiptSchema

ENTRIES_MAX: Final = 200
PLACE_LENGTH_MAX: Final = 4
VALUE_MAX: Final = 24 * 60
OUTCOMES: Final = ("recorded", "known", "same", "contested", "refused")


def _place() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Regexp(r"[1-9][0-9]{0,2}\Z|pre\Z|post\Z"),
        metadata={"description": "A session's number, or the test `pre` or `post`."},
    )


def _seen() -> fields.String:
    return short(
        ENTRY_ID_LENGTH_MAX,
        load_default=None,
        allow_none=True,
        metadata={"description": "The entry that stood there when this was made; null: none."},
    )


class NewEntrySchema(Schema):
    """An entry: minutes in a session, or a test in per cent or in points of a maximum."""

    entry_id = short(
        ENTRY_ID_LENGTH_MAX,
        required=True,
        metadata={"description": "Made by you; the same one is recorded once."},
    )
    registration_id = short(ID_LENGTH_MAX, required=True)
    place = _place()
    value = whole(0, VALUE_MAX, required=True)
    maximum = whole(1, MAXIMUM_MAX, load_default=None, allow_none=True)
    excused_as = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(REASONS))
    excused = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=REASON_LENGTH_MAX)
    )
    seen = _seen()
    noted_at = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "When it was made, by the clock of the device."},
    )


class NewEntriesSchema(Schema):
    """A batch, recorded in its order. ``account``: who made it, if you want that checked."""

    account = short(REFERENCE_LENGTH_MAX, load_default=None, allow_none=True)
    entries = fields.List(
        fields.Nested(NewEntrySchema),
        required=True,
        validate=validate.Length(min=1, max=ENTRIES_MAX),
    )


class EntryOutcomeSchema(Schema):
    """What became of an entry; ``problem`` (RFC 9457) says why it was refused, and where it is."""

    entry_id = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    standing = fields.String(required=True, allow_none=True)
    problem = fields.Dict(keys=fields.String(), values=fields.Raw(), allow_none=True)


class EntryOutcomesSchema(ReceiptSchema):
    """What became of a batch. ``version_before``: the cohort's, before it was recorded."""

    version_before = fields.Integer(required=True)
    outcomes = fields.List(fields.Nested(EntryOutcomeSchema), required=True)


class CellSchema(Schema):
    """An entry that stands, or contests one that does."""

    registration_id = fields.String(required=True)
    place = fields.String(required=True)
    entry_id = fields.String(required=True)
    value = fields.Integer(required=True)
    maximum = fields.Integer(required=True, allow_none=True)
    is_excused = fields.Boolean(required=True)
    by = fields.String(required=True)
    by_name = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    noted_at = fields.AwareDateTime(required=True, allow_none=True)


class EntriesSchema(Schema):
    """All entries of a cohort, without names. ``account``: the one who asks."""

    account = fields.String(required=True)
    version = fields.Integer(required=True)
    entries = fields.List(fields.Nested(CellSchema), required=True)
    contests = fields.List(fields.Nested(CellSchema), required=True)


class SettleSchema(Schema):
    """Take the contesting entry, or leave what stands (``seen``)."""

    take = fields.Boolean(required=True)
    seen = _seen()
