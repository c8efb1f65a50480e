"""The indicators as a reader may see them, for the API and the page alike.

found = indicators_for("RS-BA-2009")
"""

from __future__ import annotations

from services.grants.reports.indicators import Indicators, for_donor, indicators
from shared.access.roles import PERMISSIONS, Role
from shared.web.access import signed_in
from shared.web.commands import service

READ = "grants.reports.read"


def indicators_for(programme: str) -> Indicators:
    """The indicators; without small cells for whoever reads them as a donor only."""
    with service().database.reading() as connection:
        found = indicators(connection, programme)
    held = signed_in().roles_in(programme) & PERMISSIONS[READ]
    return found if held - {Role.donor} else for_donor(found)
