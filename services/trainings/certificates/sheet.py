"""What a certificate's document says, in the language that was chosen for it.

    said = sheet(version_row, document_row, public_url="https://zanat.example")
    said["heading"], said["number"]    ->  "Uverenje", "RS-2026-000123"

Texts only: the form (``forms/certificate-1.typ``) shows them as they are and reads nothing in them.
The name is exactly as on the identity document, in its own script, whatever the language.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypedDict

import segno
from sqlalchemy import Row

from services.trainings.certificates.views import spaced_code
from services.trainings.cohorts.hours import MINUTES_AN_HOUR
from services.trainings.people.fields import one_line
from services.trainings.verification.addresses import typing_address, verification_address
from shared.language.formats import format_day, format_number
from shared.language.languages import LANGUAGES
from shared.language.translation import Translator, translator

DAYS_LISTED_MAX: Final = 12
_INK: Final = "#1b1b19"

_SCRIPTS: Final = {"sr_Cyrl": "cyrl"}
_REGIONS: Final = {"sr_Latn": "RS", "sr_Cyrl": "RS", "bs": "BA"}


class Said(TypedDict):
    """Everything that the form shows. ``marked`` and ``preview``: large words across the sheet."""

    title: str
    description: str
    lang: str
    region: str | None
    script: str
    heading: str
    of: str
    marked: str
    marked_note: str
    preview: str
    name_label: str
    name: str
    course_label: str
    course: str
    lines: list[str]
    place: str
    issued: str
    trainer_label: str
    trainer: str
    issuer_label: str
    issuer: str
    number_label: str
    number: str
    code_label: str
    code: str
    check_label: str
    check: str
    version: str
    qr: str
    qr_alt: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a version would say, before there is one. ``session_dates`` as in the tables."""

    language: str
    number: str
    kind: str
    full_name: str
    course_title: str
    course_version: int
    minutes: int
    session_dates: str
    place: str
    trainer: str
    issuer: str
    issued_on: date
    made_on: date
    certificate_version: int = 1
    code: str = ""


def sheet(version: Row[Any] | Draft, document: Row[Any] | None, *, public_url: str) -> Said:
    """What the document of a version says, or a duplicate of it; without one, a preview.

    version: as in ``certificate_versions``. A preview has no code and leads to no certificate.
    Its texts are shown as they are seen, in one line each: those of before may have been otherwise.
    """
    words = translator(version.language)
    number = version.number
    check = typing_address(public_url)
    leads_to = verification_address(public_url, number, version.code) if document else check
    tag = words.language.tag
    return Said(
        title=words.pgettext("on the certificate", "Certificate {number}", number=number),
        description=one_line(version.course_title),
        lang=tag.split("-")[0],
        region=_REGIONS.get(words.language.code),
        script=_SCRIPTS.get(words.language.code, "latn"),
        heading=words.pgettext("on the certificate", "Certificate"),
        of=_of(words, version.kind),
        **_marks(words, document),
        name_label=words.pgettext("on the certificate", "Name"),
        name=one_line(version.full_name),
        course_label=words.pgettext("on the certificate", "Course"),
        course=one_line(version.course_title),
        lines=_lines(words, version),
        place=one_line(version.place),
        issued=words.pgettext(
            "on the certificate", "Issued on {day}", day=_day(words, version.issued_on)
        ),
        trainer_label=words.pgettext("on the certificate", "Trainer"),
        trainer=one_line(version.trainer),
        issuer_label=words.pgettext("on the certificate", "Issued by"),
        issuer=one_line(version.issuer),
        number_label=words.pgettext("on the certificate", "Number"),
        number=number,
        code_label=words.pgettext("on the certificate", "Code"),
        code=spaced_code(version.code) if document else "····-····-····",
        check_label=words.pgettext("on the certificate", "Check it at"),
        check=check,
        version=_version(words, version),
        qr=_qr(leads_to),
        qr_alt=words.pgettext(
            "on the certificate",
            "QR code: leads to {address}, where this certificate is checked",
            address=check,
        ),
    )


def _of(words: Translator, kind: str) -> str:
    by_kind = {
        "business": words.pgettext("on the certificate", "of completed business training"),
        "primary": words.pgettext("on the certificate", "of completed primary schooling"),
        "vocational": words.pgettext("on the certificate", "of completed vocational training"),
        "secondary": words.pgettext("on the certificate", "of completed secondary schooling"),
        "employment_service": words.pgettext(
            "on the certificate", "of a qualification of the employment service"
        ),
    }
    return by_kind[kind]


class _Marks(TypedDict):
    marked: str
    marked_note: str
    preview: str


def _marks(words: Translator, document: Row[Any] | None) -> _Marks:
    if document is None:
        preview = words.pgettext("on the certificate", "PREVIEW")
        return _Marks(marked="", marked_note="", preview=preview)
    if not document.duplicate:
        return _Marks(marked="", marked_note="", preview="")
    note = words.pgettext(
        "on the certificate",
        "No. {count}, issued on {day}",
        count=document.duplicate,
        day=_day(words, document.issued_on),
    )
    marked = words.pgettext("on the certificate", "DUPLICATE")
    return _Marks(marked=marked, marked_note=note, preview="")


def _lines(words: Translator, version: Row[Any] | Draft) -> list[str]:
    hours, minutes = divmod(version.minutes, MINUTES_AN_HOUR)
    code = words.language.code
    length = words.pgettext("on the certificate", "{hours} h", hours=format_number(hours, code))
    if minutes:
        length += " " + words.pgettext("on the certificate", "{minutes} min", minutes=minutes)
    edition = words.pgettext(
        "on the certificate", "Edition {version} of the course", version=version.course_version
    )
    return [f"{length} · {edition}", _held(words, version)]


def _held(words: Translator, version: Row[Any] | Draft) -> str:
    days = [date.fromisoformat(day) for day in version.session_dates.split("\n") if day]
    if len(days) <= DAYS_LISTED_MAX:
        listed = ", ".join(_day(words, day) for day in days)
        return words.pgettext("on the certificate", "Held: {days}", days=listed)
    return words.pgettext(
        "on the certificate",
        "Held from {first} to {last}, days: {count}",
        first=_day(words, days[0]),
        last=_day(words, days[-1]),
        count=len(days),
    )


def _version(words: Translator, version: Row[Any] | Draft) -> str:
    if version.certificate_version == 1:
        return ""
    return words.pgettext(
        "on the certificate",
        "Version {version} of {day}, in place of the one before",
        version=version.certificate_version,
        day=_day(words, version.made_on),
    )


def _day(words: Translator, day: date) -> str:
    return format_day(day, words.language.code)


def _qr(text: str) -> str:
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(drawn, kind="svg", border=2, xmldecl=False, nl=False, dark=_INK)
    return drawn.getvalue().decode()


def document_languages() -> list[tuple[str, str]]:
    """Code and own name of the languages in which documents are written."""
    return [(code, LANGUAGES[code].name) for code in LANGUAGES]
