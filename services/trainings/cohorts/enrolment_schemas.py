"""What comes in and goes out over HTTP about places, waiting, leaving and outlooks."""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.trainings.cohorts.cohort_state import PLACES_MAX
from services.trainings.cohorts.handling import SESSIONS_AT_ONCE_MAX
from services.trainings.cohorts.kinds import LEVELS, TEXT_LENGTH_MAX
from services.trainings.cohorts.leaving import REASONS
from services.trainings.cohorts.planning import VENUE_LENGTH_MAX
from services.trainings.cohorts.schemas import (
    ID_LENGTH_MAX,
    SlotSchema,
    day_field,
    short,
    whole,
)
from services.trainings.people.fields import (
    PLACE_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
)
from shared.web.commands import ReceiptSchema
from shared.web.pagination import page_schema

ATTENDANCES: Final = (
    "no_sessions",
    "reached",
    "on_course",
    "unrecorded",
    "out_of_reach",
    "left",
)


class DetailsSchema(Schema):
    """Where a cohort is run and for how many, whole."""

    place = short(PLACE_LENGTH_MAX, required=True)
    venue = short(VENUE_LENGTH_MAX, load_default=None, allow_none=True)
    capacity = whole(1, PLACES_MAX, load_default=None, allow_none=True)
    level = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(sorted({one for levels in LEVELS.values() for one in levels})),
    )
    occupation = short(TEXT_LENGTH_MAX, load_default=None, allow_none=True)
    institution = short(TEXT_LENGTH_MAX, load_default=None, allow_none=True)


class EnrolSchema(Schema):
    """Whom to enrol, by the registration's reference or by its id."""

    reference = short(REFERENCE_LENGTH_MAX, load_default=None, allow_none=True)
    registration_id = short(ID_LENGTH_MAX, load_default=None, allow_none=True)


class EnrolReceiptSchema(ReceiptSchema):
    """The cohort's version, and whether they take part or wait for a place."""

    outcome = fields.String(required=True, validate=validate.OneOf(("enrolled", "waiting")))


class PromoteSchema(Schema):
    """How many of those who wait longest get a place."""

    count = whole(1, PLACES_MAX, load_default=1)


class ReasonOfLeavingSchema(Schema):
    """Why somebody takes part no more, as far as they told."""

    reason = fields.String(required=True, validate=validate.OneOf(REASONS))


class TransferSchema(Schema):
    """In which cohort of the same course version somebody goes on."""

    to_cohort_id = short(ID_LENGTH_MAX, required=True)


class SessionsSchema(SlotSchema):
    """Several sessions of one length, each on its day."""

    days = fields.List(
        day_field(), required=True, validate=validate.Length(min=1, max=SESSIONS_AT_ONCE_MAX)
    )
    minutes = whole(1, 24 * 60, required=True)


class SessionsReceiptSchema(ReceiptSchema):
    """The cohort's version, and the numbers of the sessions."""

    sessions = fields.List(fields.Integer(), required=True)


class WaitingForPlaceSchema(Schema):
    """Somebody who waits for a place, who waits longest first."""

    registration_id = fields.String(required=True)
    reference = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True)
    since = fields.Date(required=True)


class WaitingListSchema(Schema):
    """All who wait, and how many places are free."""

    items = fields.List(fields.Nested(WaitingForPlaceSchema), required=True)
    places = fields.Integer(required=True)


class OutlookSchema(Schema):
    """Whether somebody can still qualify, and what for; minutes and whole per cent.

    ``sessions_needed``: whichever of the sessions to come they are; null when all are too few.
    """

    registration_id = fields.String(required=True)
    reference = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True)
    attended_minutes = fields.Integer(required=True)
    carried_minutes = fields.Integer(required=True)
    to_come_minutes = fields.Integer(required=True)
    unrecorded_minutes = fields.Integer(required=True)
    total_minutes = fields.Integer(required=True)
    sessions_to_come = fields.Integer(required=True)
    sessions_needed = fields.Integer(required=True, allow_none=True)
    sessions_unrecorded = fields.Integer(required=True)
    best_hundredths = fields.Integer(required=True)
    attendance = fields.String(required=True, validate=validate.OneOf(ATTENDANCES))
    test = fields.String(
        required=True, validate=validate.OneOf(("not_needed", "missing", "too_low", "passed"))
    )
    can_qualify = fields.Boolean(required=True)
    at_risk = fields.Boolean(required=True)
    words = fields.List(fields.String(), required=True)


class LeaverSchema(OutlookSchema):
    """One participant. ``left_reason``: a code; null for who may not read it."""

    left_on = fields.Date(required=True, allow_none=True)
    left_reason = fields.String(required=True, allow_none=True)
    transferred_to = fields.String(required=True, allow_none=True)


class ModuleHoursSchema(Schema):
    """A module's minutes; ``planned`` is null where the version does not say."""

    number = fields.Integer(required=True)
    title = fields.String(required=True)
    planned = fields.Integer(required=True, allow_none=True)
    scheduled = fields.Integer(required=True)
    short = fields.Integer(required=True)


class HoursSchema(Schema):
    """Minutes that the course version asks for against those that are scheduled."""

    modules = fields.List(fields.Nested(ModuleHoursSchema), required=True)
    planned = fields.Integer(required=True, allow_none=True)
    scheduled = fields.Integer(required=True)
    unassigned = fields.Integer(required=True)
    short = fields.Integer(required=True)
    over = fields.Integer(required=True)


OutlookPageSchema = page_schema(OutlookSchema, name="OutlookPage")
