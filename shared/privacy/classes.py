"""Which classes of keys each service opens: that of its own name, and data classes that it needs.

>>> classes_of("audit") == {"identity", "audit"}
True

On PostgreSQL row-level security holds each service's role to it; everywhere ``Keyring`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KEY_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts": ("identity", "contact"),
    "trainings": ("identity", "contact", "special"),
    "grants": ("identity", "contact", "special", "financial"),
    "notifications": ("identity", "contact"),
    "audit": ("identity",),
}
"""Which data classes each service may open."""


def classes_of(service: str) -> frozenset[str]:
    """All classes that a service opens; its own name is a class for what only it seals."""
    return frozenset((*KEY_CLASSES[service], service))
