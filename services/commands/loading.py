"""``load``: a register's files into every service, as history; returns when all have caught up.

    load(installation, Path("examples/register"), "demo").lines()

Nothing is written before every cell of every file was judged. Then each half goes in chunks with a
record of every row, so that an interrupted load goes on where it stopped.
"""

from __future__ import annotations

from pathlib import Path

from services.all_in_one import Installation
from services.commands.chunks import Outcome, Rows
from services.commands.loading_grants import GrantLoad
from services.commands.loading_trainings import TrainingLoad
from services.grants.programmes.wording import code
from services.register.reading import read
from shared.clock import SystemClock


def load(installation: Installation, folder: Path, programme: str) -> Outcome:
    """Load a register into a programme. Raises RegisterErrors before anything is written.

    The installation's workers must run, since the halves meet through the queue.
    """
    code(programme)
    register = read(folder, today=SystemClock().now().date())
    outcome = Outcome(warnings=[str(one) for one in register.warnings])
    services = installation.services
    grants = GrantLoad(Rows(services["grants"], programme=programme, outcome=outcome), register)
    grants.open_programme()
    TrainingLoad(Rows(services["trainings"], programme=programme, outcome=outcome), register).run()
    installation.wait_until_caught_up()
    grants.run()
    installation.wait_until_caught_up()
    return outcome
