"""What comes in and goes out over HTTP about visits."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, Final, get_args

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.grants.awards.reasons import REASON_CHARACTERS_MAX
from services.grants.visits.visit import JOBS_MAX, VERSIONS_MAX
from services.grants.visits.visit_events import (
    EquipmentSeen,
    Findings,
    IncomeBand,
    Outcome,
)
from services.grants.visits.wording import STATUSES
from shared.language.marking import N_
from shared.web.pagination import PageArguments, page_schema

EQUIPMENT_MAX: Final = 50
SERIAL_LENGTH_MAX: Final = 60
NOTE_LENGTH_MAX: Final = 2000
ACCOUNT_LENGTH_MAX: Final = 80
MONTH_MAX: Final = 120
FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2200, 12, 31)

_WITHOUT_NUL = validate.Regexp(re.compile(r"[^\x00]*\Z"))
_DAYS = validate.Range(min=FIRST_DAY, max=LAST_DAY)
_MOMENTS = validate.Range(
    min=datetime(1990, 1, 1, tzinfo=UTC), max=datetime(2200, 12, 31, tzinfo=UTC)
)


def _text(length_max: int, *, length_min: int = 0) -> list[Any]:
    return [validate.Length(min=length_min, max=length_max), _WITHOUT_NUL]


class EquipmentSchema(Schema):
    """One piece of what was bought with the grant, by its serial number."""

    serial_no = fields.String(required=True, validate=_text(SERIAL_LENGTH_MAX, length_min=1))
    present = fields.Boolean(required=True)

    @post_load
    def seen(self, data: dict[str, Any], **_: Any) -> EquipmentSeen:
        """As the event has it."""
        return EquipmentSeen(**data)


class FindingsSchema(Schema):
    """What was found; null is not known, for instance when the visit was refused."""

    outcome = fields.String(required=True, validate=validate.OneOf(get_args(Outcome)))
    trading_since = fields.Date(load_default=None, allow_none=True, validate=_DAYS)
    registered = fields.Boolean(load_default=None, allow_none=True)
    equipment_present = fields.Boolean(load_default=None, allow_none=True)
    equipment = fields.List(
        fields.Nested(EquipmentSchema),
        load_default=list,
        validate=validate.Length(max=EQUIPMENT_MAX),
    )
    jobs = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(min=0, max=JOBS_MAX),
        metadata={"description": "People who work there, the owner included."},
    )
    income_band = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(get_args(IncomeBand))
    )

    @validates_schema
    def each_once(self, data: dict[str, Any], **_: Any) -> None:
        """A serial number stands once."""
        serials = [one.serial_no for one in data.get("equipment") or ()]
        if len(set(serials)) != len(serials):
            raise ValidationError(N_("A serial number stands here twice."), "equipment")

    @post_load
    def findings(self, data: dict[str, Any], **_: Any) -> Findings:
        """As the event has it."""
        return Findings(**data | {"equipment": tuple(data["equipment"])})


class PlanVisitSchema(Schema):
    """A visit of an award, so many months after the handover."""

    award_id = fields.String(required=True, validate=_text(36, length_min=1))
    month = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=MONTH_MAX)
    )
    visitor = fields.String(
        load_default=None,
        allow_none=True,
        validate=_text(ACCOUNT_LENGTH_MAX, length_min=1),
        metadata={"description": "The account that is to make it; null for whoever is there."},
    )
    unannounced = fields.Boolean(load_default=False)


class RecordVisitSchema(Schema):
    """What a device sends, now or once it is online again."""

    device_visit_id = fields.String(
        required=True,
        validate=_text(ACCOUNT_LENGTH_MAX, length_min=1),
        metadata={"description": "The device's own id of the visit."},
    )
    occurred_at = fields.AwareDateTime(required=True, validate=_MOMENTS)
    recorded_at = fields.AwareDateTime(required=True, validate=_MOMENTS)
    findings = fields.Nested(FindingsSchema, required=True)
    note = fields.String(load_default=None, allow_none=True, validate=_text(NOTE_LENGTH_MAX))


class CorrectVisitSchema(Schema):
    """Findings as they should have been recorded."""

    findings = fields.Nested(FindingsSchema, required=True)
    reason = fields.String(required=True, validate=_text(REASON_CHARACTERS_MAX, length_min=1))


class ResolveVisitSchema(Schema):
    """Which of the versions holds; they count from 1 in the order in which they arrived."""

    version_no = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=VERSIONS_MAX)
    )
    reason = fields.String(required=True, validate=_text(REASON_CHARACTERS_MAX, length_min=1))


class VisitArguments(PageArguments):
    """Which visits."""

    status = fields.String(load_default="", validate=validate.OneOf(("", *STATUSES)))
    award_id = fields.String(load_default="", validate=validate.Length(max=36))
    month = fields.Integer(
        load_default=None, validate=validate.Range(min=1, max=MONTH_MAX), allow_none=True
    )
    outcome = fields.String(load_default="", validate=validate.OneOf(("", *get_args(Outcome))))
    place = fields.String(load_default="", validate=validate.Length(max=120))
    visitor = fields.String(
        load_default="",
        validate=validate.Length(max=ACCOUNT_LENGTH_MAX),
        metadata={"description": "The account that makes or made it."},
    )
    due_by = fields.Date(load_default=None, metadata={"description": "Due on this day or before."})


class VisitSchema(Schema):
    """A visit, without the name of the person visited."""

    visit_id = fields.String(required=True)
    programme = fields.String(required=True)
    award_id = fields.String(required=True)
    application_no = fields.String(required=True)
    month = fields.Integer(required=True)
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    due_on = fields.Date(required=True, allow_none=True)
    unannounced = fields.Boolean(required=True)
    visitor = fields.String(required=True, allow_none=True)
    country = fields.String(required=True, allow_none=True)
    municipality = fields.String(required=True, allow_none=True)
    occurred_on = fields.Date(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    visited_by = fields.String(required=True, allow_none=True)
    accepted_by = fields.String(required=True, allow_none=True)
    imported = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class FoundSchema(Schema):
    """One version of what was found."""

    version_no = fields.Integer(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    visited_by = fields.String(required=True, allow_none=True)
    findings = fields.Nested(FindingsSchema, required=True)
    note = fields.String(required=True, allow_none=True)


class WholeVisitSchema(VisitSchema):
    """A visit with whom to look for and every version of what was found."""

    full_name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    versions = fields.List(fields.Nested(FoundSchema), required=True)
    holds = fields.Nested(
        FindingsSchema,
        required=True,
        allow_none=True,
        metadata={"description": "What holds now; null before the visit and in conflict."},
    )


VisitPageSchema = page_schema(VisitSchema, name="VisitPage")
