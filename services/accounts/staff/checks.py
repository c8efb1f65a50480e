"""What several rules of an account ask first.

text("  Mira ", field="display_name", length_max=200)   -> "Mira"; else Invalid
not_own(command)                                        -> Forbidden for one's own account
"""

from __future__ import annotations

from services.accounts.staff.account_commands import Act
from services.accounts.staff.account_state import Held
from shared.errors import Forbidden, Invalid, Refused
from shared.language.marking import N_


def text(value: str, *, field: str, length_max: int) -> str:
    """The value without space around it. Raises Invalid for an empty or too long one."""
    cleaned = value.strip()
    if not 1 <= len(cleaned) <= length_max or not cleaned.replace("\n", " ").isprintable():
        raise Invalid(
            "text",
            N_("The field {field} needs 1 to {length_max} printable characters."),
            field=field,
            length_max=length_max,
        )
    return cleaned


def not_own(command: Act) -> None:
    """Raise Forbidden for one's own account."""
    if command.by == command.account_id:
        raise Forbidden("own-account", N_("Somebody else must change your roles and your account."))


def of_staff(state: Held) -> None:
    """Raise Refused for an applicant's account."""
    if state.kind == "applicant":
        raise Refused(
            "account-of-applicant",
            N_("An applicant's name and roles follow from their registrations."),
        )
