"""``credentials``: the key that signs digital credentials of certificates.

    python -m services credentials rotate-key

What it signed until now still verifies: the issuers' documents have both keys.
"""

from __future__ import annotations

import click

from services.all_in_one import Installation
from services.commands import operating
from services.commands.terminal import say
from services.trainings.credentials.keys import rotate
from shared.events.append import Context
from shared.identifiers import Uuid7
from shared.service import INSTALLATION_WIDE
from shared.settings import Settings


@click.group("credentials")
def credentials() -> None:
    """The key that signs digital credentials of certificates."""


@credentials.command("rotate-key")
@click.pass_obj
def rotate_key(settings: Settings) -> None:
    """Sign credentials and status lists with a new key from now on, on record."""
    with Installation.open(settings) as installation:
        cause = Uuid7().new()
        by = Context(
            actor=operating.operator(),
            programme=INSTALLATION_WIDE,
            correlation=cause,
            causation=cause,
        )
        old, new = rotate(installation.services["trainings"], by)
    say(f"Until now: {old}")
    say(f"From now:  {new}")
    say("What the old key signed still verifies.")
