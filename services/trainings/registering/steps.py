"""The questions of a guided registration, one a page, and in which order they are asked.

>>> [step.name for step in path({"has_number": "no", "consented": False})]
['name', 'born', 'sex', 'papers', 'missing', 'why', 'again', 'place', 'contact', 'consent', 'check']
>>> before("place", {"has_number": "yes"}), after("name", {})
('number', 'born')

What was answered decides what is asked: who has no national number is asked which papers are
missing, and only who agrees that it is held is asked what they say of their origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Answers = Mapping[str, Any]

CHECK: Final = "check"


@dataclass(frozen=True)
class Step:
    """One page. ``fields``: the answers that it asks for; ``needs``: those that end it."""

    name: str
    fields: tuple[str, ...]
    needs: tuple[str, ...] = ()

    def is_done(self, answers: Answers) -> bool:
        """Whether it was answered, as far as it has to be."""
        return all(answers.get(name) not in (None, "") for name in self.needs) and (
            bool(self.needs) or f"seen-{self.name}" in answers
        )


STEPS: Final = (
    Step("name", ("full_name",), ("full_name",)),
    Step("born", ("birth_date",), ("birth_date",)),
    Step("sex", ("sex",), ("sex",)),
    Step("papers", ("has_number",), ("has_number",)),
    Step("number", ("jmbg",), ("jmbg",)),
    Step("missing", ("missing",), ("missing",)),
    Step("why", ("why",), ("why",)),
    Step("again", ("ask_again_on", "note")),
    Step("place", ("country", "municipality"), ("country", "municipality")),
    Step("contact", ("phone", "email")),
    Step("consent", ("consented",), ("consented",)),
    Step("origin", ("declared_roma",), ("declared_roma",)),
    Step("purposes", ("purposes",)),
    Step("form", ("form",), ("form",)),
    Step(CHECK, ("reference",)),
)
BY_NAME: Final = {step.name: step for step in STEPS}


def is_asked(step: Step, answers: Answers) -> bool:
    """Whether a question is asked of this person."""
    match step.name:
        case "number":
            return answers.get("has_number") == "yes"
        case "missing":
            return answers.get("has_number") in ("no", "unknown")
        case "why" | "again":
            return answers.get("has_number") in ("no", "unknown") and answers.get("missing") != []
        case "origin" | "purposes" | "form":
            return answers.get("consented") is True
    return True


def path(answers: Answers) -> list[Step]:
    """The questions that are asked of this person, in their order."""
    return [step for step in STEPS if is_asked(step, answers)]


def after(name: str, answers: Answers) -> str:
    """The question behind one; CHECK has none."""
    names = [step.name for step in path(answers)]
    return names[min(names.index(name) + 1, len(names) - 1)] if name in names else first(answers)


def before(name: str, answers: Answers) -> str:
    """The question before one; empty for the first."""
    names = [step.name for step in path(answers)]
    place = names.index(name) if name in names else 0
    return names[place - 1] if place else ""


def first(answers: Answers) -> str:
    """The first question that is not answered yet; CHECK when all are."""
    return next((step.name for step in path(answers) if not step.is_done(answers)), CHECK)


def first_needed(answers: Answers) -> str:
    """As ``first``, without those that may be left out: for who is not led page by page."""
    open_ones = (step for step in path(answers) if step.needs and not step.is_done(answers))
    return next((step.name for step in open_ones), CHECK)


def counted(name: str, answers: Answers) -> tuple[int, int]:
    """Which of how many questions this is; the last page, which asks nothing, is not counted."""
    names = [step.name for step in path(answers)]
    return (names.index(name) + 1 if name in names else 1), len(names) - 1
