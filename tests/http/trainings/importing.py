"""Somebody who imports sheets as a browser does: forms with their token, and work that is due.

officer = Importer(house, house.as_reader(Role.programme_officer))
import_id = officer.send("participants.csv", content, history=True)
officer.enter(import_id)
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from shared.due.worker import run_due_once
from tests.http.trainings.conftest import Asker, House

IMPORTS = "/trainings/imports"


@dataclass
class Importer:
    """Goes from page to page; every answer of a form that is no redirect is an error."""

    house: House
    asker: Asker

    def upload(self, name: str, content: bytes, *, history: bool = False) -> Any:
        """Send a file; the answer."""
        return self.asker.submit(
            f"{IMPORTS}/new",
            file=(io.BytesIO(content), name),
            when="history" if history else "daily",
        )

    def send(
        self,
        name: str,
        content: bytes,
        *,
        history: bool = False,
        kind: str = "",
        country: str = "",
        **said: str,
    ) -> str:
        """Send a file, take what the pages suggest, have its rows looked through; the import."""
        answer = self.upload(name, content, history=history)
        assert answer.status_code == 303, said_of(answer)
        import_id = answer.location.split("/")[-2]
        self.choose(import_id, kind=kind)
        self.map(import_id, country=country, **said)
        return import_id

    def choose(self, import_id: str, *, kind: str = "", **said: str) -> None:
        """Say what the sheet holds: what is chosen already, or another kind."""
        form = self.form(f"{IMPORTS}/{import_id}/sheet")
        form = {**form, **({"kind": kind} if kind else {}), **said}
        answer = self.asker.submit(f"{IMPORTS}/{import_id}/sheet", **form)
        assert answer.status_code == 303, said_of(answer)

    def map(self, import_id: str, **said: str) -> None:
        """Take the suggested columns, with what is said otherwise, and look through the rows."""
        form = self.form(f"{IMPORTS}/{import_id}/columns")
        answer = self.asker.submit(f"{IMPORTS}/{import_id}/columns", **{**form, **said})
        assert answer.status_code == 303, said_of(answer)
        self.work()

    def enter(self, import_id: str) -> str:
        """Have it entered, and wait; what the page says then."""
        form = self.form(f"{IMPORTS}/{import_id}")
        answer = self.asker.submit(
            f"{IMPORTS}/{import_id}/enter",
            page=f"{IMPORTS}/{import_id}",
            version=form["version"],
            idempotency_key=form["idempotency_key"],
        )
        assert answer.status_code == 303, said_of(answer)
        self.work()
        return self.title(import_id)

    def title(self, import_id: str) -> str:
        """The heading of an import's page."""
        return heading(self.asker.get(f"{IMPORTS}/{import_id}").text)

    def work(self) -> None:
        """Do what is due."""
        assert run_due_once(self.house.service, self.house.clock.now(), limit=50) < 50

    def form(self, address: str) -> dict[str, str]:
        """The fields of a page's form as a browser would send them unchanged."""
        text = self.asker.get(address).text
        found = {}
        for tag in re.findall(r"<input [^>]*>", text):
            fields = dict(re.findall(r'([a-z_-]+)="([^"]*)"', tag))
            chosen = fields.get("type") != "radio" or " checked" in tag
            if "name" in fields and chosen and fields.get("type") != "file":
                found[unescape(fields["name"])] = unescape(fields.get("value", ""))
        for name, options in re.findall(
            r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', text, re.DOTALL
        ):
            chosen_option = re.search(r'<option value="([^"]*)" selected', options)
            found[unescape(name)] = unescape(chosen_option[1]) if chosen_option else ""
        found.pop("csrf_token", None)
        return found


def heading(text: str) -> str:
    """The page's heading of the first level."""
    return unescape(text.split("<h1", 1)[1].split(">", 1)[1].split("</h1>", maxsplit=1)[0]).strip()


def said_of(answer: Any) -> str:
    """What an answer says, for a failed test."""
    return re.sub(r"<[^>]+>|\s+", " ", answer.text)[-1500:]
