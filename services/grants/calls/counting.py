"""How many applications a call has, by state.

applications_of(connection, call_id)  ->  {"under_review": 12, "withdrawn": 1}
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from services.grants.applications.views import APPLICATIONS


def applications_of(connection: Connection, call_id: str) -> dict[str, int]:
    """Applications of a call by their state; states without any are left out."""
    column = APPLICATIONS.c.state
    query = (
        select(column, func.count().label("applications"))
        .where(APPLICATIONS.c.call_id == call_id)
        .group_by(column)
        .order_by(column)
    )
    return {row.state: row.applications for row in connection.execute(query)}
