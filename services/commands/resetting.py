"""``accounts reset``: a link for a new password, for whoever has the machine.

    python -m services accounts reset mira@example.org

For the last administrator who lost theirs and reads no mail; others ask on the sign-in page or are
helped by an administrator. A second factor stays, and that the link was made stands on record.
"""

from __future__ import annotations

import click

from services.accounts.resetting.asking import link_for
from services.all_in_one import Installation
from services.commands import operating
from services.commands.terminal import say
from shared.events.append import Context
from shared.identifiers import Uuid7
from shared.service import INSTALLATION_WIDE
from shared.settings import Settings


@click.command("reset")
@click.argument("account")
@click.pass_obj
def reset(settings: Settings, account: str) -> None:
    """Print a link by which ACCOUNT (its name, e-mail address or id) chooses a new password."""
    cause = Uuid7().new()
    by = Context(
        actor=operating.operator(),
        programme=INSTALLATION_WIDE,
        correlation=cause,
        causation=cause,
    )
    with Installation.open(settings) as installation:
        made = link_for(installation.services["accounts"], account, by)
    say("The account's owner opens this link once, within an hour, and chooses a password:")
    click.echo(made.address)
