"""Alarms as rows: one table a watching service, made from its own log or from another's.

table = alarm_table("alarms", MetaData())
Projection("alarms", 1, (table,), projecting(table, Raised, Settled), (Raised, Settled))
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Index, MetaData, String, Table, Text

from shared.events.columns import MOMENT
from shared.events.projection import Project, Projecting, Recorded
from shared.events.tables import BIG


def alarm_table(name: str, metadata: MetaData) -> Table:
    """One row an alarm."""
    return Table(
        name,
        metadata,
        Column("alarm_id", String(36), primary_key=True),
        Column("source", String(120), nullable=False),
        Column("kind", String(20), nullable=False),
        Column("position", BIG),
        Column("size", BIG),
        Column("expected", Text, nullable=False),
        Column("found", Text, nullable=False),
        Column("note_expected", Text, nullable=False),
        Column("note_found", Text, nullable=False),
        Column("raised_at", MOMENT, nullable=False),
        Column("settled_at", MOMENT),
        Column("reason", Text),
        Column("settled_by", String(80)),
        Column("by_itself", Boolean, nullable=False),
        Column("version", BIG, nullable=False),
        Index(f"{name}_open", "settled_at", "source", "kind"),
    )


def projecting(table: Table, raised: Any, settled: Any) -> Project:
    """What fills the table from events of these two classes."""

    def project(at: Projecting, recorded: Recorded) -> None:
        event: Any = recorded.event
        if isinstance(event, raised):
            at.connection.execute(
                table.insert().values(
                    alarm_id=recorded.identifier,
                    source=event.source,
                    kind=event.kind,
                    position=event.position,
                    size=event.size,
                    expected=event.expected,
                    found=event.found,
                    note_expected=event.note_expected,
                    note_found=event.note_found,
                    raised_at=recorded.at,
                    by_itself=False,
                    version=recorded.version,
                )
            )
        elif isinstance(event, settled):
            at.connection.execute(
                table.update()
                .where(table.c.alarm_id == recorded.identifier)
                .values(
                    settled_at=recorded.at,
                    reason=event.reason,
                    settled_by=event.by,
                    by_itself=event.by_itself,
                    version=recorded.version,
                )
            )

    return project
