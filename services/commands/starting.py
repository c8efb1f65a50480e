"""What happens before an installation is served: keys, databases, the first administrator's link.

prepare(settings)                          # a real installation
prepare_demonstration(settings, folder)    # invented data, persona sign-ins
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from services.accounts.first import first_administrator_link, seed_personas
from services.all_in_one import Installation
from services.commands import demonstration, loading, running
from services.commands.demonstration_people import PROGRAMME
from services.commands.terminal import say
from shared.settings import Settings
from shared.web.composing import token_key

DEMO_PROGRAMME = "demo"


def make_keys(settings: Settings) -> None:
    """The key that signs tokens; the master key is made by ``migrate``."""
    token_key(settings)


def prepare(settings: Settings) -> None:
    """Migrate, and print the single-use link while there is no administrator."""
    make_keys(settings)
    with Installation.open(settings) as installation:
        say_first_link(installation, quiet=True)
    say(f"Zanat is at {settings.public_url} (stop with Ctrl-C)")
    say(f"Its logs are in {running.log_file(settings)}")


def say_first_link(installation: Installation, *, quiet: bool = False) -> None:
    """Print a new link for the first administrator, or (unless quiet) that there is none."""
    link = first_administrator_link(installation.services["accounts"])
    if link:
        say("Nobody can sign in yet. The first administrator opens this link once:")
        say(f"  {installation.settings.public_url}{link}")
    elif not quiet:
        say("There are accounts already: an administrator invites others under Staff.")


def prepare_demonstration(settings: Settings, folder: Path) -> None:
    """Load the register, seed work that waits for each role, print a sign-in for every role.

    Raises ValueError when the address is not loopback: whoever reaches it may sign in as anybody.
    """
    host = urlsplit(f"//{settings.bind}").hostname
    if host not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("a demonstration listens on loopback only; set ZANAT_BIND to 127.0.0.1:…")
    make_keys(settings)
    with Installation.open(settings) as installation:
        # What is made on earlier days must not fall due before all of it is there.
        installation.start_workers(due=False)
        outcome = loading.load(installation, folder, DEMO_PROGRAMME)
        for line in outcome.lines():
            say(line)
        for programme in (DEMO_PROGRAMME, PROGRAMME):
            personas = seed_personas(installation.services["accounts"], programme)
        installation.wait_until_caught_up()
        demonstration.seed(installation, personas)
        installation.wait_until_caught_up()
    say("")
    width = max(len(persona.email) for persona in personas)
    say(f"{'role':<19} {'name':<18} {'sign in as':<{width}}  password")
    for persona in personas:
        words = f"{persona.role:<19} {persona.name:<18} {persona.email:<{width}}"
        say(f"{words}  {persona.password}")
    say("")
    say("Or open the address and choose somebody from the list; all of them are invented.")
    say(f"The demonstration is at {settings.public_url} (stop with Ctrl-C)")
