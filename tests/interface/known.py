"""What an installation already has: the values that its own answers give for names in addresses.

known = Known.of(home, "grants")
known.values["call_id"]      ->  ["0192…", …]
known.version("/grants/api/v1/calls/{call_id}/open", {"call_id": "0192…"})   ->  '"3"'
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from .home import Home

VALUES_MAX: Final = 6
ADDRESSES_MAX: Final = 4
ROUNDS: Final = 3
_NAME: Final = re.compile(r"{(\w+)}")


@dataclass
class Known:
    """Values by name, gathered by following a service's own lists and records."""

    home: Home
    service: str
    values: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, home: Home, service: str) -> Known:
        """Ask each address that can be asked, with what the answers before gave."""
        known = cls(home, service)
        asked: set[str] = set()
        for _ in range(ROUNDS):
            for path in known.readable():
                for address in itertools.islice(known.addresses(path), ADDRESSES_MAX):
                    if address not in asked:
                        asked.add(address)
                        known.gather(address)
        return known

    def readable(self) -> list[str]:
        """Templates of addresses that answer to GET."""
        paths = self.home.documents[self.service]["paths"]
        return [path for path, methods in paths.items() if "get" in methods]

    def addresses(self, path: str) -> Iterator[str]:
        """The template with known values in place of its names."""
        names = _NAME.findall(path)
        for values in itertools.product(*(self.values.get(name, ()) for name in names)):
            yield filled(path, dict(zip(names, values, strict=True)))

    def gather(self, address: str) -> None:
        """Keep what an answer says."""
        answer = self.home.get(self.service, address)
        if answer.status_code == 200 and answer.mimetype == "application/json":
            self._keep(answer.get_json())

    def version(self, path: str, values: Mapping[str, Any]) -> str | None:
        """The ETag of the record that a command's address lies under."""
        for shorter in sorted(self.readable(), key=len, reverse=True):
            if path.startswith(f"{shorter}/") and "{" in shorter:
                answer = self.home.get(self.service, filled(shorter, values))
                return str(answer.headers.get("ETag")) if "ETag" in answer.headers else None
        return None

    def _keep(self, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                # What a list of staff calls "id" is an account's id in addresses.
                name: str = {"id": "account_id", "number": "tranche"}.get(key, str(key))
                if isinstance(inner, (dict, list)):
                    self._keep(inner)
                elif isinstance(inner, (str, int)) and not isinstance(inner, bool):
                    kept = self.values.setdefault(name, [])
                    if inner not in kept and inner != "" and len(kept) < VALUES_MAX:
                        kept.append(inner)
        elif isinstance(value, list):
            for inner in value:
                self._keep(inner)


def filled(path: str, values: Mapping[str, Any]) -> str:
    """The template with these values in place of its names."""
    return _NAME.sub(lambda match: quote(str(values[match[1]]), safe=""), path)
