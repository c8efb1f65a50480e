"""Audit holds no registered person's data in the clear; it answers all the same, with its counts.

ERASING.due["audit.erasure.purge"](service, payload)   # empties nothing, and says so
"""

from __future__ import annotations

from typing import Final

from shared.privacy.erasures import Erasing

ERASING: Final = Erasing("audit")
