"""What comes in and goes out over HTTP about the officer's view of people.

PeopleChosenArguments().load({"municipality": "Topola", "sex": "F", "sort": "born"})
"""

from __future__ import annotations

from typing import get_args

from marshmallow import Schema, fields, validate

from services.trainings.dashboards.counting import AGE_BANDS
from services.trainings.officer.views import SORTS, WITHOUT
from services.trainings.people.fields import PLACE_LENGTH_MAX
from services.trainings.people.registration_events import Sex
from services.trainings.people.schemas import STATES, PersonSchema
from shared.web.pagination import PageArguments, page_schema

AGES = tuple(str(first) for first, _ in AGE_BANDS)


class PeopleChosenArguments(PageArguments):
    """What people have in common; left out means any."""

    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))
    municipality = fields.String(load_default="", validate=validate.Length(max=PLACE_LENGTH_MAX))
    sex = fields.String(load_default="", validate=validate.OneOf(("", *get_args(Sex))))
    age = fields.String(
        load_default="",
        validate=validate.OneOf(("", *AGES)),
        metadata={"description": "The first year of an age band."},
    )
    cohort = fields.String(
        load_default="", validate=validate.Length(max=36), metadata={"description": "Its id."}
    )
    without = fields.String(load_default="", validate=validate.OneOf(("", *WITHOUT)))
    sort = fields.String(load_default="name", validate=validate.OneOf(tuple(SORTS)))


PeopleChosenPageSchema = page_schema(PersonSchema, name="PeopleChosenPage")
"""As a list of people, but nobody is looked for by a name that could be spelled otherwise."""


class WaitingSchema(Schema):
    """How much of each kind waits for the one who asks."""

    to_confirm = fields.Integer(required=True)
    of_own = fields.Integer(
        required=True, metadata={"description": "How many that one wrote wait for somebody else."}
    )
    likely_duplicates = fields.Integer(required=True)
    unfinished = fields.Integer(required=True)
    without_papers = fields.Integer(required=True)
    to_ask_again = fields.Integer(
        required=True, metadata={"description": "Of those, whose day to be asked again has come."}
    )
