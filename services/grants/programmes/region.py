"""A region: a country and the municipalities in it that a programme or a call serves.

>>> serves((Region(country="RS", municipalities=("Topola",)),), country="RS", municipality="Topola")
True
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from services.grants.programmes.wording import worded
from shared.errors import Invalid
from shared.language.marking import N_

MUNICIPALITIES_MAX: Final = 300
REGIONS_MAX: Final = 20


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """country: ISO 3166-1 alpha-2. municipalities: as they are written on identity documents."""

    country: str
    municipalities: tuple[str, ...]


def checked_regions(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """The regions, names trimmed; Invalid when one is empty, doubled or badly written."""
    if not 1 <= len(regions) <= REGIONS_MAX:
        raise Invalid("regions-missing", N_("Name at least one country with its municipalities."))
    countries = Counter(region.country for region in regions)
    if max(countries.values()) > 1:
        raise Invalid("country-twice", N_("A country stands in the list twice."))
    return tuple(_checked(region) for region in regions)


def country_code(value: str) -> str:
    """``value`` when it has the form of an ISO 3166-1 alpha-2 code, such as RS or BA."""
    if len(value) != 2 or not (value.isascii() and value.isalpha() and value.isupper()):
        raise Invalid("country-code", N_("A country is two capital letters, such as RS or BA."))
    return value


def serves(regions: tuple[Region, ...], *, country: str, municipality: str) -> bool:
    """Whether a municipality is listed."""
    return any(
        region.country == country and municipality in region.municipalities for region in regions
    )


def _checked(region: Region) -> Region:
    country = country_code(region.country)
    names = tuple(worded(name, field="municipality") for name in region.municipalities)
    if not 1 <= len(names) <= MUNICIPALITIES_MAX or len(set(names)) != len(names):
        raise Invalid(
            "municipalities",
            N_("Name the municipalities of {country}, each once."),
            country=country,
        )
    return Region(country=country, municipalities=names)
