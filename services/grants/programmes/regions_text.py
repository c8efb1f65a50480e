"""Regions as people type them into one field: a line a country.

>>> typed_regions("RS: Topola, Knić")
[{'country': 'RS', 'municipalities': ['Topola', 'Knić']}]
>>> regions_text((Region(country="BA", municipalities=("Tuzla", "Lukavac")),))
'BA: Tuzla, Lukavac'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.grants.programmes.region import Region


def typed_regions(text: str) -> list[dict[str, Any]]:
    """As ``ServedRegionSchema`` reads it; what is badly written is left for it to refuse."""
    found: list[dict[str, Any]] = []
    for row in text.splitlines():
        if not row.strip():
            continue
        country, _, names = row.partition(":")
        listed = [name.strip() for name in names.split(",") if name.strip()]
        found.append({"country": country.strip().upper(), "municipalities": listed})
    return found


def regions_text(regions: Sequence[Region]) -> str:
    """As it is typed."""
    return "\n".join(f"{region.country}: {', '.join(region.municipalities)}" for region in regions)
