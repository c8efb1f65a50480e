"""JSON routes of reports and indicators; under ``/grants/api/v1``.

GET /reports/indicators   what a programme achieved; nobody is named
"""

from __future__ import annotations

from typing import Any

from services.grants.awards.schemas import money_out
from services.grants.ledger.choosing import named
from services.grants.reports.handling import READ, indicators_for
from services.grants.reports.indicators import STAGES, Group
from services.grants.reports.schemas import IndicatorsSchema, ReportArguments
from shared.web.access import requires
from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("reports_api", __name__, url_prefix="/grants/api/v1")


@blueprint.route("/reports/indicators", methods=["GET"])
@requires(READ)
@blueprint.arguments(ReportArguments, location="query")
@blueprint.response(200, IndicatorsSchema)
def show_indicators(arguments: dict[str, Any]) -> dict[str, Any]:
    """Show what a programme achieved, by sex and place; donors see no cell under five."""
    found = indicators_for(named(READ, arguments["programme"]))
    return {
        "programme": found.programme,
        "amounts": [
            {
                "currency": one.budget.currency,
                "budget": money_out(one.budget),
                "approved": money_out(one.approved),
                "disbursed": money_out(one.disbursed),
                "returned": money_out(one.returned),
            }
            for one in found.amounts
        ],
        "applications": found.applications,
        "approved": found.approved,
        "tranches_paid": found.tranches_paid,
        "visits": found.visits,
        "jobs": found.jobs,
        "persons": {stage.code: stage.persons for stage in found.stages},
        "alive": found.alive,
        "by_sex": [{"sex": group.key[0], "persons": _persons(group)} for group in found.by_sex],
        "by_place": [
            {"country": group.key[0], "municipality": group.key[1], "persons": _persons(group)}
            for group in found.by_place
        ],
        "suppressed": found.suppressed,
    }


def _persons(group: Group) -> dict[str, int | None]:
    return dict(zip(STAGES, group.persons, strict=True))
