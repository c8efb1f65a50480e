"""What a log says of one person, and what an answer gives of it.

mine, others = personal(service, owner)
given = downloaded(client, "/trainings/held/0192….zip")
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from shared.privacy.sealing import open_text
from shared.service import Service


def personal(service: Service, *owners: str) -> tuple[set[str], set[str]]:
    """(texts sealed for these owners, texts sealed for everybody else) in a service's log."""
    mine: set[str] = set()
    others: set[str] = set()
    with service.database.reading() as connection:
        events = [
            service.store.recorded(raw).event for _, raw in service.store.whole_log(connection)
        ]
    for event in events:
        if not event.seals_for:
            continue
        found = mine if getattr(event, event.seals_for) in owners else others
        texts = (open_text(service.keyring, getattr(event, one)) for one in event.personal_fields)
        found |= {text for text in texts if text}
    return mine, others - mine


def downloaded(answer: Any) -> tuple[dict[str, Any], str]:
    """The JSON and the page in a file that was given."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as files:
        assert sorted(files.namelist()) == ["data.html", "data.json"]
        return json.loads(files.read("data.json")), files.read("data.html").decode()


def texts(value: Any) -> set[str]:
    """Every text in a JSON value."""
    match value:
        case dict():
            return set().union(*(texts(one) for one in value.values())) if value else set()
        case list():
            return set().union(*(texts(one) for one in value)) if value else set()
        case str():
            return {value}
    return set()
