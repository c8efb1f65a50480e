"""Work that waits for each persona of a demonstration, made by the same commands as in daily use.

    seed(installation, personas)

It is a programme of its own beside the loaded register, so that the register's figures stay what
they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.accounts.personas import Persona
from services.all_in_one import Installation


def seed(installation: Installation, personas: Sequence[Persona]) -> None:
    """Seed what is not there yet."""
