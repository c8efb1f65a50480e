"""Verifying an installation at rest: logs, copies of logs, and the read models made from them.

    installation(settings, kept=Path("2026-03-01.txt"))     # says what it found; ends with 0 or 1

It may run beside a server: it reads, and keeps nobody waiting.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from services.all_in_one import Installation
from services.audit.evidence import verifier
from services.commands.terminal import Progress, say
from shared.events.rebuilding import differences
from shared.events.verifying import (
    Trust,
    Verdict,
    compare_copies,
    count,
    followed,
    known_elsewhere,
    target_of,
    trust_in,
    verify_at_rest,
    with_kept,
)
from shared.events.verifying_rows import open_rows
from shared.events.verifying_signed import Claim, kept_claims
from shared.log.notes import BadNote, Note, Verifier
from shared.log.watching.trust import lines
from shared.service import Service
from shared.settings import Settings

SIGNED_WITHIN_SECONDS: Final = 5.0
"""A service at work signs what is new about every second."""


def installation(settings: Settings, kept: Path | None) -> None:
    """Verify every log, every copy and every read model; raises SystemExit when one is wrong."""
    opened = Installation.for_reading(settings)
    notes = kept_notes(kept)
    found: list[str] = []
    for name, service in opened.services.items():
        found += _log(opened, name, service, notes)
    for name, service in opened.services.items():
        found += [f"{name}: {one}" for one in _copies(opened, service)]
        found += [f"{name}: {one}" for one in differences(service)]
    conclude(found, "Everything agrees.")


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

    Raises ValueError for a file without a key of the log, or a kept checkpoint that is forged.
    """
    trust = trust_in(settings, log)
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
    return with_kept(trust, claims_of(trust, log, kept_notes(kept)))


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
    trust = with_kept(trust, claims_of(trust, name, notes))
    for other, follower in opened.services.items():
        if name in follower.definition.follows:
            with closing(open_rows(target_of(follower))) as rows:
                trust = with_kept(trust, known_elsewhere(rows, name, other))
    with closing(open_rows(target_of(service))) as rows:
        total = count(rows, None)
    with Progress(f"verifying {name}", total) as progress:
        verdict = verify_at_rest(target_of(service), name, trust, progress=progress.advance)
    wrong = list(verdict.findings)
    if not wrong and not _signed_by_now(service, verdict):
        wrong.append(str(verdict.unsigned))
    say(f"{name}: {verdict.entries} entries" + ("" if not wrong else f", {len(wrong)} wrong"))
    yield from (f"{name}: {one}" for one in wrong)


def _signed_by_now(service: Service, verdict: Verdict) -> bool:
    """Whether everything is signed, or is within seconds because the service is at work."""
    deadline = time.monotonic() + SIGNED_WITHIN_SECONDS
    while verdict.signed < verdict.entries:
        with closing(open_rows(target_of(service))) as rows:
            newest = rows.query("select max(size) from checkpoints where log = ?", service.name)[0][
                0
            ]
        if newest is not None and newest >= verdict.entries:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _copies(opened: Installation, service: Service) -> Iterator[str]:
    """What a service keeps of other logs: whole copies with their trees, and single events."""
    target = target_of(service)
    with closing(open_rows(target)) as rows:
        whole = [log for log in followed(rows) if log in opened.services]
        for source in service.definition.sources():
            with closing(open_rows(target_of(opened.services[source]))) as own:
                for words in compare_copies(own, rows, source, service.name):
                    yield f"{source} {words}"
    for log in whole:
        verdict = verify_at_rest(target, log, trust_in(opened.settings, log), own=False)
        yield from (f"its copy of {log}: {one}" for one in verdict.findings)
