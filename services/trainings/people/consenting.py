"""What follows when somebody consents or takes a consent back; pure, for the decider.

    given({"programme": True}, GiveConsent(purpose="programme", …))       ->  ()
    withdrawn({"programme": True}, WithdrawConsent(purpose="programme"))  ->
        (ConsentWithdrawn(…), RomaDeclared(declared_roma="declined"))

What somebody says of their own origin stands on consent alone, and falls with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from services.trainings.people.fields import term
from services.trainings.people.purposes import consented
from services.trainings.people.registration_commands import (
    GiveConsent,
    RegisterPerson,
    WithdrawConsent,
)
from services.trainings.people.registration_events import (
    ConsentForm,
    ConsentGiven,
    ConsentWithdrawn,
    DeclaredRoma,
    Purpose,
    RomaDeclared,
)
from shared.clock import day_in
from shared.errors import Invalid
from shared.events.event import Event
from shared.language.marking import N_


def given(consents: Mapping[str, bool], command: GiveConsent) -> tuple[Event, ...]:
    """A consent, unless it is given already. ``consents``: purpose → given or withdrawn."""
    _purpose(command)
    if consents.get(command.purpose, False):
        return ()
    return (
        ConsentGiven(
            registration_id=command.registration_id,
            consent_on=day_in(command.now, command.zone),
            purpose=command.purpose,
            form=command.form,
        ),
    )


def withdrawn(consents: Mapping[str, bool], command: WithdrawConsent) -> tuple[Event, ...]:
    """A consent taken back, with the declaration of origin where that stood on it."""
    _purpose(command)
    if not consented(consents, command.purpose):
        return ()
    taken_back = ConsentWithdrawn(
        registration_id=command.registration_id,
        withdrawn_on=day_in(command.now, command.zone),
        purpose=command.purpose,
        form=command.form,
    )
    stands = consented({**consents, command.purpose: False}, "ethnicity")
    if not consented(consents, "ethnicity") or stands:
        return (taken_back,)
    # A declaration stands on consent alone, so it falls with it.
    fallen = () if command.erased else (declared(command.registration_id, "declined"),)
    return (taken_back, *fallen)


def declarable(said: DeclaredRoma, *, consented: bool) -> None:
    """Raise Invalid for what may not be written down of somebody's origin."""
    term(said, get_args(DeclaredRoma), field="declared_roma")
    if said in ("yes", "no") and not consented:
        raise Invalid(
            "consent-needed",
            N_("What a person says of their own origin is written down only with consent."),
        )


def declared(registration_id: str, said: DeclaredRoma) -> RomaDeclared:
    """The entry of what somebody says of their origin."""
    return RomaDeclared(registration_id=registration_id, declared_roma=said)


def consent_form(command: RegisterPerson) -> ConsentForm | None:
    """How somebody consented who is registered; nothing where they did not."""
    if command.consent_form is not None:
        term(command.consent_form, get_args(ConsentForm), field="form")
    return command.consent_form if command.consented else None


def _purpose(command: GiveConsent | WithdrawConsent) -> None:
    term(command.purpose, get_args(Purpose), field="purpose")
    if command.form is not None:
        term(command.form, get_args(ConsentForm), field="form")
