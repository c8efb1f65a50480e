"""Documents of certificates as they are handed out: one, all of a cohort in a folder or to print.

    document = found(row, version=1, duplicate=0)     # Missing when there is none
    one(row, document)                                # the kept bytes, as a file to be saved

That they were handed out is recorded before they leave. File names carry the number and no name.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Response
from sqlalchemy import Row

from services.trainings.asking import not_found
from services.trainings.certificates import views
from services.trainings.certificates.keeping import Named, content
from services.trainings.certificates.printing import unprintable
from services.trainings.certificates.rendering import UNMAKEABLE
from shared.access.accesses import record_export
from shared.errors import Missing, Refused
from shared.files.kinds import PDF
from shared.language.marking import N_
from shared.web.access import signed_in
from shared.web.app import correlation_id
from shared.web.commands import service
from shared.web.uploads import handed_out

READ: Final = "trainings.certificates.duplicate"
"""Who may print a certificate may have its document: the name and the code are in it."""

_ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Document:
    """A document as it is listed. ``current``: no later version or duplicate took its place.

    makeable: False for one that is not made and says what no document can show.
    """

    row: Row[Any]
    current: bool
    makeable: bool = True

    @property
    def named(self) -> Named:
        """Which one it is."""
        row = self.row
        return Named(row.certificate_id, row.certificate_version, row.duplicate)

    @property
    def name(self) -> str:
        """What its file is called, without the ending."""
        return file_name(self.row)

    @property
    def state(self) -> str:
        """kept, waiting (made in a moment, or when it is asked for), from_before, unmakeable,
        erased, never."""
        if self.row.full_name is None:
            return "erased"
        if self.row.sha256 is not None:
            return "kept"
        if not self.current:
            return "never"
        if not self.makeable:
            return "unmakeable"
        return "from_before" if self.row.imported else "waiting"


def file_name(row: Row[Any]) -> str:
    """The number, and which version and duplicate, where it is not the first of both."""
    parts = [row.number]
    if row.certificate_version > 1:
        parts.append(f"v{row.certificate_version}")
    if row.duplicate:
        parts.append(f"d{row.duplicate}")
    return "-".join(parts)


def listed(certificate_id: str) -> list[Document]:
    """Every document of a certificate, the newest first."""
    with service().database.reading() as connection:
        rows = views.documents(connection, certificate_id)
    newest = rows[0].certificate_version
    return _told([Document(row, row.certificate_version == newest) for row in rows])


def latest(cohort_id: str) -> list[Document]:
    """The newest document of each certificate of a cohort that stands."""
    with service().database.reading() as connection:
        rows = views.latest_documents(connection, cohort_id)
    return _told([Document(row, True) for row in rows])


def _told(documents: list[Document]) -> list[Document]:
    """The same, each with whether it can be made; asked of those only that are not made yet."""
    texts = {
        one.named: (row.full_name, row.course_title, row.place, row.trainer, row.issuer)
        for one in documents
        if (row := one.row).sha256 is None and row.full_name is not None and one.current
    }
    failing = unprintable(text for said in texts.values() for text in said)
    if not failing:
        return documents
    return [
        replace(one, makeable=failing.isdisjoint(texts.get(one.named, ()))) for one in documents
    ]


def found(certificate_id: str, version: int, duplicate: int) -> Document:
    """One document of this certificate. Raises Missing."""
    for one in listed(certificate_id):
        if one.named[1:] == (version, duplicate):
            return one
    raise not_found()


def given(document: Document) -> Response:
    """A document as a file to be saved; made now if it was not yet. Raises Missing."""
    return handed_out(content(service(), document.named), PDF, name=document.name)


def folder(documents: Sequence[Document], *, name: str) -> Response:
    """Several in one ZIP, each as it was handed out. Raises Refused when there is none."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for document, raw in _contents(documents):
            archive.writestr(zipfile.ZipInfo(f"{document.name}.pdf", _ZIP_DAY), raw)
    response = handed_out(packed.getvalue(), PDF, name=name)
    response.content_type = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return response


def to_print(documents: Sequence[Document], *, name: str) -> Response:
    """Several as one PDF for the printer: their pages, one after the other."""
    import pikepdf  # 5 MB, for who prints several

    joined, opened = pikepdf.new(), []
    for _, raw in _contents(documents):
        opened.append(pikepdf.open(io.BytesIO(raw)))
        joined.pages.extend(opened[-1].pages)
    made = io.BytesIO()
    joined.save(made, deterministic_id=True)
    return handed_out(made.getvalue(), PDF, name=name)


def _contents(documents: Sequence[Document]) -> Iterator[tuple[Document, bytes]]:
    some = False
    for document in documents:
        try:
            raw = content(service(), document.named)
        except (Missing, Refused) as gone:
            # One that is not to be had stops no other: the cohort's page says which.
            if gone.code not in ("document-erased", UNMAKEABLE):
                raise
            continue
        some = True
        yield document, raw
    if not some:
        raise Refused("no-documents", N_("There is no document to hand out."))


def record(programme: str, subject: str) -> None:
    """Documents are about to leave: on record before they do."""
    record_export(
        service(),
        signed_in(),
        what="certificates_to_print",
        subject=subject,
        programme=programme,
        correlation=correlation_id(),
    )
