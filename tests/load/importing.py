"""How long an import of a large sheet takes in the embedded default, and how much memory.

    python -m tests.load.importing                     # 50,000 people in a sheet (.xlsx)
    python -m tests.load.importing --rows 5000 --kind attendance

Somebody sends the sheet by the pages' own forms to a server that runs as ``make run`` does. Three
questions are asked: is a row with an error at the very end named, and is nothing entered then? Is
the whole sheet in, from sending it to its receipt, within the time? Does the server, with the
processes that it starts, stay within the memory? Ends with 1 when one of the answers is no.
"""

from __future__ import annotations

import argparse
import contextlib
import http.cookiejar
import io
import os
import re
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from services.trainings.people.national_number import check_digit
from tests.pages.serving import make_home, serving

ROWS: Final = 50_000
SECONDS_MAX: Final = 120.0
MIB_MAX: Final = 300
HEADERS: Final = (
    "Šifra", "Ime", "Prezime", "JMBG", "Datum rođenja", "Pol", "Država", "Opština", "Telefon",
    "Saglasnost",
)  # fmt: skip
_FIRST_NAMES: Final = ("Mira", "Amir", "Зорица", "Đorđe", "Ljiljana", "Nusreta", "Žarko", "Enisa")
_PAGE: Final = "/trainings/imports"


def main() -> int:
    """Make the sheets, serve, import, say what it took."""
    parser = argparse.ArgumentParser(description="Import a large sheet through the pages.")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--home", type=Path, help="a demonstration's home that is there already")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zanat-importing-") as name:
        folder = Path(name)
        wrong, right = people(arguments.rows, wrong=True), people(arguments.rows)
        print(f"{arguments.rows} rows, {len(right) / 1e6:.1f} MB", flush=True)
        home = arguments.home or make_home(folder)
        with serving(home) as address, Memory() as memory:
            time.sleep(1)
            before = memory.peak
            visitor = Visitor(address)
            visitor.sign_in()
            passed = _wrong(visitor, wrong, arguments.rows)
            passed &= _right(visitor, right, arguments.rows)
        print(f"memory: {before} MiB at rest, {memory.peak} MiB at most (< {MIB_MAX})")
        print(f"        {memory.others} MiB of the processes that it starts (< {MIB_MAX})")
        print(f"{memory.cpu:6.1f} s  of processor time for both sheets")
        return int(not passed or max(memory.peak, memory.others) >= MIB_MAX)


def _wrong(visitor: Visitor, sheet: bytes, rows: int) -> bool:
    begun = time.monotonic()
    import_id = visitor.send(sheet)
    text = visitor.wait(import_id, "judging")
    seconds = time.monotonic() - begun
    row, named = rows, "Datum rođenja" in text and f">{rows}<" in text
    empty = visitor.count("/trainings/people") < rows
    print(f"{seconds:6.1f} s  row {row} named with its column: {named}; nothing entered: {empty}")
    return named and empty


def _right(visitor: Visitor, sheet: bytes, rows: int) -> bool:
    begun = time.monotonic()
    import_id = visitor.send(sheet)
    visitor.wait(import_id, "judging")
    judged = time.monotonic() - begun
    visitor.enter(import_id)
    text = visitor.wait(import_id, "entering")
    seconds = time.monotonic() - begun
    entered = f"{rows:,}".replace(",", "") in re.sub(r"[\s\u00a0\u202f,.]", "", text)
    print(f"{judged:6.1f} s  sent and looked through")
    print(f"{seconds:6.1f} s  entered whole: {entered} (< {SECONDS_MAX:.0f} s)", flush=True)
    return entered and seconds < SECONDS_MAX


def people(rows: int, *, wrong: bool = False) -> bytes:
    """A sheet of invented people; with ``wrong`` the last but one has no such birth date."""
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Učesnici")
        days = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, HEADERS)
        for number in range(1, rows + 1):
            born = date(1950, 1, 1) + timedelta(days=number * 7 % 20_000)
            sex = "MŽ"[number % 2]
            # Days come again after 20,000 rows; the serial number is another one then.
            serial = (number + number // 20_000 * 37) % 500 + number % 2 * 500
            first = f"{born:%d%m}{born.year % 1000:03}72{serial:03}"
            digits = f"{first}{check_digit(first)}"
            cells = (
                f"U{number:06}", _FIRST_NAMES[number % 8], f"Primer-{number}", digits, born, sex,
                "Srbija", "Kragujevac", f"064 {number:07}", "da",
            )  # fmt: skip
            for column, cell in enumerate(cells):
                if isinstance(cell, date) and not (wrong and number == rows - 1):
                    sheet.write_datetime(number, column, cell, days)
                else:
                    sheet.write_string(number, column, "31.2.1990" if cell is born else str(cell))
    return kept.getvalue()


@dataclass
class Visitor:
    """Somebody who uses the pages by their forms, without a browser."""

    address: str
    opener: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
    )

    def get(self, path: str) -> str:
        """A page."""
        with self.opener.open(self.address + path, timeout=180) as answer:
            return str(answer.read().decode())

    def post(self, path: str, form: dict[str, str], file: bytes | None = None) -> tuple[str, str]:
        """Send a form; (where it led, what the page says)."""
        if file is None:
            data, kind = urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded"
        else:
            data, kind = _multipart(form, file)
        asked = urllib.request.Request(self.address + path, data, {"Content-Type": kind})  # noqa: S310
        with self.opener.open(asked, timeout=180) as answer:
            return answer.url.removeprefix(self.address), str(answer.read().decode())

    def sign_in(self, role: str = "Programme officer") -> None:
        """As the demonstration's first person with a role."""
        text = self.get("/accounts/sign-in")
        account = re.search(rf'{role}.*?name="account_id" value="([^"]+)"', text, re.DOTALL)
        form = re.search(r"<form[^>]*persona.*?</form>", text, re.DOTALL)
        if account is None or form is None:
            raise LookupError("nobody to sign in as")
        given = {**fields(form[0]), "account_id": account[1]}
        self.post("/accounts/sign-in/persona", given)

    def send(self, sheet: bytes) -> str:
        """Send a sheet, take what is suggested, have it looked through; the import's id."""
        text = self.get(f"{_PAGE}/new")
        form = {**fields(text), "when": "daily"}
        if "programme" in form:
            form["programme"] = re.findall(r'<option value="([^"]+)"', text)[0]
        there, _ = self.post(f"{_PAGE}/new", form, sheet)
        import_id = there.split("/")[-2]
        self.post(f"{_PAGE}/{import_id}/sheet", fields(self.get(f"{_PAGE}/{import_id}/sheet")))
        columns = fields(self.get(f"{_PAGE}/{import_id}/columns"))
        self.post(f"{_PAGE}/{import_id}/columns", {**columns, "country": ""})
        return import_id

    def enter(self, import_id: str) -> None:
        """Have it entered."""
        text = self.get(f"{_PAGE}/{import_id}")
        for form in re.findall(r"<form.*?</form>", text, re.DOTALL):
            if f"{import_id}/enter" in form:
                self.post(f"{_PAGE}/{import_id}/enter", fields(form))
                return
        raise LookupError("this import cannot be entered")

    def wait(self, import_id: str, stage: str) -> str:
        """The import's page once it is past a stage; asked again as the page itself asks."""
        while 'class="zanat-progress"' in self.get(f"{_PAGE}/{import_id}/progress"):
            time.sleep(0.5)
        del stage
        return self.get(f"{_PAGE}/{import_id}")

    def count(self, path: str) -> int:
        """The number in a page's heading."""
        heading = self.get(path).split("<h1", 1)[1].split("</h1>")[0]
        return int("".join(re.findall(r"\d", heading.split(">", 1)[1])) or "0")


def fields(text: str) -> dict[str, str]:
    """What a form would send unchanged."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", text):
        told = dict(re.findall(r'([a-z_-]+)="([^"]*)"', tag))
        chosen = told.get("type") != "radio" or " checked" in tag
        if "name" in told and chosen and told.get("type") != "file":
            found[unescape(told["name"])] = unescape(told.get("value", ""))
    for name, options in re.findall(
        r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', text, re.DOTALL
    ):
        chosen_option = re.search(r'<option value="([^"]*)" selected', options)
        found[unescape(name)] = unescape(chosen_option[1]) if chosen_option else ""
    return found


def _multipart(form: dict[str, str], file: bytes) -> tuple[bytes, str]:
    mark = "zanat-part-of-a-form"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="sheet.xlsx"'
    parts.append(f"--{mark}\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n".encode())
    return b"".join([*parts, file, f"\r\n--{mark}--\r\n".encode()]), (
        f"multipart/form-data; boundary={mark}"
    )


class Memory:
    """The memory of the process that serves and of those it starts, looked at all the time, in MiB.

    peak: of the process that serves. others: of those that it starts, together. cpu: seconds. The
    process that only waits for the one that serves is none of them.
    """

    def __init__(self) -> None:
        self.peak = self.others = 0
        self.cpu = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            waiting = _children(os.getpid())
            serving = [one for parent in waiting for one in _children(parent)]
            started = [one for parent in serving for one in _descendants(parent)]
            others = sum(map(_resident, started))
            self.others = max(self.others, others)
            self.peak = max(self.peak, sum(map(_resident, serving)))
            self.cpu = max(self.cpu, sum(map(_seconds, serving)))


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(one) for one in task.read_text().split()]
    return found


def _descendants(process: int) -> list[int]:
    return [one for child in _children(process) for one in (child, *_descendants(child))]


def _resident(process: int) -> int:
    """RSS in MiB."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // (1024 * 1024)


def _seconds(process: int) -> float:
    """Processor time, with that of the processes that it started and that are over."""
    try:
        told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    raise SystemExit(main())
