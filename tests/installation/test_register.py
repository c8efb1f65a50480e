"""The register from its files to the report, embedded and on real servers; other registers too."""

from __future__ import annotations

import csv
import io
import shutil

import pytest

from tests.installation.commands import REGISTER, Commands, assert_as_expected, expected_report

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def embedded(tmp_path_factory) -> Commands:
    installation = Commands(tmp_path_factory.mktemp("embedded"))
    installation.run("load", str(REGISTER), "--programme", "demo")
    return installation


def test_the_report_and_every_decision_equal_what_was_computed_independently(embedded):
    assert_as_expected(embedded)


def test_loading_again_changes_nothing(embedded):
    heads = embedded.run("verify").stderr
    again = embedded.run("load", str(REGISTER), "--programme", "demo")
    assert b"0 rows loaded" in again.stderr
    assert embedded.run("verify").stderr == heads
    assert_as_expected(embedded)


def test_a_changed_row_is_reported_and_changes_nothing(embedded, tmp_path):
    changed = tmp_path / "register"
    shutil.copytree(REGISTER, changed)
    visits = changed / "visits.csv"
    text = visits.read_text("utf-8").replace(",trading,", ",not_trading,", 1)
    visits.write_text(text, "utf-8")
    done = embedded.run("load", str(changed), "--programme", "demo")
    assert b"visits.csv row 2" in done.stderr
    assert embedded.report() == expected_report()


def test_every_log_and_read_model_agrees(embedded):
    assert b"Everything agrees" in embedded.run("verify").stderr


def test_rebuilt_read_models_give_the_same_report(embedded):
    embedded.run("rebuild")
    assert_as_expected(embedded)


def test_the_ledger_export_balances_with_the_report(embedded):
    text = embedded.run("export", "ledger").stdout.decode()
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    assert not text.startswith("\ufeff")
    assert len(rows) > 340
