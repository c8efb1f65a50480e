"""``keys``: the keys of people's data, the master key that wraps them, and what was destroyed.

    python -m services keys status
    python -m services keys rotate-master       # while the services run
    python -m services keys check               # is a destroyed key back?
    python -m services keys destroy-again

No key is ever printed: a master key is named by its id.
"""

from __future__ import annotations

import click

from services.all_in_one import Installation
from services.commands.terminal import Progress, say
from shared.privacy import master_key, reviving, rotating
from shared.settings import SERVICES, Settings


@click.group("keys")
def keys() -> None:
    """The keys of people's data and the master key that wraps them."""


@keys.command()
@click.pass_obj
def status(settings: Settings) -> None:
    """Say how many keys there are of each class, under which master key, how many destroyed."""
    _there(settings)
    for one in rotating.counted(settings):
        where = f"under {one.master_id}" if one.master_id else "destroyed"
        click.echo(f"{one.data_class}\t{one.keys}\t{where}")


@keys.command("rotate-master")
@click.pass_obj
def rotate_master(settings: Settings) -> None:
    """Wrap every key by a new master key; events stay as they are, services go on.

    Interrupted, it goes on when it is called again. Where the master key is in a file, a new one is
    made and the old one dropped at the end. Where a variable or a command gives it, let that give
    the new key and then the old one first.
    """
    _there(settings)
    with rotating.alone(settings):
        change = rotating.begin(settings)
        say(f"From: {change.old.id if change.old else '-'}")
        say(f"To:   {change.new.id}")
        total = sum(one.keys for one in rotating.counted(settings) if one.master_id)
        with Progress("wrapping keys", total) as progress:
            done = rotating.wrap_anew(settings, list(SERVICES), change, progress=progress.advance)
        dropped = rotating.finish(settings, change)
    say(f"{done} keys were wrapped anew. The old master key opens nothing of this keyring.")
    if dropped:
        say("Copy the new master key to a safe place apart from every backup now.")
    else:
        say("Let the source give the new key alone from now on.")
    say("Keep the old one as long as backups of the keyring from before today, apart from them.")


@keys.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Say whether a key is back that was destroyed: in the keyring, against file and logs."""
    findings: set[str] = set()
    for name, service in Installation.for_reading(settings).services.items():
        found = reviving.check(service)
        findings |= {f"{one}: was destroyed and is back" for one in found.revived}
        findings |= {f"{one}: the tombstone is gone" for one in found.lost}
        findings |= {f"{one}: is not in the file of destroyed keys" for one in found.unwritten}
        findings |= {f"line {one} of that file is not as it was written" for one in found.faults}
        say(f"{name}: {found.destroyed} keys that it may see are destroyed")
    for line in sorted(findings):
        click.echo(line)
    if findings:
        say("Run python -m services keys destroy-again.")
        raise SystemExit(1)
    say("Every destroyed key is gone.")


@keys.command("destroy-again")
@click.pass_obj
def destroy_again(settings: Settings) -> None:
    """Destroy again what a restored keyring brought back, by the file and the logs."""
    gone: set[str] = set()
    for service in Installation.for_reading(settings).services.values():
        gone |= set(reviving.destroy_again(service))
    say(f"{len(gone)} keys were back and are destroyed again.")
    if gone:
        say("Read models may still show what they sealed: run python -m services rebuild.")


def _there(settings: Settings) -> None:
    if not master_key.is_there(settings):
        raise FileNotFoundError(f"no installation in {settings.home}")
