"""What an event tells, in one sentence: the words of the audit, for what is given to a person.

>>> sentence("org.zanat.grants.call.opened.v2")
'The call was opened.'

Plain data, as the navigation and the addresses: all that the services share about each other.
"""

from __future__ import annotations

from services.audit.entries.wording import sentence

__all__ = ["sentence"]
