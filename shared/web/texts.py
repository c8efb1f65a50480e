"""Characters that no text here may have, wherever it comes in.

>>> stands_for_nothing("Đurđa\\nTopola"), stands_for_nothing("Mira \\u202e rimirP")
(False, True)

Control characters stand for nothing that a person types, and some programs that read our mails and
files obey them. Marks that turn the direction of writing make a name or a sum look like another
(Unicode technical report 36); none of our languages needs them. Half a surrogate is no character.
"""

from __future__ import annotations

import re
from typing import Final

_NOTHING: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def stands_for_nothing(text: str) -> bool:
    """Whether the text has such a character. Tab and line ends are none."""
    return _NOTHING.search(text) is not None
