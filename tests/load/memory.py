"""How much memory verifying, rebuilding, comparing and exporting take, each in its own process.

    python -m tests.load.memory                        # a million events on PostgreSQL
    python -m tests.load.memory --events 20000 --sqlite

Says the highest resident memory of each in MiB; ends with 1 when one is above the bound.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

BOUND_MIB: Final = 200
EVENTS: Final = 1_000_000


def main() -> int:
    """Prepare, run each act in a process of its own, say what it took."""
    parser = argparse.ArgumentParser(description="Memory of what goes through a whole log.")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--act", default="", help=argparse.SUPPRESS)
    parser.add_argument("--home", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.act:
        print(json.dumps(_acted(arguments.act, **json.loads(arguments.home))))
        return 0
    above = False
    for act, mib, seconds in measured(arguments.events, sqlite=arguments.sqlite):
        verdict = "met" if mib < BOUND_MIB else "above"
        above = above or mib >= BOUND_MIB
        text = f"{mib:>6.0f} MiB  {seconds:>7.1f} s  {act}: {verdict} (< {BOUND_MIB} MiB)"
        print(text, flush=True)
    return int(above)


def measured(events: int, *, sqlite: bool) -> Iterator[tuple[str, float, float]]:
    """The highest resident memory in MiB, and the seconds, of each act over so many events."""
    from tests import servers
    from tests.load.databases import folder
    from tests.load.rebuilt import applications

    server = "" if sqlite else servers.ensure("postgresql").url
    with ExitStack() as stack:
        path = stack.enter_context(folder("memory"))
        home = stack.enter_context(applications(path, server, events=events))
        settings = home.service.settings
        where = {
            "home": str(settings.home),
            "database_url": settings.database_url,
            "installation": settings.installation,
        }
        for act in ACTS:
            yield act, *_in_a_process(act, where)


def _in_a_process(act: str, where: dict[str, str]) -> tuple[float, float]:
    command = (sys.executable, "-m", "tests.load.memory", "--act", act, "--home", json.dumps(where))
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    mib, seconds = json.loads(done.stdout.splitlines()[-1])
    return mib, seconds


def _acted(act: str, home: str, database_url: str, installation: str) -> tuple[float, float]:
    """Act, and say the highest resident memory of this process and the seconds it took."""
    import time

    from shared.settings import Settings
    from tests.load.rebuilt import opened

    settings = Settings(home=Path(home), database_url=database_url, installation=installation)
    service = opened(settings)
    began = time.monotonic()
    ACTS[act](service)
    seconds = time.monotonic() - began
    service.close()
    return _highest_mib(), seconds


def _highest_mib() -> float:
    """The highest resident memory of this process or of one that it began.

    Of itself by its status, since ``getrusage`` counts the process that began it.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(one for one in status.splitlines() if one.startswith("VmHWM:"))
    begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(int(line.split()[1]), begun) / 1024


def _verify(service: Any) -> None:
    from shared.database import sqlite_path
    from shared.events.verifying import trust_in, verify_at_rest
    from shared.log.checkpoints import make_checkpoint
    from shared.log.hashes import grow_in_batches

    name, settings = service.name, service.settings
    grow_in_batches(service.database, name, own=True)
    make_checkpoint(service)
    target = str(sqlite_path(settings, name))
    if settings.database_url:
        target = service.database.engine.url.render_as_string(hide_password=False)
    verdict = verify_at_rest(target, name, trust_in(settings, name))
    assert verdict.findings == []


def _rebuild(service: Any) -> None:
    from shared.events.rebuilding import rebuild

    rebuild(service, progress=lambda _done, _total: None)


def _compare(service: Any) -> None:
    from shared.events.rebuilding import differences

    assert differences(service) == []


def _decisions(service: Any) -> None:
    import sqlalchemy as sa

    from services.grants.applications.views import APPLICATIONS, decision_rows

    with service.database.writing() as connection:
        # The log has no events of calls.
        calls = connection.execute(sa.select(APPLICATIONS.c.call_id).distinct()).scalars().all()
        _put_calls(service, connection, calls)
    with service.database.engine.connect() as connection:
        assert sum(1 for _ in decision_rows(connection, "RS-2026")) > 0


def _put_calls(service: Any, connection: Any, calls: Any) -> None:
    from datetime import UTC, date, datetime

    from services.grants.calls.views import CALLS
    from shared.events.projection import Projecting

    day, moment = date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)
    for call in calls:
        Projecting(connection, service.keyring).put(
            CALLS,
            {"call_id": call},
            programme="RS-2026",
            code=call[-12:],
            title="",
            state="decided",
            terms="{}",
            opens_on=day,
            deadline=moment,
            last_moment=moment,
            timezone="Europe/Belgrade",
            currency="RSD",
            ceiling_minor=1,
            imported=False,
            version=1,
        )


ACTS: Final = {
    "verifying": _verify,
    "rebuilding": _rebuild,
    "comparing read models": _compare,
    "exporting decisions": _decisions,
}

if __name__ == "__main__":
    sys.exit(main())
