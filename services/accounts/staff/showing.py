"""How an account's page says what was refused and what happened.

errors_of(problem)       ->  {"email": "Another account has this e-mail address."}
entry(recorded, names)   ->  {"what": "Signed in.", "who": "Vesna Ilić", "at": …}
"""

from __future__ import annotations

from typing import Any, Final

from services.accounts.staff.wording import EVENT_SENTENCES
from shared.access.wording import ROLE_WORDS
from shared.errors import Problem
from shared.events.projection import Recorded
from shared.language.marking import N_
from shared.web.language import say

_FIELD_OF: Final = {
    "text": "display_name",
    "email": "email",
    "email-missing": "email",
    "email-taken": "email",
    "role-has-no-region": "region",
    "role-scope": "programme",
    "unknown-programme": "programme",
    "unknown-region": "region",
    "unknown-kind": "kind",
}


def errors_of(problem: Problem, *, reason: bool = False) -> dict[str, str]:
    """A refusal at the field that it speaks of; ``reason``: of a form that asks only for one."""
    field = "reason" if reason else _FIELD_OF.get(problem.code, "role")
    facts = {
        name: say(ROLE_WORDS[fact], {}) if isinstance(fact, str) and fact in ROLE_WORDS else fact
        for name, fact in problem.facts.items()
    }
    return {field: say(problem.sentence, facts)}


def entry(recorded: Recorded, names: dict[str, str]) -> dict[str, Any]:
    """One line of the history, with what the event says in words."""
    event = recorded.event
    facts = {name: getattr(event, name, "") for name in ("reason", "failures")}
    role = getattr(event, "role", None)
    if role is not None:
        facts["role"] = say(ROLE_WORDS[role], {})
        facts["programme"] = getattr(event, "programme", None) or say(N_("everything"), {})
    who = names.get(recorded.actor) or say(N_("The system"), {})
    return {
        "what": say(EVENT_SENTENCES[type(event).__name__], facts),
        "who": who,
        "at": recorded.at,
    }
