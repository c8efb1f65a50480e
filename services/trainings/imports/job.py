"""What is known of an import while its rows are judged or entered.

job = Job(programme="RS-2011", import_id="m1", by="officer-1", history=True, now=now, plan=plan)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from services.trainings.imports.rows import Finding
from services.trainings.imports.understanding import Plan
from shared.errors import Problem

T = TypeVar("T")

IN_STATEMENT: int = 200
"""How many values are asked for at once."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """``by``: whose import it is; what is entered daily is entered as they would by hand.

    own_only: they reach the cohorts that they train, and who is enrolled there; to them nothing
              else is there.
    numbers:  they may read national numbers, so that people are found by them.
    """

    programme: str
    import_id: str
    by: str
    history: bool
    now: datetime
    plan: Plan
    own_only: bool = False
    numbers: bool = True


@dataclass
class Judgement:
    """What looking through rows gave until now. new, known: rows; findings: errors, warnings."""

    new: int = 0
    known: int = 0
    findings: list[Finding] = field(default_factory=list)

    def error(self, row: int, column: str, code: str, sentence: str, **facts: Any) -> None:
        """A row that cannot be entered as it is."""
        self.findings.append(Finding(row, column, True, code, sentence, facts))

    def warn(self, row: int, column: str, code: str, sentence: str, **facts: Any) -> None:
        """A row that is odd and will be entered."""
        self.findings.append(Finding(row, column, False, code, sentence, facts))

    def refuse(self, row: int, plan: Plan, problem: Problem) -> None:
        """A row that a rule refuses; beside the column of the field that the rule names."""
        facts = dict(problem.facts)
        name = str(facts.get("field", ""))
        header = plan.header(name)
        if header:
            facts["field"] = header
        self.error(row, header, problem.code, problem.sentence, **facts)


def parts(values: Sequence[T], size: int = IN_STATEMENT) -> Iterator[Sequence[T]]:
    """Values in parts that one statement takes."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
