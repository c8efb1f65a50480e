"""Every column in which somebody's data come to stand is declared, so that a purge empties it.

Distinctive values are put through the log into the read models of every service: whatever column
tells one of them afterwards must be declared, and be emptied by a purge of all kinds.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.all_in_one import definitions
from shared.privacy.erasing import declared, kind_of, owned
from tests.installation.commands import Commands
from tests.privacy.registered import Registered

TABLES = {
    definition.name: [t for m in definition.view_metadata() for t in m.sorted_tables]
    for definition in definitions()
}
SUSPECT = re.compile(r"name|phone|email|birth|jmbg|account_number|comment|note$|address|evidence")
NOBODYS = {
    # Names of institutions, places, things and files, and what is worded in the code.
    ("accounts", "known_programmes", "name"),
    ("accounts", "program_keys", "name"),
    # Keyed hashes of what somebody typed who forgot a password; gone once the mail is sent.
    ("accounts", "reset_requests", "email_index"),
    # When a number or an address was written down, and which account of staff did.
    *(
        ("accounts", "known_registrations", f"{channel}_{part}")
        for channel in ("phone", "email")
        for part in ("since", "by")
    ),
    ("accounts", "reset_requests", "name_index"),
    ("grants", "budget_lines", "name"),
    ("grants", "donors", "name"),
    ("grants", "partners", "name"),
    ("grants", "programmes", "name"),
    # Ministries, schools and organisations with which something was agreed.
    ("trainings", "outreach_partners", "name"),
    *((service, "alarms", "note_found") for service in ("accounts", "audit")),
}


@pytest.mark.parametrize("service", sorted(TABLES))
def test_a_declared_column_can_be_emptied_and_its_table_says_whose_it_is(service: str) -> None:
    for table in TABLES[service]:
        columns = [c for c in table.columns if kind_of(c) is not None]
        for column in columns:
            emptied = column.info.get("erased")
            assert column.nullable or emptied is not None, f"{table.name}.{column.name}"
            assert not column.primary_key, f"{table.name}.{column.name}"
        if columns:
            assert owned(table, ["0192"], TABLES[service]) is not None


@pytest.mark.parametrize("service", sorted(TABLES))
def test_a_column_named_for_what_people_are_called_by_is_declared(service: str) -> None:
    known = {(one.table, one.column) for one in declared(TABLES[service])}
    for table in TABLES[service]:
        for column in table.columns:
            if SUSPECT.search(column.name) and (service, table.name, column.name) not in NOBODYS:
                assert (table.name, column.name) in known, f"{service}: {table.name}.{column.name}"


@pytest.mark.slow
def test_no_undeclared_column_tells_anything_of_anybody(tmp_path: Path) -> None:
    people = Registered.invent(tmp_path / "register")
    installation = Commands(tmp_path / "home")
    installation.run("load", str(people.folder), "--programme", "demo")
    secrets = people.secrets(set(people.people), kinds=("name", "phone", "number", "account"))
    for service, tables in TABLES.items():
        known = {(one.table, one.column) for one in declared(tables)}
        path = tmp_path / "home" / "data" / f"{service}.sqlite3"
        told = set()
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            for table in tables:
                for column in table.columns:
                    query = f'select "{column.name}" from "{table.name}"'  # noqa: S608 (ours)
                    values = [str(value).encode() for (value,) in connection.execute(query)]
                    if secrets.found_in(b"\n".join(values)):
                        told.add((table.name, column.name))
        assert told <= known, service
        if service in ("trainings", "grants", "notifications"):
            assert len(told) >= 2, service
