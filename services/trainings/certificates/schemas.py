"""What comes in and goes out over HTTP about certificates."""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.trainings.certificates.correcting import MINUTES_MAX
from services.trainings.certificates.languages import LANGUAGES
from services.trainings.cohorts.cohort import SESSION_MAX
from services.trainings.cohorts.recording import PARTICIPANTS_MAX
from services.trainings.cohorts.schemas import DAY_MAX, DAY_MIN, ID_LENGTH_MAX, short, whole
from services.trainings.courses.course import TITLE_LENGTH_MAX
from services.trainings.people.fields import (
    NAME_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
)
from shared.web.commands import ReceiptSchema
from shared.web.pagination import PageArguments, page_schema

DOCUMENT_STATES: Final = ("kept", "waiting", "from_before", "unmakeable", "erased", "never")
STATES: Final = ("valid", "proposed", "revoked")
NUMBER_LENGTH_MAX: Final = 20
NUMBER_PART: Final = r"[A-Za-z0-9-]{1,20}"


def _language() -> fields.String:
    return fields.String(
        load_default="",
        validate=validate.OneOf(("", *LANGUAGES)),
        metadata={"description": "Of the document; left out: that of the country, or as before."},
    )


class CertificateArguments(PageArguments):
    """Which certificates."""

    number = fields.String(
        load_default="",
        validate=validate.Regexp(rf"(|{NUMBER_PART})\Z"),
        metadata={"description": "A number or a part of one."},
    )
    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))
    cohort_id = fields.String(load_default="", validate=validate.Length(max=ID_LENGTH_MAX))
    programme = fields.String(load_default="", validate=validate.Length(max=40))


class CertificateSchema(Schema):
    """A certificate. Session dates, day of issue and time of recording are three facts."""

    certificate_id = fields.String(required=True)
    programme = fields.String(required=True)
    number = fields.String(required=True)
    registration_id = fields.String(required=True)
    cohort_id = fields.String(required=True)
    full_name = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null for who may not read names, and after erasure."},
    )
    course_title = fields.String(required=True)
    course_version = fields.Integer(required=True)
    kind = fields.String(required=True)
    minutes = fields.Integer(required=True)
    session_dates = fields.List(fields.Date(), required=True)
    issued_on = fields.Date(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    country = fields.String(required=True)
    place = fields.String(required=True)
    trainer = fields.String(required=True)
    issuer = fields.String(required=True)
    code = fields.String(
        required=True, allow_none=True, metadata={"description": "Null for who may not read it."}
    )
    certificate_version = fields.Integer(required=True)
    duplicates = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    proposed_by = fields.String(required=True, allow_none=True)
    revoked_on = fields.Date(required=True, allow_none=True)
    imported = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class IssueSchema(Schema):
    """Whom to certify; all of them or nobody."""

    registrations = fields.List(
        short(ID_LENGTH_MAX), required=True, validate=validate.Length(min=1, max=PARTICIPANTS_MAX)
    )
    issuer = short(NAME_LENGTH_MAX, required=True)
    language = _language()


class GivenSchema(Schema):
    """A certificate that a participant has now."""

    certificate_id = fields.String(required=True)
    registration_id = fields.String(required=True)
    number = fields.String(required=True)


class IssueReceiptSchema(ReceiptSchema):
    """The cohort, its version, and the certificates of those who were named."""

    certificates = fields.List(fields.Nested(GivenSchema), required=True)


class RevocationSchema(Schema):
    """Why it must not stand."""

    reason = short(REASON_LENGTH_MAX, required=True)


class CorrectionSchema(Schema):
    """What the next version says; what is left out stays as it is.

    A name is the one that stands in it, or the one in the person's record once a second person
    confirmed it. Hours are at most those that the cohort recorded, days are of its sessions and not
    after the day of issue.
    """

    reason = short(REASON_LENGTH_MAX, required=True)
    full_name = short(NAME_LENGTH_MAX)
    course_title = short(TITLE_LENGTH_MAX)
    minutes = whole(1, MINUTES_MAX)
    session_dates = fields.List(
        fields.Date(validate=validate.Range(min=DAY_MIN, max=DAY_MAX)),
        validate=validate.Length(min=1, max=SESSION_MAX),
    )
    place = short(PLACE_LENGTH_MAX)
    trainer = short(NAME_LENGTH_MAX)
    language = _language()


class DocumentSchema(Schema):
    """A document of a certificate: a version (duplicate 0) or a duplicate of one."""

    certificate_version = fields.Integer(required=True)
    duplicate = fields.Integer(required=True)
    issued_on = fields.Date(required=True)
    language = fields.String(required=True)
    current = fields.Boolean(
        required=True, metadata={"description": "No later version took its place."}
    )
    state = fields.String(required=True, validate=validate.OneOf(DOCUMENT_STATES))
    sha256 = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Of the sealed bytes; null until it is made."},
    )
    size = fields.Integer(required=True, allow_none=True)
    renderer = fields.String(required=True, allow_none=True)
    template = fields.String(required=True, allow_none=True)


class DocumentsSchema(Schema):
    """Every document of a certificate, the newest first."""

    items = fields.List(fields.Nested(DocumentSchema), required=True)


CertificatePageSchema = page_schema(CertificateSchema, name="CertificatePage")
