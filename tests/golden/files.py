"""The golden files: where they are, what is in them, and which of them are missing.

for name, raw in golden_events().items(): ...     # "grants.call.drafted.v1.json", envelope
for name, message in golden_messages().items(): ...
missing_events()  ->  {}                          # else names with what ``write`` would write
"""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.privacy.master_key import MasterKey
from tests.golden import inventing
from tests.golden.capturing import capture

FOLDER: Final = Path(__file__).parent
EVENTS: Final = FOLDER / "events"
MESSAGES: Final = FOLDER / "messages"
KEYRING: Final = FOLDER / "keyring.json"
COMMAND: Final = "python -m tests.golden write"


def golden_events() -> dict[str, bytes]:
    """File name to canonical envelope bytes."""
    return {
        path.name: path.read_bytes().removesuffix(b"\n") for path in sorted(EVENTS.glob("*.json"))
    }


def golden_messages() -> dict[str, dict[str, Any]]:
    """File name to message: routing key, headers, properties, body."""
    return {
        path.name: json.loads(path.read_text("utf-8")) for path in sorted(MESSAGES.glob("*.json"))
    }


def missing_events() -> dict[str, bytes]:
    """The envelopes of event types that have no golden file."""
    return {
        inventing.file_name(name): inventing.enveloped(inventing.invent(cls))
        for name, cls in sorted(inventing.own_classes().items())
        if not (EVENTS / inventing.file_name(name)).exists()
    }


def messages_now() -> dict[str, dict[str, Any]]:
    """What is sent now: every golden event that others read, the head, a replay request."""
    with tempfile.TemporaryDirectory() as folder:
        found = capture(Path(folder), [golden_events()[name] for name in names_read()])
    return {f"{name}.json": message for name, message in sorted(found.items())}


def names_read() -> list[str]:
    """The golden events that other services read."""
    return [inventing.file_name(name) for name in sorted(inventing.read_by())]


def missing_messages() -> dict[str, dict[str, Any]]:
    return {
        name: message for name, message in messages_now().items() if not (MESSAGES / name).exists()
    }


def as_text(content: Any) -> bytes:
    """A golden file that is no envelope: keys in order, one a line."""
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def keyring_row() -> dict[str, str]:
    """The keyring's row of the key that all golden boxes are sealed with, and its master key."""
    nonce = bytes(12)
    wrap = AESGCM(MasterKey(inventing.MASTER_KEY).derived(b"wrap"))
    wrapped = nonce + wrap.encrypt(nonce, inventing.KEY, inventing.KEY_ID.encode())
    return {
        "key_id": inventing.KEY_ID,
        "master_key": base64.b64encode(inventing.MASTER_KEY).decode(),
        "wrapped": base64.b64encode(wrapped).decode(),
    }
