"""What a cohort of each kind needs to be told of, beyond course and place.

>>> checked("primary", level="class_5", occupation=None, institution="OŠ Primer")
Needed(level='class_5', occupation=None, institution='OŠ Primer')
>>> checked("business", level=None, occupation=None, institution=None)
Needed(level=None, occupation=None, institution=None)

Primary school goes by class (1 to 8) or, for adults, by cycle (1 to 3: classes 1–4, 5–6, 7–8);
secondary school by year. Whoever teaches for a certificate of theirs is named: the school, the
employment service. Vocational courses and those of the employment service lead to an occupation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from services.trainings.people.fields import optional_line
from shared.errors import Invalid
from shared.language.marking import N_

Need: TypeAlias = Literal["level", "occupation", "institution"]

NEEDS: Final[dict[str, tuple[Need, ...]]] = {
    "business": (),
    "primary": ("level", "institution"),
    "vocational": ("occupation",),
    "secondary": ("level", "institution"),
    "employment_service": ("occupation", "institution"),
}
LEVELS: Final[dict[str, tuple[str, ...]]] = {
    "primary": (
        *(f"class_{number}" for number in range(1, 9)),
        *(f"cycle_{number}" for number in range(1, 4)),
    ),
    "secondary": tuple(f"year_{number}" for number in range(1, 5)),
}
"""Kind → what it can be of, where it goes by that."""
TEXT_LENGTH_MAX: Final = 200


@dataclass(frozen=True, kw_only=True)
class Needed:
    """What was told, None where the kind does not ask."""

    level: str | None
    occupation: str | None
    institution: str | None


def checked(
    kind: str,
    *,
    level: str | None,
    occupation: str | None,
    institution: str | None,
    imported: bool = False,
) -> Needed:
    """What the kind needs of it; Invalid when something is missing, except in history."""
    needs = NEEDS.get(kind, ())
    given = Needed(
        level=level or None,
        occupation=optional_line(occupation, field="occupation", length_max=TEXT_LENGTH_MAX),
        institution=optional_line(institution, field="institution", length_max=TEXT_LENGTH_MAX),
    )
    told: dict[str, str | None] = {
        "level": given.level,
        "occupation": given.occupation,
        "institution": given.institution,
    }
    for name in needs:
        if told[name] is None and not imported:
            raise Invalid("kind-needs", N_("A cohort of this kind needs: {field}."), field=name)
    found = Needed(**{name: value if name in needs else None for name, value in told.items()})
    if found.level is not None and found.level not in LEVELS[kind]:
        raise Invalid("no-such-level", N_("Choose one of the list ({field})."), field="level")
    return found
