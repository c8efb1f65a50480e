"""Pages of reports and indicators; under ``/grants``.

GET /grants/reports   what the programme achieved: people, money, businesses
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from services.grants.ledger.choosing import choose
from services.grants.reports.handling import READ, indicators_for
from services.grants.reports.indicators import CELL_MIN
from shared.access.reader import may
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import service
from shared.web.language import say

STAGE_WORDS: Final = {
    "certified": N_("Certified"),
    "granted": N_("Received a grant"),
    "paid": N_("Were paid"),
    "visited": N_("Were visited"),
    "working": N_("Business works"),
}
SEX_WORDS: Final = {"f": N_("Women"), "m": N_("Men")}

blueprint = Blueprint("reports", __name__, url_prefix="/grants")


@blueprint.get("/reports")
@requires(READ)
def show_report() -> ResponseReturnValue:
    """What was achieved, each figure with what it is made of for those who may look there."""
    chosen = choose(READ, request.args.get("programme", "")[:40].strip())
    found = indicators_for(chosen.code) if chosen.code else None
    reader, where = signed_in(), chosen.code or None
    return render_template(
        "grants/reports/report.html",
        found=found,
        programme=chosen.code,
        programmes=chosen.codes,
        values={"programme": chosen.code} if len(chosen.codes) > 1 else {},
        stage_words={code: say(words) for code, words in STAGE_WORDS.items()},
        sex_words={code: say(words) for code, words in SEX_WORDS.items()},
        cell_min=CELL_MIN,
        reads_applications=may(reader, "grants.applications.read", where),
        reads_ledger=may(reader, "grants.ledger.read", where),
        reads_visits=may(reader, "grants.visits.read", where),
        keyed=lambda names, key: dict(zip(names, key, strict=True)),
        ratio=_ratio,
        as_of=service().clock.now(),
    )


def _ratio(part: int, whole: int) -> Decimal:
    """part of whole, 0 of nothing, never more than 1."""
    return min(Decimal(part) / Decimal(whole), Decimal(1)) if whole > 0 else Decimal(0)
