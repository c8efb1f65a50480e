"""What looking through gave, for the record and as a file to take along.

report_of(looked, sha256)                     ->  Report(rows=50_000, errors=1, …)
lines(findings, say)                          ->  (row, column, error or warning, what, what to do)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from services.trainings.imports.import_events import AsOf, Report
from services.trainings.imports.judging import Looked
from services.trainings.imports.rows import Finding
from shared.language.marking import N_

HEADERS: Final = (
    N_("Row"),
    N_("Column"),
    N_("Error or warning"),
    N_("What is wrong"),
    N_("What to do"),
)
ERROR: Final = N_("Error")
WARNING: Final = N_("Warning")

_TO_DO: Final[Mapping[str, str]] = {
    "empty": N_("Fill the cell in, or delete the row."),
    "repeated": N_("Delete one of the two rows."),
    "reference-taken": N_("Give the row another reference."),
    "no-cohort": N_("Import the cohort first, or correct its reference."),
    "no-registration": N_("Import the person first, or correct the reference."),
    "not-enrolled": N_("Enrol the person in the cohort first."),
    "no-session": N_("Import the session first, or correct its number."),
    "no-course": N_("Publish the course first, or write its title as it is there."),
    "no-trainer": N_("Write the trainer's name as it stands on their account."),
    "same-person": N_("Nothing, if it is one person. If not, correct one of the numbers."),
    "likely-duplicate": N_("After the import, say on the page of likely duplicates."),
    "says-otherwise": N_("Nothing, or correct it on its own page."),
    "no-consent": N_("Write the day of consent in the file, if there is one."),
    "consent-today": N_("Nothing."),
    "unknown-word": N_("Say on the columns' page what the word means, or write another."),
    "cohort-closed": N_("Reopen the cohort first."),
    "history-closed": N_("Send it as what happens now, not as the past."),
    "too-many-rows": N_("Split the file into several."),
}
CORRECT: Final = N_("Correct the cell in the file, then send it again.")
LOOK_AGAIN: Final = N_("Look at it; if it is right, nothing.")


def report_of(looked: Looked, sha256: str, seen: AsOf | None = None) -> Report:
    """The counts for the record."""
    return Report(
        rows=looked.rows,
        new=looked.judgement.new,
        known=looked.judgement.known,
        errors=looked.errors,
        warnings=looked.warnings,
        sha256=sha256,
        left=looked.left,
        seen=seen,
    )


def to_do(finding: Finding) -> str:
    """What a person can do about it, as a msgid."""
    return _TO_DO.get(finding.code, CORRECT if finding.error else LOOK_AGAIN)


def lines(
    findings: Iterable[Finding], say: Callable[[str, Mapping[str, Any]], str]
) -> Iterator[tuple[int | None, str, str, str, str]]:
    """A report's rows in the reader's language."""
    for one in findings:
        yield (
            one.row or None,
            one.column,
            say(ERROR if one.error else WARNING, {}),
            say(one.sentence, one.facts),
            say(to_do(one), {}),
        )
