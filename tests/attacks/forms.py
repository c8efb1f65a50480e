"""Forms of pages filled in as an attacker does: where words go, goes an attack; the rest is valid.

for form in Form.all_of(page): client.post(form.action or where, data=form.filled("<script>…"))
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser


@dataclass
class Form:
    """A form that is sent by POST."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    @classmethod
    def all_of(cls, page: str) -> list[Form]:
        """Those of a page's text."""
        parser = _Parser()
        parser.feed(page)
        return parser.found

    def filled(self, attack: str) -> dict[str, str]:
        """What is sent."""
        return self.values | dict.fromkeys(self.words, attack)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._form = Form(given.get("action", ""))
            if given.get("method", "").lower() == "post":
                self.found.append(self._form)
        elif self._form is None:
            return
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and given.get("value"):
            self._form.values.setdefault(self._select, given["value"])
        elif tag == "textarea" and name:
            self._form.words.append(name)
        elif tag == "input" and name:
            self._input(self._form, name, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""

    @staticmethod
    def _input(form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        today = date.today()  # noqa: DTZ011 (any day of this year serves)
        parts = {"-day": "1", "-month": "1", "-year": str(today.year)}
        ending = next((part for part in parts if name.endswith(part)), "")
        if kind == "hidden":
            form.values[name] = given.get("value", "")
        elif kind in ("radio", "checkbox"):
            form.values.setdefault(name, given.get("value", "on"))
        elif ending:
            form.values[name] = parts[ending]
        elif kind == "email":
            form.values[name] = "zq@example.org"
        elif kind == "number" or given.get("inputmode") in ("numeric", "decimal"):
            form.values[name] = given.get("value") or "1"
        elif kind not in ("file", "submit", "password"):
            form.words.append(name)
