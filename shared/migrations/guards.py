"""The guards against change as the migrations make them, to hold a database against.

    on_sqlite()["log", "log_no_update"]      # the statement that SQLite keeps of it
    on_postgresql()["log", "log_no_change"]  # the definition that PostgreSQL gives of it

A guard of the right name that refuses nothing is none.
"""

from __future__ import annotations

from shared.migrations.versions import core_0001, core_0002, core_0005

Guards = dict[tuple[str, str], str]
"""(table, name) to definition, as the database gives it."""


def on_sqlite() -> Guards:
    """Triggers, as ``sqlite_master`` has them."""
    made = (*core_0001.sqlite_guards(), *core_0002.sqlite_guards(), *core_0005.sqlite_guards())
    # SQLite writes the first two words itself and keeps the rest as it was given.
    return {
        (table, name): sql.replace("create trigger", "CREATE TRIGGER", 1)
        for table, name, sql in made
    }


def on_postgresql() -> Guards:
    """Triggers that always fire, with the function that they call, and constraints."""
    called = f"EXECUTE FUNCTION refuse_change(){core_0001.REFUSE_CHANGE}"
    found = {}
    for table in (*core_0001.APPEND_ONLY, *core_0002.APPEND_ONLY):
        for name, when, each in (
            (f"{table}_no_change", "DELETE OR UPDATE", "ROW"),
            (f"{table}_no_truncate", "TRUNCATE", "STATEMENT"),
        ):
            head = f"CREATE TRIGGER {name} BEFORE {when} ON public.{table} FOR EACH {each}"
            found[table, name] = f"{head} {called}"
    for table, column in core_0005.COUNTED.items():
        quoted = f'"{column}"' if column == "position" else column
        found[table, f"{table}_from_zero"] = f"CHECK (({quoted} >= 0))"
    return found
