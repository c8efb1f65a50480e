"""One row of the benchmark: what is measured, beside whom, and what came of it.

>>> found = Outcome("append", ours=(200.0, 240.0, 220.0), peer=(100.0, 100.0, 130.0))
>>> found.ratio
2.2
>>> Bound(at_least=1.5, aim=2.5).verdict(found.ratio)
'met'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Bound:
    """What a ratio (ours to the peer's) is held against: one of ``at_least`` and ``at_most``."""

    at_least: float | None = None
    at_most: float | None = None
    aim: float | None = None

    def __post_init__(self) -> None:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a row has either at_least or at_most")

    def verdict(self, ratio: float) -> str:
        """``met`` or ``below``; where little is good, ``below`` is above what is allowed."""
        return "met" if self._reaches(ratio, self.at_least, self.at_most) else "below"

    def aim_reached(self, ratio: float) -> bool | None:
        """Whether the aim beyond the bound is reached; None without one."""
        if self.aim is None:
            return None
        little_is_good = self.at_most is not None
        return self._reaches(ratio, *((None, self.aim) if little_is_good else (self.aim, None)))

    @staticmethod
    def _reaches(ratio: float, least: float | None, most: float | None) -> bool:
        return ratio >= least if least is not None else most is not None and ratio <= most


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A row as its module declares it; see the package.

    stage: a context manager that yields what ``ours`` and ``peer`` are called with.
    ours, peer: one round each; a rate in ``unit``, or with ``at_most`` a time in ``unit``.
    beside: further sides by what they are called (the peer with an option that is off by default),
        measured in the same rounds and shown, but not held against a bound.
    """

    name: str
    order: int
    row: str
    against: str
    unit: str
    stage: Callable[[], AbstractContextManager[Any]]
    ours: Callable[[Any], float]
    peer: Callable[[Any], float]
    at_least: float | None = None
    at_most: float | None = None
    aim: float | None = None
    beside: tuple[tuple[str, Callable[[Any], float]], ...] = ()

    @property
    def bound(self) -> Bound:
        """What its ratio is held against."""
        return Bound(at_least=self.at_least, at_most=self.at_most, aim=self.aim)


@dataclass(frozen=True)
class Noise:
    """How steady the machine was: milliseconds of a fixed piece of computing, and of an fsync."""

    computing: tuple[float, ...] = ()
    fsync: tuple[float, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What the rounds of a row gave, in the order in which they ran."""

    name: str
    ours: tuple[float, ...]
    peer: tuple[float, ...]
    noise: Noise = Noise()
    seconds: float = 0.0
    beside: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Median of ours to median of the peer's."""
        return median(self.ours) / median(self.peer)

    @property
    def ratios(self) -> tuple[float, ...]:
        """The ratio of each round, whose smallest and largest are the row's spread."""
        return tuple(a / b for a, b in zip(self.ours, self.peer, strict=True))
