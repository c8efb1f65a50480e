"""JSON routes of the figures of trainings; under ``/trainings/api/v1``.

GET /figures   how many came, stayed and were certified; nobody is named
"""

from __future__ import annotations

from typing import Any

from services.trainings.asking import not_found
from services.trainings.dashboards.acting import READ, choose
from services.trainings.dashboards.counting import STAGES
from services.trainings.dashboards.schemas import FiguresArguments, FiguresSchema
from shared.web.access import requires
from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("figures_api", __name__, url_prefix="/trainings/api/v1")


@blueprint.route("/figures", methods=["GET"])
@requires(READ)
@blueprint.arguments(FiguresArguments, location="query")
@blueprint.response(200, FiguresSchema)
def show_figures(arguments: dict[str, Any]) -> dict[str, Any]:
    """Show how many came, stayed and were certified; donors see no cell under five."""
    year = arguments["year"]
    asked = choose(arguments["programme"], arguments["kind"], "" if year is None else str(year))
    found = asked.found
    if found is None:
        raise not_found()
    return {
        "programme": asked.choice.programme,
        "kind": asked.choice.kind,
        "year": asked.choice.year,
        "persons": _persons(found.persons),
        "by_place": [
            {"country": one.key[0], "municipality": one.key[1], "persons": _persons(one.persons)}
            for one in found.by_place
        ],
        "by_sex": [{"sex": one.key[0], "persons": _persons(one.persons)} for one in found.by_sex],
        "by_age": [
            {"age_from": _number(one.key[0]), "persons": _persons(one.persons)}
            for one in found.by_age
        ],
        "by_year": [
            {"year": _number(one.key[0]), "persons": _persons(one.persons)} for one in found.by_year
        ],
        "by_kind": [
            {"kind": one.key[0], "persons": _persons(one.persons)} for one in found.by_kind
        ],
        "suppressed": found.suppressed,
    }


def _persons(stages: tuple[int | None, ...]) -> dict[str, int | None]:
    return dict(zip(STAGES, stages, strict=True))


def _number(key: str) -> int | None:
    return int(key) if key else None
