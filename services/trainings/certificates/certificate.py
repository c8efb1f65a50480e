"""A certificate: issued once, corrected by a next version, duplicated, revoked by two people.

    IssueCertificate(by="trainer-1", certificate_id="x1", number="RS-2026-000123", …) -> Issued
    ProposeRevocation(by="officer-1", reason="…")   -> RevocationProposed
    Revoke(by="officer-1")                          -> Forbidden: the second person is another
    Revoke(by="officer-2")                          -> Revoked

Bytes once handed out are kept and never rendered again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, TypeAlias, get_args

from services.trainings.certificates import correcting
from services.trainings.certificates.certificate_commands import (
    CertificateCommand,
    DeclineRevocation,
    Draft,
    ImportCertificate,
    IssueCertificate,
    IssueDuplicate,
    KeepDocument,
    ProposeRevocation,
    Revoke,
    Supersede,
)
from services.trainings.certificates.certificate_events import (
    CertificateEvent,
    DocumentKept,
    DuplicateIssued,
    Issued,
    RevocationDeclined,
    RevocationProposed,
    Revoked,
    Superseded,
)
from services.trainings.certificates.languages import LANGUAGES
from services.trainings.certificates.numbering import series
from services.trainings.courses.course import TITLE_LENGTH_MAX, CourseKind
from services.trainings.people.fields import (
    NAME_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    line,
    term,
    text,
)
from shared.access.own import is_own
from shared.clock import day_in
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_

DUPLICATES_MAX: Final = 20
VERSIONS_MAX: Final = 50


# State


@dataclass(frozen=True)
class NoCertificate:
    """Nothing was issued under this id."""


@dataclass(frozen=True, kw_only=True)
class Valid:
    """It stands. ``documents``: (version, duplicate) to the hash of the kept bytes."""

    registration_id: str
    person_id: str
    cohort_id: str
    number: str
    kind: CourseKind
    issued_on: date
    said: correcting.Said
    version: int = 1
    duplicates: int = 0
    documents: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RevocationPending:
    """It stands until a second person decides."""

    certificate: Valid
    proposed_by: str


@dataclass(frozen=True, kw_only=True)
class Void:
    """It was revoked."""

    certificate: Valid


CertificateState: TypeAlias = NoCertificate | Valid | RevocationPending | Void


def held_by(state: Valid | RevocationPending | Void) -> Valid:
    """What the certificate is, whether it stands or not."""
    return state if isinstance(state, Valid) else state.certificate


def evolve(state: CertificateState, event: CertificateEvent) -> CertificateState:
    """State after one more event."""
    match state, event:
        case NoCertificate(), Issued():
            return Valid(
                registration_id=event.registration_id,
                person_id=event.person_id,
                cohort_id=event.cohort_id,
                number=event.number,
                kind=event.kind,
                issued_on=event.issued_on,
                said=_said(event),
            )
        case Valid(), Superseded():
            return replace(state, version=event.version, duplicates=0, said=_said(event))
        case Valid(), DuplicateIssued():
            return replace(state, duplicates=event.duplicate)
        case Valid(), RevocationProposed():
            return RevocationPending(certificate=state, proposed_by=event.proposed_by)
        case RevocationPending(), RevocationDeclined():
            return state.certificate
        case RevocationPending(), Revoked():
            return Void(certificate=state.certificate)
        case Valid(), DocumentKept():
            return _keeping(state, event)
        case ((RevocationPending() | Void()), DocumentKept()):
            return replace(state, certificate=_keeping(state.certificate, event))
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


def _said(event: Issued | Superseded) -> correcting.Said:
    return correcting.Said(minutes=event.minutes, session_dates=event.session_dates)


def _keeping(certificate: Valid, event: DocumentKept) -> Valid:
    documents = {**certificate.documents, (event.version, event.duplicate): event.sha256}
    return replace(certificate, documents=documents)


# Decide


def decide(state: CertificateState, command: CertificateCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Forbidden, Missing."""
    if isinstance(command, IssueCertificate | ImportCertificate):
        return _issue(state, command)
    if isinstance(state, NoCertificate):
        raise Missing("no-certificate", N_("There is no such certificate."))
    match command:
        case KeepDocument():
            return _keep(held_by(state), command)
        case ProposeRevocation():
            return _propose(state, command)
        case DeclineRevocation():
            if not isinstance(state, RevocationPending):
                raise Refused("nothing-proposed", N_("No revocation is proposed."))
            return (RevocationDeclined(certificate_id=command.certificate_id),)
        case Revoke():
            return _revoke(state, command)
        case Supersede():
            return _supersede(_standing(state), command)
        case IssueDuplicate():
            return _duplicate(_standing(state), command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a certificate")


def _issue(
    state: CertificateState, command: IssueCertificate | ImportCertificate
) -> tuple[Event, ...]:
    if not isinstance(state, NoCertificate):
        held = held_by(state)
        if (held.registration_id, held.cohort_id) == (command.registration_id, command.cohort_id):
            return ()
        raise Refused("already-issued", N_("This certificate was issued to somebody else."))
    if isinstance(command, ImportCertificate):
        issued_on = command.issued_on
    else:
        issued_on = day_in(command.now, command.zone)
        _may_issue(command, issued_on)
    return (_issued(command, issued_on),)


def _may_issue(command: IssueCertificate, today: date) -> None:
    if command.by not in command.trainers:
        raise Forbidden("not-the-trainer", N_("Only the trainers of the cohort issue in it."))
    _not_own(command.registration_id, command.own_registrations)
    if today < command.last_session_on:
        raise Refused(
            "before-last-session",
            N_("Certificates are issued after the last session, on {last_session_on} or later."),
            last_session_on=command.last_session_on.isoformat(),
        )
    if not command.identity_confirmed:
        raise Refused(
            "identity-not-confirmed",
            N_("A second person must confirm who this is before a certificate is issued."),
        )
    if not command.qualification.qualifies:
        raise Refused(
            "not-qualified",
            N_("This participant does not qualify yet: {missing}."),
            missing=", ".join(command.qualification.missing),
        )


def _not_own(registration_id: str, own_registrations: frozenset[str]) -> None:
    if is_own(registration_id, own_registrations):
        raise Forbidden("own-certificate", N_("Nobody can certify themself."))


def _issued(command: Draft, issued_on: date) -> Issued:
    if command.number.rpartition("-")[0] != series(command.country, issued_on.year):
        raise Invalid(
            "number-of-another-series",
            N_("The certificate number does not belong to this country and year."),
        )
    term(command.kind, get_args(CourseKind), field="kind")
    return Issued(
        certificate_id=command.certificate_id,
        registration_id=command.registration_id,
        person_id=command.person_id,
        number=command.number,
        full_name=line(command.full_name, field="full_name", length_max=NAME_LENGTH_MAX),
        course_id=command.course_id,
        course_title=line(command.course_title, field="course_title", length_max=TITLE_LENGTH_MAX),
        course_version=command.course_version,
        kind=command.kind,
        minutes=command.minutes,
        session_dates=command.session_dates,
        issued_on=issued_on,
        country=command.country,
        place=line(command.place, field="place", length_max=PLACE_LENGTH_MAX),
        trainer=line(command.trainer, field="trainer", length_max=NAME_LENGTH_MAX),
        issuer=line(command.issuer, field="issuer", length_max=NAME_LENGTH_MAX),
        code=command.code,
        cohort_id=command.cohort_id,
        imported=isinstance(command, ImportCertificate),
        language=_language(command.language),
    )


def _standing(state: Valid | RevocationPending | Void) -> Valid:
    if not isinstance(state, Valid):
        raise Refused(
            "certificate-not-standing",
            N_("The certificate is revoked, or its revocation is proposed."),
        )
    return state


def _supersede(state: Valid, command: Supersede) -> tuple[Event, ...]:
    _not_own(state.registration_id, command.own_registrations)
    if state.version >= VERSIONS_MAX:
        raise Refused("too-many-versions", N_("This certificate was corrected too many times."))
    said = correcting.hours_and_days(command, state.said, issued_on=state.issued_on)
    return (
        Superseded(
            certificate_id=command.certificate_id,
            registration_id=state.registration_id,
            person_id=state.person_id,
            number=state.number,
            version=state.version + 1,
            full_name=correcting.name(command),
            course_title=line(
                command.course_title, field="course_title", length_max=TITLE_LENGTH_MAX
            ),
            minutes=said.minutes,
            session_dates=said.session_dates,
            place=line(command.place, field="place", length_max=PLACE_LENGTH_MAX),
            trainer=line(command.trainer, field="trainer", length_max=NAME_LENGTH_MAX),
            code=command.code,
            superseded_on=day_in(command.now, command.zone),
            reason=text(command.reason, field="reason", length_max=REASON_LENGTH_MAX),
            language=_language(command.language),
        ),
    )


def _language(code: str) -> str:
    return code and term(code, LANGUAGES, field="language")


def _duplicate(state: Valid, command: IssueDuplicate) -> tuple[Event, ...]:
    if state.duplicates >= DUPLICATES_MAX:
        raise Refused("too-many-duplicates", N_("This certificate was replaced too many times."))
    return (
        DuplicateIssued(
            certificate_id=command.certificate_id,
            number=state.number,
            version=state.version,
            duplicate=state.duplicates + 1,
            issued_on=day_in(command.now, command.zone),
        ),
    )


def _keep(held: Valid, command: KeepDocument) -> tuple[Event, ...]:
    kept = held.documents.get((command.version, command.duplicate))
    if kept == command.sha256:
        return ()
    if kept is not None:
        raise Refused("document-kept", N_("This document was handed out; it is never made anew."))
    known = command.version == held.version and 0 <= command.duplicate <= held.duplicates
    if not known:
        raise Missing("no-document", N_("There is no such version or duplicate."))
    return (
        DocumentKept(
            certificate_id=command.certificate_id,
            version=command.version,
            duplicate=command.duplicate,
            sha256=command.sha256,
            size=command.size,
            renderer=command.renderer,
            template=command.template,
        ),
    )


def _propose(
    state: Valid | RevocationPending | Void, command: ProposeRevocation
) -> tuple[Event, ...]:
    certificate = _standing(state)
    return (
        RevocationProposed(
            certificate_id=command.certificate_id,
            registration_id=certificate.registration_id,
            reason=text(command.reason, field="reason", length_max=REASON_LENGTH_MAX),
            proposed_by=command.by,
        ),
    )


def _revoke(state: Valid | RevocationPending | Void, command: Revoke) -> tuple[Event, ...]:
    if isinstance(state, Void):
        return ()
    if not isinstance(state, RevocationPending):
        raise Refused("nothing-proposed", N_("No revocation is proposed."))
    if command.by == state.proposed_by:
        raise Forbidden("second-person", N_("Somebody who did not propose it must agree to it."))
    certificate = state.certificate
    return (
        Revoked(
            certificate_id=command.certificate_id,
            registration_id=certificate.registration_id,
            person_id=certificate.person_id,
            number=certificate.number,
            kind=certificate.kind,
            revoked_on=day_in(command.now, command.zone),
        ),
    )


CERTIFICATE: Final[Decider[CertificateState]] = Decider(
    kind="certificate",
    initial=NoCertificate(),
    evolve=evolve,
    decide=decide,
    events=get_args(CertificateEvent),
)
