"""A service's home as ``migrate`` makes it: made once in each test process, and copied.

    migrated(settings, definition())

On SQLite only, where a home is a folder; elsewhere it is made each time. The keys in it are the
same for all copies.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from shared.migrations.migrating import migrate
from shared.service import Definition
from shared.settings import Settings

_MADE: dict[str, Path] = {}


def migrated(settings: Settings, definition: Definition) -> None:
    """Bring the home of these settings to this version's form."""
    if settings != replace(Settings(home=settings.home), **_may_differ(settings)):
        migrate(settings, [definition])
        return
    if definition.name not in _MADE:
        home = _folder() / definition.name
        migrate(Settings(home=home), [definition])
        _MADE[definition.name] = home
    shutil.copytree(_MADE[definition.name], settings.home, dirs_exist_ok=True)


def _may_differ(settings: Settings) -> dict[str, Any]:
    """What migrating does not look at."""
    return {"public_url": settings.public_url, "demonstration": settings.demonstration}


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="zanat-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
