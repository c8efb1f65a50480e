"""The page on which anybody checks a certificate: no sign-in, no name, big print, paper too.

GET  /trainings/check              number and code to type, or all that is printed in one field
GET  /trainings/check/<number>     the same from the QR code, whose code is behind the ``#``
POST /trainings/check              what the document says and how it stands with it

What is answered is kept by nobody (``no-store``), and no address of it has the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from services.trainings.lengths import length_of
from services.trainings.verification.acting import Checked, NameChecked, checked
from services.trainings.verification.asking import Asked, asked
from services.trainings.verification.wording import NAMES, STATES
from shared.access.roles import PUBLIC
from shared.errors import Missing, TooMany
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.language import say

KEPT_LENGTH_MAX: Final = 80

blueprint = Blueprint("verification", __name__, url_prefix="/trainings/check")


@blueprint.get("")
@requires(PUBLIC)
def ask() -> ResponseReturnValue:
    """Ask for number and code."""
    return _form()


@blueprint.get("/<number>")
@requires(PUBLIC)
def ask_scanned(number: str) -> ResponseReturnValue:
    """Ask for the code of this number; a browser with scripts takes it from its own address."""
    return _form(number=asked(number, "").number)


@blueprint.post("")
@requires(PUBLIC)
def check() -> ResponseReturnValue:
    """Say what the document says and how it stands with it, or that there is none."""
    typed = {name: request.form.get(name, "") for name in ("number", "code", "text", "name")}
    wanted = asked(typed["number"], typed["code"], typed["text"])
    errors = _missing(wanted)
    if errors:
        return _form(**_kept(typed, wanted), errors=errors, status=422)
    try:
        found, name = checked(wanted, typed["name"])
    except Missing as refused:
        errors = {"code": say(refused.sentence, refused.facts)}
        return _form(**_kept(typed, wanted), errors=errors, status=refused.status)
    except TooMany as refused:
        errors = {"number": say(refused.sentence, refused.facts)}
        page = make_response(_form(**_kept(typed, wanted), errors=errors, status=refused.status))
        page.headers["Retry-After"] = str(refused.facts["retry_after_seconds"])
        return page
    return _result(wanted, found, name, typed["name"])


def _missing(wanted: Asked) -> dict[str, str]:
    errors = {}
    if not wanted.number:
        errors["number"] = say(N_("Type the number as it is printed. For example RS-2026-000123."))
    if not wanted.code:
        errors["code"] = say(N_("Type the code as it is printed. For example a1b2-c3d4-e5f6."))
    return errors


def _kept(typed: Mapping[str, str], wanted: Asked) -> dict[str, str]:
    """What was typed, as far as it was understood."""
    return {
        "number": wanted.number or typed["number"][:KEPT_LENGTH_MAX],
        "code": wanted.code or typed["code"][:KEPT_LENGTH_MAX],
        "name": typed["name"][:KEPT_LENGTH_MAX],
    }


def _form(
    *,
    number: str = "",
    code: str = "",
    name: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "trainings/verification/ask.html",
        number=number,
        code=code,
        name=name,
        errors=errors or {},
    )
    return page, status


def _result(
    wanted: Asked, found: Checked, name: NameChecked, typed_name: str
) -> ResponseReturnValue:
    words = STATES[found.state]
    since = found.revoked_on if found.state == "revoked" else found.replaced_on
    return render_template(
        "trainings/verification/result.html",
        found=found,
        title=say(words.title),
        tag={"text": say(words.tag), "colour": words.colour, "shape": words.shape},
        means=say(words.means, {"day": g.formats["day"](since) if since else ""}),
        hours=length_of(found.minutes),
        asked=wanted,
        name=_name(name),
        typed_name=typed_name.strip()[:KEPT_LENGTH_MAX],
        refused=say(name.refused.sentence, name.refused.facts) if name.refused else "",
    )


def _name(name: NameChecked) -> dict[str, Any] | None:
    if name.answer is None:
        return None
    tag, colour, shape, means = NAMES[name.answer]
    return {"text": say(tag), "colour": colour, "shape": shape, "means": say(means)}
