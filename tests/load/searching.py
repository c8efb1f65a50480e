"""What a search among many people takes: median, best and worst of a list of searches.

    python -m tests.load.searching --people 1000000
    python -m tests.load.searching --people 1000000 --postgresql

Registrations are written straight into the tables that a search reads, as the projections write
them. Each search is asked for its first page and how many there are, as the page of people does.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.schema import CreateIndex, CreateTable

from services.trainings.people import views
from services.trainings.people.finding import PEOPLE_REACHED, PEOPLE_WORDS, word_rows
from services.trainings.reach import Reach
from services.trainings.tables import COHORTS, MEMBERS, REGISTRATIONS
from shared.access.roles import EVERY_PROGRAMME
from shared.database import sqlite_engine
from shared.events.bulk import Target
from shared.identifiers import derived
from shared.language.folding import fold
from tests.load.databases import database, folder
from tests.load.invented_names import Names

PROGRAMME: Final = "RS-2011"
LIMIT: Final = 51
TIMES: Final = 7
TABLES: Final = (REGISTRATIONS, PEOPLE_WORDS, PEOPLE_REACHED, COHORTS, MEMBERS)
PART: Final = 20_000
SEARCHES: Final = (
    *(
        "j",
        "jo",
        "jov",
        "jovan",
        "jovanović",
        "Јовановић",
        "m",
        "a",
        "ana",
        "đorđević",
        "djordjevic",
    ),
    *("jovan jovanović", "jovanović jovan", "marija petrović", "mar jo", "a b", "j j", "j p m"),
    *("dragan jovanović petrović", "ana ana", "zzz", "zzzz", "jovan zzz"),
    # One typo.
    *("jovnović", "jovanovoć", "ovanović", "jovanvoić", "stojnović", "hodjić", "mraija", "mara"),
    *("jovan jovnović", "jovna jovanović", "marjia perović", "dragna jovanovć", "milic nikolc"),
    *("jovna jovnovć petrovc", "snežna", "ljbica njegmir", "убица", "ђрђевић", "qqqqqqqq wwwwwww"),
)


@contextmanager
def filled(engine: Engine, people: int) -> Iterator[Engine]:
    """A database with so many registrations."""
    with engine.begin() as connection:
        for table in TABLES:
            connection.execute(CreateTable(table))
        schema = "main" if connection.dialect.name == "sqlite" else "public"
        targets = {table: Target(connection, table, schema) for table in TABLES}
        rows = _registrations(people)
        while part := list(islice(rows, PART)):
            targets[REGISTRATIONS].make(part)
            targets[PEOPLE_WORDS].make(
                [
                    {
                        "registration_id": row["registration_id"],
                        "programme": row["programme"],
                        **word,
                    }
                    for row in part
                    for word in word_rows(row["name_folded"])
                ]
            )
        for table in TABLES:
            # Afterwards, as a rebuild makes them.
            for index in table.indexes:
                connection.execute(CreateIndex(index))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze" if engine.name == "sqlite" else "vacuum analyze"))
    yield engine


def _registrations(people: int) -> Iterator[dict[str, Any]]:
    names = Names(seed=1)
    for number in range(people):
        name = names.full_name()
        yield {
            "registration_id": derived("registration", str(number)),
            "programme": PROGRAMME,
            "reference": f"P{number:07}",
            "person_id": derived("person", str(number)),
            "full_name": name,
            "name_folded": fold(name),
            "birth_date": names.birth_date(),
            "sex": "F",
            "country": "RS",
            "municipality": names.municipality(),
            "has_number": False,
            "state": "confirmed" if number % 1000 else "unconfirmed",
            "registered_at": datetime(2026, 1, 1, tzinfo=UTC),
            "imported": False,
            "version": 1,
        }


def milliseconds(run: Callable[[], Any]) -> tuple[list[float], float]:
    """How long each of some runs took, and how long this process computed in one of them.

    The first run, which reads from the disk, is left out. On a machine that others use too, the
    time computed says more of SQLite, which is in this process; of PostgreSQL it says our part.
    """
    run()
    found, computing = [], time.process_time()
    for _ in range(TIMES):
        begun = time.perf_counter()
        run()
        found.append((time.perf_counter() - begun) * 1e3)
    return found, (time.process_time() - computing) * 1e3 / TIMES


def measure(connection: Connection, reach: Reach, who: str) -> None:
    """Say what each search takes."""
    worst, medians = 0.0, []
    for typed in SEARCHES:
        page = views.listed(connection, reach, search=typed, limit=LIMIT)
        times, computed = milliseconds(
            partial(views.listed, connection, reach, search=typed, limit=LIMIT)
        )
        median = statistics.median(times)
        medians.append(median)
        worst = max(worst, *times)
        similar = sum(one.similar for one in page.rows)
        print(
            f"{who:10} {typed:28} {median:7.1f} ms,"
            f" best {min(times):6.1f}, worst {max(times):6.1f}, computed {computed:5.1f};"
            f" {page.exact:5} so spelled, {similar:3} nearly so on the page",
            flush=True,
        )
    _in_a_state(connection, reach, who)
    print(f"{who}: median of medians {statistics.median(medians):.1f} ms, worst {worst:.1f} ms")


def _in_a_state(connection: Connection, reach: Reach, who: str) -> None:
    """The same among those whom nobody confirmed yet, who are few, and among the others."""
    for state in ("unconfirmed", "confirmed"):
        for typed in ("jovan", "marija", "jovan jovanović", "jovnović", "zzz"):
            times, _ = milliseconds(
                partial(views.listed, connection, reach, search=typed, state=state, limit=LIMIT)
            )
            print(f"{who:10} {state:12} {typed:16} {statistics.median(times):7.1f} ms", flush=True)


def main() -> int:
    """Fill, measure, say."""
    parser = argparse.ArgumentParser(description="Measure searching among many people.")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--postgresql", action="store_true")
    arguments = parser.parse_args()
    with (
        _engine(postgresql=arguments.postgresql) as empty,
        filled(empty, arguments.people) as full,
        full.connect() as connection,
    ):
        everybody = Reach("somebody", frozenset({EVERY_PROGRAMME}), frozenset())
        measure(connection, everybody, "everywhere")
        one = Reach("somebody", frozenset({PROGRAMME}), frozenset())
        measure(connection, one, "programme")
    return 0


@contextmanager
def _engine(*, postgresql: bool) -> Iterator[Engine]:
    if not postgresql:
        with folder("searching") as path:
            engine = sqlite_engine(path / "trainings.sqlite3")
            yield engine
            engine.dispose()
        return
    with database("bench_searching") as url:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
        yield engine
        engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
