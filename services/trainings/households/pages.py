"""Pages of households, under ``/trainings/households``.

GET  /                   all of them
GET  /new?person=<id>    write one down with this person; POST does
GET  /<id>               who lives there, who lived there, and what happened
POST /<id>/join          somebody lives there from today; also /leave, /head, /address
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    identifier,
    new_key,
    page_request,
    reach,
    typed,
    validated,
)
from services.trainings.households import acting, handling, views
from services.trainings.households.acting import READ, WRITE, found
from services.trainings.households.household import (
    HOUSEHOLD,
    AddressNoted,
    HeadChosen,
    MemberJoined,
    MemberLeft,
)
from services.trainings.households.schemas import (
    HouseholdAddressSchema,
    HouseholdFormSchema,
    HouseholdHeadSchema,
    HouseholdJoinSchema,
    HouseholdLeaveSchema,
)
from services.trainings.households.wording import (
    EVENT_SENTENCES,
    JOIN_WORDS,
    LABELS,
    LEAVE_WORDS,
)
from services.trainings.people.acting import found as found_person
from services.trainings.people.showing import told as told_person
from services.trainings.people.views import staff_names
from services.trainings.people.wording import ERASED
from shared.access.reader import may
from shared.errors import Invalid
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

FIELDS_OF: Final = {"text-length": "address", "nobody-there": "address"}
HISTORY_MAX: Final = 50

blueprint = Blueprint("households", __name__, url_prefix="/trainings/households")


@blueprint.get("")
@requires(READ)
def list_households() -> ResponseReturnValue:
    """All of them, as far as one may see somebody of theirs."""
    page = page_request()
    after = page.after(str)
    last = identifier(after[0]) if after else None
    with service().database.reading() as connection:
        rows = views.households(connection, reach(READ), after=last, limit=page.limit + 1)
    answer = page.answer(rows, lambda row: (row.household_id,))
    return render_template(
        "trainings/households/list.html", rows=answer["items"], cursor=answer["next"] or ""
    )


@blueprint.get("/new")
@requires(WRITE)
def new() -> ResponseReturnValue:
    """Ask where somebody lives, to write a household down with them."""
    return _new_page(found_person(request.args.get("person", ""), WRITE))


@blueprint.post("/new")
@requires(WRITE)
def form() -> ResponseReturnValue:
    """Write a household down."""
    person = found_person(typed("registration_id"), WRITE)

    def run() -> Response:
        values = {
            "registration_id": person.registration_id,
            "address": typed("address"),
            "is_head": bool(typed("is_head")),
        }
        given = validated(HouseholdFormSchema(), values)
        return acting.form(perform_page, given, location=url_for(".list_households"))

    def again(errors: Errors) -> str:
        return _new_page(person, errors, address=typed("address"), is_head=typed("is_head"))

    return attempt(run, again, labels=LABELS, fields=FIELDS_OF)


@blueprint.get("/<household_id>")
@requires(READ)
def show(household_id: str) -> ResponseReturnValue:
    """Who lives in a household."""
    return _page(found(household_id, READ))


@blueprint.post("/<household_id>/join")
@requires(WRITE)
def join(household_id: str) -> ResponseReturnValue:
    """Somebody lives there from today."""
    row = found(household_id, WRITE)

    def act(work: Work, by: str, given: dict[str, Any]) -> None:
        handling.join(work, by=by, household_id=household_id, **given)

    def read() -> dict[str, Any]:
        person = acting.by_reference(typed("reference"), row)
        values = {"registration_id": person.registration_id, "because": typed("because")}
        return validated(HouseholdJoinSchema(), values)

    return _change(row, read, act, N_("Noted who lives there from today."))


@blueprint.post("/<household_id>/leave")
@requires(WRITE)
def leave(household_id: str) -> ResponseReturnValue:
    """Somebody lives there no more from today."""
    row = found(household_id, WRITE)

    def act(work: Work, by: str, given: dict[str, Any]) -> None:
        handling.leave(work, by=by, household_id=household_id, **given)

    def read() -> dict[str, Any]:
        if not typed("left_because"):
            raise Invalid("why-needed", N_("Say why they left."), field="left_because")
        values = {"registration_id": typed("registration_id"), "because": typed("left_because")}
        return validated(HouseholdLeaveSchema(), values)

    return _change(row, read, act, N_("Noted who lives there no more."))


@blueprint.post("/<household_id>/head")
@requires(WRITE)
def head(household_id: str) -> ResponseReturnValue:
    """Say who speaks for it."""
    row = found(household_id, WRITE)

    def act(work: Work, by: str, given: dict[str, Any]) -> None:
        handling.choose_head(work, by=by, household_id=household_id, **given)

    def read() -> dict[str, Any]:
        chosen = typed("head") or None
        loaded: dict[str, Any] = HouseholdHeadSchema().load({"registration_id": chosen})
        return loaded

    return _change(row, read, act, N_("Noted who speaks for the household."))


@blueprint.post("/<household_id>/address")
@requires(WRITE)
def address(household_id: str) -> ResponseReturnValue:
    """Note where they live."""
    row = found(household_id, WRITE)

    def act(work: Work, by: str, given: dict[str, Any]) -> None:
        handling.note_address(work, by=by, household_id=household_id, **given)

    return _change(
        row,
        lambda: validated(HouseholdAddressSchema(), {"address": typed("address")}),
        act,
        N_("The address is noted."),
    )


def _change(
    row: Row[Any],
    read: Callable[[], dict[str, Any]],
    act: Callable[[Work, str, dict[str, Any]], None],
    done: str,
) -> Response:
    """A form on one household, at the version that it was shown with."""

    def run() -> Response:
        given, version = read(), required_version()
        response = acting.change(
            perform_page,
            row,
            version,
            lambda work, by: act(work, by, given),
            location=url_for(".show", household_id=row.household_id),
        )
        flash(say(done), "info")
        return response

    def again(errors: Errors) -> str:
        names = ("reference", "because", "address", "left_because", "registration_id", "head")
        return _page(found(row.household_id, WRITE), errors, {name: typed(name) for name in names})

    return attempt(run, again, labels=LABELS, fields=FIELDS_OF)


def _new_page(person: Row[Any], errors: Errors = (), **shown: str) -> str:
    return render_template(
        "trainings/households/new.html",
        person=told_person(person),
        typed={"address": "", "is_head": ""} | shown,
        errors=errors,
        wrong=dict(errors),
        labels=_labels(),
        key=new_key(),
    )


def _page(row: Row[Any], errors: Errors = (), shown: Mapping[str, str] | None = None) -> str:
    seen = acting.members(row)
    with service().database.reading() as connection:
        whole = service().store.history(connection, HOUSEHOLD.stream(row.household_id))
        staff = staff_names(connection)
    names = {one.registration_id: one.full_name or say(ERASED) for one in seen}
    # An address is noted with each member at once: that is told once.
    history = [
        one
        for one, before in zip(whole, [None, *whole], strict=False)
        if not (isinstance(one.event, AddressNoted) and before and before.at == one.at)
    ]
    home = acting.address_of(seen)
    return render_template(
        "trainings/households/show.html",
        household=row,
        living=[_member(one) for one in seen if one.left_on is None],
        lived=[_member(one) for one in seen if one.left_on is not None],
        others=acting.others(row, seen),
        head=names.get(row.head_id or "", ""),
        address=home or "",
        history=[_entry(one, names, staff) for one in history[: -HISTORY_MAX - 1 : -1]],
        may_write=may(signed_in(), WRITE, row.programme),
        joins=[(code, say(words)) for code, words in JOIN_WORDS.items() if code != "formed"],
        leaves=[(code, say(words)) for code, words in LEAVE_WORDS.items()],
        typed=_blank(home) | dict(shown or {}),
        errors=errors,
        wrong=dict(errors),
        labels=_labels(),
        key=new_key(),
    )


def _blank(home: str | None) -> dict[str, str]:
    names = ("reference", "because", "left_because", "registration_id", "head")
    return dict.fromkeys(names, "") | {"address": home or ""}


def _member(row: Row[Any]) -> dict[str, Any]:
    return {
        **told_person(row),
        "joined_on": row.joined_on,
        "left_on": row.left_on,
        "joined_because": _word(JOIN_WORDS, row.joined_because),
        "left_because": _word(LEAVE_WORDS, row.left_because),
    }


def _entry(
    recorded: Recorded, names: Mapping[str, str], staff: Mapping[str, str]
) -> dict[str, Any]:
    event = recorded.event
    kind = type(event).__name__
    facts = {"name": "", "because": ""}
    match event:
        case MemberJoined() | MemberLeft():
            words = JOIN_WORDS if isinstance(event, MemberJoined) else LEAVE_WORDS
            facts["because"] = _word(words, service().text(event.because))
            facts["name"] = _name(names, event.registration_id)
        case HeadChosen(registration_id=None):
            kind = "NoHead"
        case HeadChosen() | AddressNoted():
            facts["name"] = _name(names, event.registration_id)
    return {
        "what": say(EVENT_SENTENCES[kind], facts),
        "who": staff.get(recorded.actor, recorded.actor),
        "at": recorded.at,
    }


def _name(names: Mapping[str, str], registration_id: str | None) -> str:
    return names.get(registration_id or "", say(N_("Somebody")))


def _word(words: Mapping[str, str], code: str | None) -> str:
    return say(words[code]) if code is not None and code in words else say(N_("(erased)"))


def _labels() -> dict[str, str]:
    return {field: say(words) for field, words in LABELS.items()}
