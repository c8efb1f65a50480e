"""Whether the migrations give the tables that the code works with: ``python -m shared.migrations``.

Brings an empty database to the newest version and compares it with ``shared/events/tables.py``;
says each difference and exits with 1 when there is one.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from shared.database import sqlite_engine
from shared.events.tables import CORE
from shared.migrations.migrating import upgrade_core


def differences() -> list[str]:
    """What an empty, migrated database has otherwise than the code."""
    with tempfile.TemporaryDirectory() as folder:
        engine = sqlite_engine(Path(folder) / "empty.sqlite3")
        with engine.connect() as connection:
            connection.execution_options(zanat_write=True)
            with connection.begin():
                upgrade_core(connection)
                found = compare_metadata(MigrationContext.configure(connection), CORE)
        engine.dispose()
    return [str(one) for one in found]


if __name__ == "__main__":
    wrong = differences()
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)
