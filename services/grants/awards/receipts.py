"""Receipts of a tranche: taken in through the one gate, kept sealed for the grantee, handed out.

with kept(row) as receipts: ...        # their hashes; the files go again when this is refused
listed("0192…")                        ->  (Receipt(tranche=1, number=1, sha256="ab…"), …)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from services.grants.awards.award import AWARD
from services.grants.awards.award_events import ReceiptsAccepted
from shared.errors import Invalid, Missing, Refused
from shared.files.attachments import Attachments
from shared.files.kinds import PDF, PICTURES, kind_of
from shared.language.marking import N_
from shared.web.commands import service
from shared.web.uploads import received_all

FILES_MAX: Final = 10
KINDS: Final = (PDF, *PICTURES)
DATA_CLASS: Final = "financial"
GROUP: Final = "agreement"


@dataclass(frozen=True)
class Receipt:
    """One file. ``number`` counts from 1 within its tranche."""

    tranche: int
    number: int
    sha256: str


@contextmanager
def kept(row: Row[Any]) -> Iterator[tuple[str, ...]]:
    """The hashes of the files that were sent, sealed under the grantee's key.

    Raises Invalid in words, and takes the files away again when what follows fails.
    """
    found = received_all("receipts", files_max=FILES_MAX, kinds=KINDS)
    if not found:
        raise Invalid("receipts-missing", N_("Attach the receipts."))
    files, hashes = Attachments.open(service()), []
    try:
        for one in found:
            reference = files.put(
                row.registration_id, DATA_CLASS, one.content, one.media_type, group=GROUP
            )
            hashes.append(reference.sha256)
        yield tuple(hashes)
    except BaseException as error:
        for sha256 in hashes:
            files.shelf.remove(sha256)
        if isinstance(error, ValueError) and len(hashes) < len(found):
            raise Refused(
                "person-erased", N_("The data of this person are erased. Nothing is kept any more.")
            ) from None
        raise


def listed(award_id: str) -> tuple[Receipt, ...]:
    """Every receipt of an award that was accepted, by tranche."""
    with service().database.reading() as connection:
        history = service().store.history(connection, AWARD.stream(award_id))
    return tuple(
        Receipt(one.event.tranche, number, sha256)
        for one in history
        if isinstance(one.event, ReceiptsAccepted)
        for number, sha256 in enumerate(one.event.receipts, 1)
    )


def content_of(award_id: str, tranche: int, number: int) -> tuple[bytes, str]:
    """(bytes, media type) of a receipt. Raises Missing for none, and for one that was erased."""
    for one in listed(award_id):
        if (one.tranche, one.number) == (tranche, number):
            content = Attachments.open(service()).get(one.sha256)
            if content is None:
                raise Missing("receipt-erased", N_("This receipt was erased."))
            return content, kind_of(content)
    raise Missing("receipt-missing", N_("There is no such receipt."))
