"""``accounts``: the key that signs tokens.

    python -m services accounts rotate-token-key
    python -m services accounts rotate-token-key --at-once      # somebody else may know it

Services notice the new key by themselves, within seconds.
"""

from __future__ import annotations

import click

from services.accounts.signing.rotating import rotate
from services.all_in_one import Installation
from services.commands import operating
from services.commands.terminal import say
from shared.events.append import Context
from shared.identifiers import Uuid7
from shared.service import INSTALLATION_WIDE
from shared.settings import Settings


@click.group("accounts")
def accounts() -> None:
    """The key that signs tokens, and a link for who lost a password."""


@accounts.command("rotate-token-key")
@click.option("--at-once", is_flag=True, help="Forget the old key: everybody signs in again.")
@click.pass_obj
def rotate_token_key(settings: Settings, at_once: bool) -> None:
    """Sign tokens with a new key from now on, on record; it takes some seconds."""
    with Installation.open(settings) as installation:
        cause = Uuid7().new()
        by = Context(
            actor=operating.operator(),
            programme=INSTALLATION_WIDE,
            correlation=cause,
            causation=cause,
        )
        old, new = rotate(installation.services["accounts"], by, at_once=at_once)
    say(f"Until now: {old}")
    say(f"From now:  {new}")
    if at_once:
        say("Tokens of the old key are refused within seconds: everybody signs in again.")
    else:
        say("Tokens of the old key stay good until they run out, within minutes.")
