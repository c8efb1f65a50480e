"""What standings and events of accounts are called.

>>> EVENT_SENTENCES["Activated"]
'The invitation was used.'
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

STANDING_WORDS: Final[dict[str, tuple[str, str, str]]] = {
    "waiting": (N_("Invited"), "grey", "circle"),
    "active": (N_("Active"), "teal", "dot"),
    "suspended": (N_("Suspended"), "orange", "triangle"),
    "closed": (N_("Closed"), "grey", "cross"),
}
"""Standing → its word, with the colour and the shape of its tag."""

HOLD_WORDS: Final[dict[str, str]] = {
    "address": N_("The e-mail address was changed by an administrator."),
    "factors": N_("The second factors were taken away by an administrator."),
    "link": N_("An administrator was shown a link for a new password."),
}
"""Why roles wait → a sentence."""

EVENT_SENTENCES: Final[dict[str, str]] = {
    "Invited": N_("Invited."),
    "InvitationRenewed": N_("A new link was made for the invitation."),
    "Admitted": N_("Signed in by a code for the first time."),
    "Activated": N_("The invitation was used."),
    "DetailsChanged": N_("Name or address changed."),
    "PasswordChanged": N_("Password changed."),
    "ResetRequested": N_("A link for a new password was made."),
    "RoleGranted": N_("Role granted: {role} in {programme}."),
    "RoleRevoked": N_("Role taken back: {role} in {programme}."),
    "HoldPlaced": N_("The roles wait for somebody to confirm whose account it is."),
    "HoldLifted": N_("Confirmed that it is them: the roles count."),
    "Suspended": N_("Suspended: {reason}"),
    "Reinstated": N_("Works again."),
    "SignedIn": N_("Signed in."),
    "SteppedUp": N_("Proved a second factor."),
    "SignInFailed": N_("A sign-in failed ({failures} in a row)."),
    "SessionRevoked": N_("A session ended."),
    "Closed": N_("Closed for good."),
}
"""Event → the sentence that a history shows."""
