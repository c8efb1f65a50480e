"""Makes read models again, all or those that are named, and says how fast.

    chosen(services, ("grants", "applications"))  ->  {"grants": ["applications"]}
    rebuild_all(services, ())                     the command behind ``rebuild``

A word is a service's name or a read model's; read models are looked for in the services that are
named, or in all of them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from services.commands.terminal import Progress, say
from shared.events.rebuilding import rebuild
from shared.service import Service


def chosen(services: Mapping[str, Service], words: Sequence[str]) -> dict[str, list[str]]:
    """The read models to make again, by service. Raises ValueError for a word that names none."""
    known = {
        name: [one.name for one in service.definition.projections]
        for name, service in services.items()
    }
    within = [name for name in known if name in words] or list(known)
    wanted = [word for word in words if word not in known]
    for word in wanted:
        if not any(word in known[name] for name in within):
            there = ", ".join(one for name in within for one in known[name])
            raise ValueError(f"There is no read model {word}. There are: {there}.")
    found = {name: [one for one in known[name] if not wanted or one in wanted] for name in within}
    return {name: models for name, models in found.items() if models}


def rebuild_all(services: Mapping[str, Service], words: Sequence[str]) -> None:
    """Make the chosen read models again, service after service, with a bar for each."""
    for name, models in chosen(services, words).items():
        began = time.monotonic()
        with Progress(f"rebuilding {name}", 1) as progress:
            rebuild(services[name], progress=progress.reach, names=models)
        seconds = max(time.monotonic() - began, 0.001)
        rate = f"{progress.done / seconds:,.0f} events a second"
        say(f"{name}: {', '.join(models)} in {seconds:.1f} s, {rate}")
