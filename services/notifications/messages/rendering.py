"""A message in words: the folder of its kind under ``templates/kinds``, in the reader's language.

    words("certificate_issued", pack({"number": "RS-2026-000001", …}), "sr_Latn").subject

To add a message, copy the folder of a neighbour and name it in ``message.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.messages.facts import Fact, unpack
from shared.language.marking import N_
from shared.language.translation import install, translator

KINDS_FOLDER: Final = Path(__file__).parent / "templates" / "kinds"

ERASED_SUBJECT: Final = N_("A message that was erased")
ERASED_BODY: Final = N_("What it said was erased together with the person's data.")

GROUP: Final = 4

RULES: Final = {
    "late": N_("It came after the deadline."),
    "not_adult": N_("Only adults can apply."),
    "not_resident": N_("The call is for people who live in other municipalities."),
    "no_certificate": N_("A certificate of the training is needed, and we found none."),
    "over_ceiling": N_("It asks for more than one grant can be."),
    "recent_award": N_("There was a grant not long ago."),
    "second_application": N_("There is another application in the same call."),
}

ROLES: Final = {
    "trainer": N_("trainer"),
    "programme_officer": N_("programme officer"),
    "committee_member": N_("committee member"),
    "committee_chair": N_("committee chair"),
    "finance_officer": N_("finance officer"),
    "finance_controller": N_("finance controller"),
    "field_officer": N_("field officer"),
    "auditor": N_("auditor"),
    "administrator": N_("administrator"),
    "donor": N_("donor"),
    "applicant": N_("applicant"),
}


@dataclass(frozen=True)
class Words:
    """What is read: one line, and paragraphs divided by empty lines."""

    subject: str
    body: str

    @property
    def paragraphs(self) -> list[str]:
        """The body's paragraphs."""
        return [part.strip() for part in self.body.split("\n\n") if part.strip()]


def words(kind: str, facts: str | None, language: str) -> Words:
    """A message's subject and body; of an erased one only that it was erased."""
    say = translator(language).gettext
    if facts is None:
        return Words(say(ERASED_SUBJECT), say(ERASED_BODY))
    known = _said(unpack(facts), language)
    environment = _environment(language)
    subject = environment.get_template(f"{kind}/subject.txt").render(known)
    body = environment.get_template(f"{kind}/body.txt").render(known)
    return Words(" ".join(subject.split()), body.strip())


def text_words(kind: str, facts: str, language: str) -> str:
    """A message in one short line, for a text to a phone."""
    template = _environment(language).get_template(f"{kind}/sms.txt")
    return " ".join(template.render(_said(unpack(facts), language)).split())


def in_groups(digits: str) -> str:
    """Digits as they are read and typed without losing one's place.

    >>> in_groups("48291357")
    '4829 1357'
    """
    return " ".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP))


def _said(facts: dict[str, Fact], language: str) -> dict[str, Any]:
    """Facts as templates show them; codes of rules and roles become words."""
    say = translator(language).gettext
    known: dict[str, Any] = dict(facts)
    if "rule" in facts:
        known["rule"] = say(RULES.get(str(facts["rule"]), ""))
    if "role" in facts:
        code = str(facts["role"])
        known["role"] = say(ROLES.get(code, code))
    return known


@cache
def _environment(language: str) -> Environment:
    # Plain text leaves by mail; pages escape it when they show it.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(KINDS_FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["in_groups"] = in_groups
    install(environment, language)
    return environment
