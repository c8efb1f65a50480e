"""What an installation tells: figures, decisions, ledger, the lengths of its logs, what is sealed.

told(commands)                      ->  {"demo-report.json": b"…", "demo-ledger.csv": b"…", …}
entries(commands)                   ->  {"accounts": 58, "trainings": 417, …}
sealed_texts(commands.settings)     ->  {"trainings": ["Anđela Primerović", …], …}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from services.all_in_one import Installation, definitions
from services.commands import reporting
from services.commands.demonstration_people import PROGRAMME
from services.commands.starting import DEMO_PROGRAMME
from shared.events.envelope import decode
from shared.service import Service
from shared.settings import Settings
from tests.installation.commands import Commands

PROGRAMMES = (DEMO_PROGRAMME, PROGRAMME)
OUTPUTS = {
    "report.json": ("report", "--format", "json"),
    "decisions.csv": ("export", "decisions"),
    "ledger.csv": ("export", "ledger"),
}
AT_ONCE = 2


def settings_of(commands: Commands) -> Settings:
    """The settings with which its processes run."""
    return Settings.from_environment(commands.environment)


def told(commands: Commands) -> dict[str, bytes]:
    """The outputs for the loaded register, by name of the file with what is expected."""
    words = {
        f"{DEMO_PROGRAMME}-{name}": (*command, "--programme", DEMO_PROGRAMME)
        for name, command in OUTPUTS.items()
    }
    with ThreadPoolExecutor(AT_ONCE) as threads:
        outputs = threads.map(lambda one: commands.run(*one).stdout, words.values())
        return dict(zip(words, outputs, strict=True))


def told_here(settings: Settings) -> dict[str, bytes]:
    """What ``told`` gives and the same of the demonstration, by the functions commands call."""
    installation = Installation.for_reading(settings)
    found = {}
    for one in PROGRAMMES:
        figures = reporting.figures(installation, one)
        found[f"{one}-report.json"] = reporting.report_text(figures, "json").encode()
        found[f"{one}-decisions.csv"] = "".join(reporting.decisions_csv(installation, one)).encode()
        found[f"{one}-ledger.csv"] = reporting.ledger_csv(installation, one).encode()
    installation.close()
    return found


def entries(commands: Commands) -> dict[str, int]:
    """How many entries each log has; fails unless ``verify`` finds that everything agrees."""
    text = commands.run("verify").stderr.decode()
    assert "Everything agrees." in text
    lines = re.findall(r"^(\w+): (\d+) entries$", text, re.MULTILINE)
    return {name: int(count) for name, count in lines}


def sealed_texts(settings: Settings) -> dict[str, list[str]]:
    """Every personal text in every log that a key of the keyring still opens."""
    with opened(settings) as services:
        return {name: sorted({text for _, text in personal(one)}) for name, one in services.items()}


def personal(service: Service) -> Iterator[tuple[str, str]]:
    """(owner, text) of every personal field in a service's own log that can be opened."""
    with service.database.reading() as connection:
        for _, raw in service.store.whole_log(connection):
            envelope = decode(raw)
            event = service.store.types.event(envelope.type, envelope.data)
            for name in event.personal_fields:
                text = service.text(getattr(event, name))
                if text is not None:
                    yield str(getattr(event, event.seals_for)), text


@contextmanager
def opened(settings: Settings) -> Iterator[dict[str, Service]]:
    """Every service in this process; databases must have the form of now."""
    services = {one.name: Service.open(one, settings) for one in definitions()}
    try:
        yield services
    finally:
        for service in services.values():
            service.close()
