"""Settling an alarm, the same in every service that watches: a person gives the reason.

settling(alarm_id, reason=…, version=…, location="/audit/alarms/0192…", page=True)

A log is that of every programme: who has the right in one of them alone may not settle.
"""

from __future__ import annotations

from flask import Response
from marshmallow import Schema, fields, validate

from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Missing
from shared.events.work import Work
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.log.watching.alarms import REASON_LENGTH_MAX, alarms_of, settle
from shared.service import INSTALLATION_WIDE
from shared.web.access import ensure
from shared.web.commands import Answer, actor, perform, perform_page, receipt, service


class SettleSchema(Schema):
    """Why it needs no more looking after."""

    reason = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, max=REASON_LENGTH_MAX),
            validate.Regexp(r"[\s\S]*\S[\s\S]*"),
        ],
    )


def settling(alarm_id: str, *, reason: str, version: int, location: str, page: bool) -> Response:
    """Settle an alarm of this service's log, as it was seen.

    Raises Forbidden, Missing, Stale, Refused.
    """
    ensure(f"{service().name}.alarms.settle", EVERY_PROGRAMME)
    if not is_identifier(alarm_id):
        raise no_alarm()
    name, by = service().name, actor()
    decider = alarms_of(name).decider

    def settle_alarm(work: Work) -> Answer:
        if work.version(decider, alarm_id) == 0:
            raise no_alarm()
        work.expect(decider, alarm_id, version)
        settle(work, name, alarm_id, reason=reason.strip(), by=by)
        return receipt(work, decider, alarm_id, location=location if page else None)

    return (perform_page if page else perform)(INSTALLATION_WIDE, settle_alarm)


def no_alarm() -> Missing:
    """There is none of this id in the log of this service."""
    return Missing("no-alarm", N_("There is no such alarm."))
