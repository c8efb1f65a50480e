"""Every service signs its log and can change its key on record, from an old database on."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.all_in_one import definitions
from shared.log import keys
from shared.log.checkpointer import Checkpointer
from shared.log.checkpoints import latest
from shared.log.notes import Checkpoint, Note
from shared.log.rotating import log_events, rotate
from shared.migrations.migrating import migrate
from shared.service import Definition, Service
from shared.settings import SERVICES, Settings


@pytest.mark.parametrize("definition", definitions(), ids=lambda one: str(one.name))
def test_a_service_signs_its_log_and_changes_its_key_on_record(
    tmp_path: Path, definition: Definition
) -> None:
    settings = Settings(home=tmp_path, installation="north")
    migrate(settings, definitions())
    service = Service.open(definition, settings)
    with service.database.reading() as connection:
        first = latest(connection, service.name)
    old, new = rotate(service)
    second = Checkpointer(service, on_made=lambda: None).turn()
    assert first and second
    said = [Checkpoint.parse(Note.parse(raw).text) for raw in (first, second)]
    assert [(one.origin, one.size) for one in said] == [
        (f"north/{definition.name}", 0),
        (f"north/{definition.name}", 1),
    ]
    signed = Note.parse(second).verified_by(keys.verifiers(settings, service.name))
    assert {one.verifier_key for one in signed} == {old, new}
    with service.database.reading() as connection:
        ((_, raw),) = service.store.whole_log(connection)
    event = service.store.recorded(raw).event
    assert event == log_events(service.name).key_rotated(old_key=old, new_key=new)
    service.close()


def test_each_log_has_a_name_and_a_key_of_its_own(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, installation="north")
    migrate(settings, definitions())
    found = [key for name in SERVICES for key in keys.verifier_keys(settings, name)]
    assert [key.split("+")[0] for key in found] == [f"north/{name}" for name in SERVICES]
    assert len(set(found)) == len(SERVICES)
