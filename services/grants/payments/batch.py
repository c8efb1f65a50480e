"""A batch of payments: prepared, authorised, released, exported once as one file to the bank.

>>> BATCH.stream("0192"), BATCH.fold([])
('batch/0192', NoBatch())

The file's sealed bytes are kept and served again; their SHA-256 and the control totals are in the
event, so that exporting again gives the same bytes or is refused. Source: domain, "Money rules".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

from services.grants.awards.reasons import stated
from services.grants.payments.duties import (
    OneController,
    check_authoriser,
    check_preparer,
    check_releaser,
)
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_
from shared.money import Money, total

LINES_MAX: Final = 250
"""So that an event with all lines stays well under an envelope's 60 KiB."""

FileFormat: TypeAlias = Literal["pain_001", "csv"]


class BatchLine(msgspec.Struct, frozen=True):
    """One payment in the batch, for one version of the payee's account."""

    payment_id: str
    end_to_end_id: str
    amount: Money
    account_version: int


@event_type("grants.batch.prepared.v1")
class BatchPrepared(Event, frozen=True, kw_only=True):
    """Payments were put together. All have the currency of ``total``."""

    batch_id: str
    lines: tuple[BatchLine, ...]
    count: int
    total: Money
    prepared_by: str


@event_type("grants.batch.authorised.v1")
class BatchAuthorised(Event, frozen=True, kw_only=True):
    """A second person agreed."""

    batch_id: str
    authorised_by: str


@event_type("grants.batch.released.v1")
class BatchReleased(Event, frozen=True, kw_only=True):
    """A third person let it go; ``one_controller``: the authoriser, under a threshold."""

    batch_id: str
    released_by: str
    one_controller: bool = False


@event_type("grants.batch.exported.v1")
class BatchExported(Event, frozen=True, kw_only=True):
    """The file was made. ``file_sha256``: of its sealed bytes."""

    batch_id: str
    format: FileFormat
    file_sha256: str
    count: int
    total: Money


@event_type("grants.batch.rebuilt.v1")
class BatchRebuilt(Event, frozen=True, kw_only=True):
    """Payments were taken out; it is authorised and released anew."""

    batch_id: str
    lines: tuple[BatchLine, ...]
    removed: tuple[str, ...]
    count: int
    total: Money
    rebuilt_by: str
    reason: str


@event_type("grants.batch.dissolved.v1")
class BatchDissolved(Event, frozen=True, kw_only=True):
    """It will not be exported; its payments are free again."""

    batch_id: str
    removed: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class NoBatch:
    """Not prepared yet."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Waits to be authorised. ``prepared_by``: everybody who put it together."""

    batch_id: str
    lines: tuple[BatchLine, ...]
    prepared_by: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Authorised(Prepared):
    """Waits to be released."""

    authorised_by: str


@dataclass(frozen=True, kw_only=True)
class Released(Authorised):
    """Waits to be exported."""


@dataclass(frozen=True, kw_only=True)
class Exported(Prepared):
    """With the bank, as the file with this digest."""

    file_sha256: str


@dataclass(frozen=True)
class Dissolved:
    """Never exported."""


State: TypeAlias = NoBatch | Prepared | Dissolved
"""Authorised, Released and Exported are Prepared with more known."""


def evolve(state: State, event: Event) -> State:
    """The batch after one more event."""
    match event, state:
        case BatchPrepared(), _:
            return Prepared(
                batch_id=event.batch_id,
                lines=event.lines,
                prepared_by=frozenset({event.prepared_by}),
            )
        case BatchAuthorised(), Prepared():
            return Authorised(**vars(state), authorised_by=event.authorised_by)
        case BatchReleased(), Authorised():
            return Released(**vars(state))
        case BatchExported(), Prepared():
            return Exported(
                batch_id=state.batch_id,
                lines=state.lines,
                prepared_by=state.prepared_by,
                file_sha256=event.file_sha256,
            )
        case BatchRebuilt(), Prepared():
            return Prepared(
                batch_id=state.batch_id,
                lines=event.lines,
                prepared_by=state.prepared_by | {event.rebuilt_by},
            )
        case BatchDissolved(), _:
            return Dissolved()
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


@dataclass(frozen=True, kw_only=True)
class BatchCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class PrepareBatch(BatchCommand):
    """Put requested payments of one currency together.

    scored: any of their applications. own: whether ``by`` is paid by any of them.
    """

    batch_id: str
    lines: tuple[BatchLine, ...]
    scored: bool
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class AuthoriseBatch(BatchCommand):
    """Agree; appended with AuthorisePayment of every payment in it.

    typed_account: everybody who typed an account that is paid to in it.
    own: whether ``by`` is paid in it.
    """

    scored: bool
    typed_account: frozenset[str]
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class ReleaseBatch(BatchCommand):
    """Let it go; appended with ReleasePayment of every payment in it.

    typed_account: everybody who typed an account that is paid to in it.
    own: whether ``by`` is paid in it.
    """

    scored: bool
    typed_account: frozenset[str]
    one_controller: OneController | None = None
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class ExportBatch(BatchCommand):
    """The file is made; appended with ExportPayment of every payment in it."""

    format: FileFormat
    file_sha256: str


@dataclass(frozen=True, kw_only=True)
class RebuildBatch(BatchCommand):
    """Take payments out, for instance because an account changed."""

    without: frozenset[str]
    reason: str


@dataclass(frozen=True, kw_only=True)
class DissolveBatch(BatchCommand):
    """Give all payments free."""

    reason: str


def decide(state: State, command: Any) -> tuple[Event, ...]:
    """Events that follow, none when nothing changes. Raises Refused, Invalid, Forbidden."""
    match command, state:
        case PrepareBatch(), NoBatch():
            return _prepare(command)
        case PrepareBatch(), _:
            return ()
        case BatchCommand(), NoBatch():
            raise Missing("batch-missing", N_("There is no such batch."))
        case AuthoriseBatch(), Prepared() if type(state) is Prepared:
            check_authoriser(
                by=command.by,
                prepared_by=state.prepared_by,
                typed_account=command.typed_account,
                scored=command.scored,
                own=command.own,
            )
            return (BatchAuthorised(batch_id=state.batch_id, authorised_by=command.by),)
        case ReleaseBatch(), Authorised() if type(state) is Authorised:
            one_controller = check_releaser(
                by=command.by,
                prepared_by=state.prepared_by,
                authorised_by=state.authorised_by,
                typed_account=command.typed_account,
                scored=command.scored,
                own=command.own,
                amount=control_total(state.lines),
                one_controller=command.one_controller,
            )
            released = BatchReleased(
                batch_id=state.batch_id, released_by=command.by, one_controller=one_controller
            )
            return (released,)
        case ExportBatch(), Released() | Exported():
            return _export(state, command)
        case RebuildBatch() | DissolveBatch(), Prepared() if not isinstance(state, Exported):
            return _take_out(state, command)
        case DissolveBatch(), Dissolved():
            return ()
        case BatchCommand(), _:
            raise Refused(
                "batch-state-forbids",
                N_("The batch is {status}; this cannot be done."),
                status=type(state).__name__.lower(),
            )
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a batch")


def control_total(lines: Sequence[BatchLine]) -> Money:
    """Sum of the lines. Raises Invalid when there are none or the currencies differ."""
    currencies = {line.amount.currency for line in lines}
    if len(currencies) != 1:
        raise Invalid(
            "batch-currencies", N_("A batch holds at least one payment and only one currency.")
        )
    return total((line.amount for line in lines), currency=currencies.pop())


def _prepare(command: PrepareBatch) -> tuple[Event, ...]:
    check_preparer(scored=command.scored, own=command.own)
    lines = command.lines
    if len(lines) > LINES_MAX:
        raise Invalid(
            "batch-too-long",
            N_("A batch holds at most {lines_max} payments."),
            lines_max=LINES_MAX,
        )
    if len({line.payment_id for line in lines}) < len(lines):
        raise Invalid("batch-repeats", N_("A payment is in the batch twice."))
    prepared = BatchPrepared(
        batch_id=command.batch_id,
        lines=lines,
        count=len(lines),
        total=control_total(lines),
        prepared_by=command.by,
    )
    return (prepared,)


def _export(state: Prepared, command: ExportBatch) -> tuple[Event, ...]:
    if not re.fullmatch(r"[0-9a-f]{64}", command.file_sha256):
        raise Invalid("digest-malformed", N_("The file's digest is not a SHA-256 in hex."))
    if isinstance(state, Exported):
        if state.file_sha256 == command.file_sha256:
            return ()
        raise Refused(
            "batch-exported",
            N_("The batch was exported as another file: exporting again gives that file."),
            file_sha256=state.file_sha256,
        )
    exported = BatchExported(
        batch_id=state.batch_id,
        format=command.format,
        file_sha256=command.file_sha256,
        count=len(state.lines),
        total=control_total(state.lines),
    )
    return (exported,)


def _take_out(state: Prepared, command: RebuildBatch | DissolveBatch) -> tuple[Event, ...]:
    everything = frozenset(line.payment_id for line in state.lines)
    without = command.without & everything if isinstance(command, RebuildBatch) else everything
    if not without:
        return ()
    removed = tuple(line.payment_id for line in state.lines if line.payment_id in without)
    kept = tuple(line for line in state.lines if line.payment_id not in without)
    reason = stated(command.reason)
    if not kept:
        return (BatchDissolved(batch_id=state.batch_id, removed=removed, reason=reason),)
    rebuilt = BatchRebuilt(
        batch_id=state.batch_id,
        lines=kept,
        removed=removed,
        count=len(kept),
        total=control_total(kept),
        rebuilt_by=command.by,
        reason=reason,
    )
    return (rebuilt,)


BATCH: Final[Decider[State]] = Decider(
    kind="batch",
    initial=NoBatch(),
    evolve=evolve,
    decide=decide,
    events=(
        BatchPrepared,
        BatchAuthorised,
        BatchReleased,
        BatchExported,
        BatchRebuilt,
        BatchDissolved,
    ),
)
