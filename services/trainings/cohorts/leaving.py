"""Why somebody leaves a cohort, as a code; who they are and why is sealed under their own key.

>>> "work" in REASONS
True

One list for all, so that a programme can count what makes people leave, without a free text that
would tell of their lives. ``not_told``: nobody has to say.
"""

from __future__ import annotations

from typing import Final

REASONS: Final = ("work", "health", "moved", "family", "transport", "other", "not_told")
