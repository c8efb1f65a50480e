"""A checkpoint of a followed log as its service would sign it and the witness keep it."""

from __future__ import annotations

from shared.events.tables import CHECKPOINTS
from shared.log import keys, tree
from shared.log.hashes import StoredHashes, grow_in_batches
from shared.log.keys import origin
from shared.log.notes import Checkpoint, Note
from shared.service import Service


def sign_log(service: Service, log: str, size: int) -> bytes:
    """Keep a signed checkpoint of the log's first ``size`` entries; its root."""
    keys.ensure(service.settings, log)
    grow_in_batches(service.database, log, own=False)
    with service.database.reading() as connection:
        root = tree.root(StoredHashes(connection, log, own=False), size)
    text = Checkpoint(origin(service.settings, log), size, root).text()
    note = Note(text).with_line(keys.signer(service.settings, log).sign(text))
    with service.database.writing() as connection:
        connection.execute(
            CHECKPOINTS.insert().values(
                log=log, size=size, root=root, note=bytes(note), made_at=service.clock.now()
            )
        )
    return root
