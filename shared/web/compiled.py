"""Templates compiled once a process: its five applications share layout and components.

app.jinja_env.bytecode_cache = COMPILED

A template is known by its name, file and the hash of its source, so that a changed one is compiled
anew and the same name in two services is two templates.
"""

from __future__ import annotations

from typing import Final

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CompiledOnce(BytecodeCache):
    """Bytecode in memory. Thread-safe: a bucket is read and written whole."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket from what is kept."""
        kept = self._kept.get((bucket.key, bucket.checksum))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the bucket's code."""
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


COMPILED: Final = CompiledOnce()
