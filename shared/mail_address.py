"""Whether a text is one e-mail address and nothing besides.

>>> is_mail_address("mira@example.org")
True
>>> is_mail_address("mira@example.org,all@elsewhere.example")
False

Less than RFC 5322 allows: no quotes, comments, lists or groups, since what one program reads as one
address another reads as two.
"""

from __future__ import annotations

import re
from typing import Final

LENGTH_MAX: Final = 254
_ADDRESS: Final = re.compile(
    r"[^\s@,;:<>()\[\]\\\"%\x00-\x1f\x7f]{1,64}@[^\s@,;:<>()\[\]\\\"%\x00-\x1f\x7f]+"
)


def is_mail_address(text: str) -> bool:
    """Whether mail to it can reach one place only."""
    return len(text) <= LENGTH_MAX and text.isprintable() and bool(_ADDRESS.fullmatch(text))
