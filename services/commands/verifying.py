"""Verifying an installation at rest: logs, copies of logs, and the read models made from them.

    installation(settings, kept=Path("2026-03-01.txt"))     # says what it found; ends with 0 or 1

It may run beside a server: it reads, and keeps nobody waiting.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from services.all_in_one import Installation
from services.audit.evidence import verifier
from services.commands.terminal import Progress, say
from shared.events.rebuilding import differences
from shared.events.tables import CHECKPOINTS, HEARD
from shared.events.verifying import (
    Trust,
    count,
    target_of,
    trust_in,
    verify_at_rest,
    with_kept,
)
from shared.events.verifying_copies import (
    compare_copies,
    compare_signed,
    copy_ends,
    known_elsewhere,
)
from shared.events.verifying_rows import open_rows
from shared.events.verifying_signed import Claim, kept_claims, printable
from shared.events.verifying_tree import newest_size
from shared.log import keys
from shared.log.notes import BadNote, Note, Verifier
from shared.log.watching.trust import lines
from shared.service import Service
from shared.settings import SERVICES, Settings

WITNESSED_WITHIN: Final = timedelta(minutes=2)
"""A witness at work cosigns within seconds, once both sides hear each other."""
SIGNED_WITHIN_SECONDS: Final = 5.0
"""A service at work signs what is new about every second."""


def installation(settings: Settings, kept: Path | None) -> None:
    """Verify every log, every copy and every read model; raises SystemExit when one is wrong."""
    notes = kept_notes(kept)
    found: list[str] = []
    with Installation.for_reading(settings) as opened:
        for name, service in opened.services.items():
            found += _log(opened, name, service, notes)
        for name, service in opened.services.items():
            found += [f"{name}: {one}" for one in _copies(opened, service)]
            found += [f"{name}: {one}" for one in differences(service)]
        if kept is not None:
            found += _strange(settings, opened, kept.name, notes)
    conclude(found, "Everything agrees.")


def _strange(
    settings: Settings, opened: Installation, file: str, notes: Sequence[Note]
) -> Iterator[str]:
    """What was kept of other logs is told; that nothing was kept of these is wrong."""
    own = {keys.origin(settings, name) for name in opened.services}
    origins = {note.text.partition("\n")[0] for note in notes}
    for other in sorted(origins - own):
        say(f"{file}: {printable(other)} is no log of this installation.")
    if not origins & own:
        yield f"{file}: no checkpoint of a log of this installation is in it"


def conclude(found: Sequence[str], good: str) -> None:
    """Say the verdict; the first bad position comes first."""
    for line in found:
        say(line)
    if found:
        say(f"BAD: {found[0]}")
        raise SystemExit(1)
    say(good)


def kept_notes(kept: Path | None) -> tuple[Note, ...]:
    """The checkpoints in a file that was kept elsewhere. Raises ValueError."""
    if kept is None:
        return ()
    try:
        found = verifier.read_notes(kept.read_bytes())
    except verifier.Bad as error:
        raise ValueError(f"{kept.name}: {error}") from error
    return tuple(Note.parse(one.raw) for one in found)


def trust_from(settings: Settings, log: str, keys_file: Path | None, kept: Path | None) -> Trust:
    """The keys of a log out of a file, else those that this installation has on record.

    Raises ValueError for a file without a key or checkpoint of the log, and for a forged one.
    """
    trust = trust_in(settings, log) if log in SERVICES else Trust()
    if keys_file is not None:
        given = [Verifier.parse(line) for line in lines(keys_file)]
        own = [key for key in given if key.kind == 1 and key.name.rpartition("/")[2] == log]
        if not own:
            raise ValueError(f"{keys_file.name}: no key of the log {log} is in it")
        trust = Trust(
            origin=own[0].name,
            keys=tuple(key.verifier_key for key in own),
            witnesses=tuple(key.verifier_key for key in given if key.kind == 4),
        )
    elif not trust.keys:
        # Another installation's: its name is not known either.
        trust = Trust()
    claims = claims_of(trust, log, kept_notes(kept))
    if kept is not None and not claims:
        raise ValueError(f"{kept.name}: no checkpoint of the log {printable(log)} is in it")
    return with_kept(trust, claims)


def claims_of(trust: Trust, log: str, notes: Sequence[Note]) -> list[Claim]:
    """What kept checkpoints claim of this log."""
    mine = [one for one in notes if one.text.partition("\n")[0].rpartition("/")[2] == log]
    origin = trust.origin or (mine[0].text.partition("\n")[0] if mine else "")
    try:
        return kept_claims([bytes(one) for one in mine], origin, trust.keys)
    except BadNote as error:
        raise ValueError(f"the kept checkpoint of {log}: {error}") from error


def _log(opened: Installation, name: str, service: Service, notes: Sequence[Note]) -> Iterator[str]:
    trust = trust_in(opened.settings, name)
    wrong = [] if trust.keys else ["its key is not on record: no signature can be checked"]
    trust = with_kept(trust, claims_of(trust, name, notes))
    for other, follower in opened.services.items():
        if name in follower.definition.follows:
            with closing(open_rows(target_of(follower))) as rows:
                trust = with_kept(trust, known_elsewhere(rows, name, other))
            if not keys.witness_verifier_keys(opened.settings, other):
                wrong.append(f"the key with which {other} cosigns is not on record")
    with closing(open_rows(target_of(service))) as rows:
        total = count(rows, None)
    with Progress(f"verifying {name}", total) as progress:
        verdict = verify_at_rest(
            target_of(service),
            name,
            trust,
            follows=service.definition.follows,
            progress=progress.advance,
        )
    wrong += verdict.findings
    if not wrong and verdict.unsigned and not _signed_by_now(service, name, verdict.entries):
        wrong.append(verdict.unsigned)
    say(f"{name}: {verdict.entries} entries" + ("" if not wrong else f", {len(wrong)} wrong"))
    yield from (f"{name}: {one}" for one in wrong)


def _signed_by_now(service: Service, log: str, least: int) -> bool:
    """Whether a checkpoint of so many entries is there, or is within seconds of being at work."""
    deadline = time.monotonic() + SIGNED_WITHIN_SECONDS
    while True:
        with closing(open_rows(target_of(service))) as rows:
            newest = newest_size(rows, log)
        if newest is not None and newest >= least:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)


def _copies(opened: Installation, service: Service) -> Iterator[str]:
    """What a service keeps of other logs: whole copies with their trees, and single events."""
    with closing(open_rows(target_of(service))) as rows:
        for source in service.definition.sources():
            with closing(open_rows(target_of(opened.services[source]))) as own:
                for words in compare_copies(own, rows, source, service.name):
                    yield f"{source} {words}"
    for log in service.definition.follows:
        yield from (f"its copy of {log}: {one}" for one in _copy(opened, service, log))


def _copy(opened: Installation, service: Service, log: str) -> Iterator[str]:
    """What is wrong with the whole copy of a followed log, and with what was witnessed of it."""
    settings, target = opened.settings, target_of(service)
    verdict = verify_at_rest(target, log, trust_in(settings, log), own=False)
    yield from verdict.findings
    with (
        closing(open_rows(target)) as copies,
        closing(open_rows(target_of(opened.services[log]))) as own,
    ):
        kept, applied = copy_ends(copies, log)
        if kept != applied:
            yield f"{kept} entries are there; {applied} were applied"
        name = keys.witness_name(settings, service.name)
        yield from compare_signed(own, copies, log, service.name, name)
    if verdict.entries and not verdict.signed and _overdue(opened.services[log], service):
        yield f"no checkpoint of these {verdict.entries} entries was witnessed"


def _overdue(source: Service, witness: Service) -> bool:
    """Whether the source had signed long before the witness heard of it last."""
    first = select(func.min(CHECKPOINTS.c.made_at)).where(
        CHECKPOINTS.c.log == source.name, CHECKPOINTS.c.size > 0
    )
    heard = select(HEARD.c.heard_at).where(HEARD.c.source == source.name)
    try:
        with source.database.reading() as connection:
            signed_at: datetime | None = connection.execute(first).scalar()
        with witness.database.reading() as connection:
            heard_at: datetime | None = connection.execute(heard).scalar()
    except ValueError:
        # SQLite keeps whatever somebody wrote there as a time.
        return True
    if signed_at is None or heard_at is None:
        return False
    return heard_at.replace(tzinfo=UTC) - signed_at.replace(tzinfo=UTC) > WITNESSED_WITHIN
