"""A certificate as an Open Badges 3.0 credential, before it is signed.

    unsigned(facts, status=Place("RS-2026-1-1", 90_211), public_url="https://zanat.example")
        -> {"@context": […], "type": ["VerifiableCredential", "OpenBadgeCredential"], …}

A wallet shows the course, what earned it, the number and who issued it. Whose it is stands there as
a salted hash of the name, which whoever is told the name can compute again; or as the name itself,
when the person wants that. Source: 1EdTech *Open Badges Specification 3.0*, B.1; W3C *Verifiable
Credentials Data Model v2.0*.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.trainings.cohorts.hours import MINUTES_AN_HOUR
from services.trainings.credentials.contexts import CREDENTIALS, OPEN_BADGES
from services.trainings.credentials.issuers import did
from services.trainings.credentials.places import Place
from shared.identifiers import derived
from shared.language.formats import format_day, format_number
from shared.language.languages import LANGUAGES
from shared.language.marking import N_
from shared.language.translation import translator

STATUS: Final = "/trainings/credentials"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a certificate's version says. minutes: of the course; zone: where it was issued.

    attendance_percent_min, post_test_min: the rule by which it was earned; None: none is known.
    salt: secret to nobody who has the credential, and another for each.
    """

    certificate_id: str
    version: int
    programme: str
    number: str
    full_name: str
    course_id: str
    course_version: int
    course_title: str
    minutes: int
    session_dates: tuple[date, ...]
    issued_on: date
    recorded_at: datetime
    zone: str
    place: str
    issuer: str
    language: str
    attendance_percent_min: int | None
    post_test_min: int | None
    salt: str


def list_address(public_url: str, programme: str, name: str) -> str:
    """Where a status list is, which is its identifier too."""
    return f"{public_url}{STATUS}/{programme}/status/{name}"


def unsigned(facts: Facts, *, status: Place, public_url: str, named: bool) -> dict[str, Any]:
    """The credential. named: with the name as it is, else with its hash."""
    variant = "named" if named else "hashed"
    midnight = datetime.combine(facts.issued_on, time(), ZoneInfo(facts.zone)).isoformat()
    lists = list_address(public_url, facts.programme, status.list)
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": _urn("credential", facts.certificate_id, str(facts.version), variant),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts.course_title,
        "issuer": {
            "id": did(public_url, facts.programme),
            "type": ["Profile"],
            "name": facts.issuer,
            "url": public_url,
        },
        "validFrom": midnight,
        "awardedDate": midnight,
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [_identity(facts, named=named)],
            "licenseNumber": facts.number,
            **_days(facts.session_dates),
            "achievement": _achievement(facts),
        },
        "credentialStatus": {
            "id": f"{lists}#{status.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(status.index),
            "statusListCredential": lists,
        },
    }


def identity_hash(name: str, salt: str) -> str:
    """What stands for a name (Open Badges 3.0, ``IdentityHash``).

    >>> identity_hash("Mira Primer", "deadsea")[:15]
    'sha256$eaeea0e1'
    """
    return "sha256$" + hashlib.sha256((name + salt).encode()).hexdigest()


def _identity(facts: Facts, *, named: bool) -> dict[str, Any]:
    same = {"type": "IdentityObject", "identityType": "name", "hashed": not named}
    if named:
        return {**same, "identityHash": facts.full_name}
    hashed = identity_hash(facts.full_name, facts.salt)
    return {**same, "identityHash": hashed, "salt": facts.salt}


def _days(days: tuple[date, ...]) -> dict[str, str]:
    if not days:
        return {}
    return {"activityStartDate": min(days).isoformat(), "activityEndDate": max(days).isoformat()}


def _achievement(facts: Facts) -> dict[str, Any]:
    course = (facts.programme, facts.course_id, str(facts.course_version))
    return {
        "id": _urn("achievement", *course, facts.course_title),
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "inLanguage": LANGUAGES[facts.language].tag,
        "name": facts.course_title,
        "description": _description(facts),
        "criteria": {"narrative": _criteria(facts)},
    }


def _description(facts: Facts) -> str:
    text = translator(facts.language).gettext
    if not facts.session_dates:
        sentence = text(N_("{course}: {hours} hours, {place}."))
        return sentence.format(course=facts.course_title, hours=_hours(facts), place=facts.place)
    sentence = text(N_("{course}: {hours} hours from {first} to {last}, {place}."))
    return sentence.format(
        course=facts.course_title,
        hours=_hours(facts),
        first=format_day(min(facts.session_dates), facts.language),
        last=format_day(max(facts.session_dates), facts.language),
        place=facts.place,
    )


def _criteria(facts: Facts) -> str:
    text: Callable[[str], str] = translator(facts.language).gettext
    if facts.attendance_percent_min is None:
        sentence = text(N_("A course of {hours} hours, completed as the rule of its time asked."))
        return sentence.format(hours=_hours(facts))
    asked = {"hours": _hours(facts), "attendance": facts.attendance_percent_min}
    if facts.post_test_min is None:
        sentence = text(N_("At least {attendance} % of {hours} hours attended."))
        return sentence.format(**asked)
    sentence = text(
        N_("At least {attendance} % of {hours} hours attended, and {test} % in the test after it.")
    )
    return sentence.format(**asked, test=facts.post_test_min)


def _hours(facts: Facts) -> str:
    hours, rest = divmod(facts.minutes, MINUTES_AN_HOUR)
    if not rest:
        return format_number(hours, facts.language)
    return f"{format_number(hours, facts.language)}:{rest:02d}"


def _urn(*parts: str) -> str:
    return f"urn:uuid:{derived(*parts)}"
