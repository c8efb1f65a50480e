"""The command line: ``python -m services --help``.

Data go to standard output (UTF-8, no BOM), messages and progress to standard error. ``ZANAT_HOME``
names the folder with the installation's data; every setting is in the README's table.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from services.all_in_one import Installation, InUse, definitions
from services.commands import (
    auditing,
    credentials,
    documents,
    keyring,
    loading,
    operating,
    rebuilding,
    reporting,
    resetting,
    running,
    signing,
    starting,
    verifying,
)
from services.commands.terminal import say
from services.register.reading import RegisterErrors
from shared import logging as zanat_logging
from shared.errors import Problem
from shared.migrations.migrating import migrate
from shared.privacy.wrapping import WrongMasterKey
from shared.settings import Settings

PROGRAMME = click.option(
    "--programme", metavar="CODE", help="The programme; needed where there is more than one."
)


class Words(click.Group):
    """Turns errors that are answers into one line and exit status 1."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except InUse as error:
            say(f"Another process works on {error}. Stop it first, or name another ZANAT_HOME.")
        except RegisterErrors as errors:
            say(str(errors))
            say("Nothing was loaded.")
        except (Problem, ValueError, FileNotFoundError, TimeoutError, WrongMasterKey) as error:
            say(str(error))
        raise SystemExit(1)


@click.group(cls=Words, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Zanat runs the grant life cycle of a small-business programme."""
    settings = Settings.from_environment()
    zanat_logging.configure(service="command", level="WARNING", stream=sys.stderr)
    context.obj = settings


@cli.command()
@click.option(running.PREPARED, "prepared", is_flag=True, hidden=True)
@click.pass_obj
def run(settings: Settings, prepared: bool) -> None:
    """Serve the installation; on the first start prints the first administrator's link."""
    if not prepared:
        starting.prepare(settings)
    running.serve(settings)


@cli.command()
@click.option("--register", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--load-only", is_flag=True, help="Make and load it, but do not serve it.")
@click.pass_obj
def demo(settings: Settings, folder: Path | None, load_only: bool) -> None:
    """Serve a demonstration with invented data in a folder of its own, loopback only."""
    if "ZANAT_HOME" not in os.environ:
        settings = replace(settings, home=Path("var/demo").resolve())
    settings = replace(settings, demonstration=True)
    starting.prepare_demonstration(settings, folder or Path("examples/register"))
    if not load_only:
        running.become_server(settings)


@cli.command("migrate")
@click.pass_obj
def migrate_command(settings: Settings) -> None:
    """Make or upgrade keys, databases and roles. Seeds nothing; harmless to repeat."""
    migrate(settings, definitions())
    starting.make_keys(settings)
    say("The databases are up to date.")


@cli.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--programme", metavar="CODE", help="Default: the folder's name.")
@click.pass_obj
def load(settings: Settings, folder: Path, programme: str | None) -> None:
    """Load a programme register from FOLDER as history.

    One bad cell in any file writes nothing. Loading again changes nothing; a changed row is
    reported. An interrupted load goes on where it stopped.
    """
    with Installation.open(settings) as installation:
        installation.start_workers()
        outcome = loading.load(installation, folder, programme or folder.resolve().name)
    for line in outcome.lines():
        say(line)


@cli.command()
@PROGRAMME
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def report(settings: Settings, programme: str | None, form: str) -> None:
    """The programme in figures."""
    installation = Installation.for_reading(settings)
    code = reporting.chosen_programme(installation, programme)
    _write(reporting.report_text(reporting.figures(installation, code), form))


@cli.group()
def export() -> None:
    """Data for other programs, as CSV."""


@export.command("decisions")
@PROGRAMME
@click.pass_obj
def export_decisions(settings: Settings, programme: str | None) -> None:
    """Every application's outcome, ordered by application number."""
    installation = Installation.for_reading(settings)
    code = reporting.chosen_programme(installation, programme)
    for part in reporting.decisions_csv(installation, code):
        _write(part)


@export.command("ledger")
@PROGRAMME
@click.pass_obj
def export_ledger(settings: Settings, programme: str | None) -> None:
    """The disbursement ledger with its control totals."""
    installation = Installation.for_reading(settings)
    code = reporting.chosen_programme(installation, programme)
    _write(reporting.ledger_csv(installation, code))


@cli.command("rebuild")
@click.argument("names", nargs=-1)
@click.pass_obj
def rebuild_command(settings: Settings, names: tuple[str, ...]) -> None:
    """Make read models again from the logs: all, or those of the services and NAMES given."""
    with Installation.open(settings) as installation:
        rebuilding.rebuild_all(installation.services, names)
    say("Those read models were made again." if names else "Every read model was made again.")


@cli.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Check every log's positions and hashes, and every read model against its log."""
    verifying.installation(settings, None)


@cli.command("first-link")
@click.pass_obj
def first_link(settings: Settings) -> None:
    """Give a new single-use link for the first administrator, while there is none."""
    with Installation.open(settings) as installation:
        starting.say_first_link(installation)


@cli.group("dead-letters")
def dead_letters() -> None:
    """Messages that a service could not apply and that wait for an operator."""


@dead_letters.command("list")
@click.pass_obj
def dead_letters_list(settings: Settings) -> None:
    """Say which streams wait, where, since when and why."""
    parked = operating.dead_letters(Installation.for_reading(settings))
    for one in parked:
        click.echo(one.line())
    if not parked:
        say("Nothing waits.")


@dead_letters.command("retry")
@click.argument("service")
@click.argument("source")
@click.argument("stream")
@click.pass_obj
def dead_letters_retry(settings: Settings, service: str, source: str, stream: str) -> None:
    """Apply the events of a stream that waits again, in their order."""
    with Installation.open(settings) as installation:
        done = operating.retry(installation, service, source, stream)
    say(f"{done} events were applied.")


@dead_letters.command("resolve")
@click.argument("service")
@click.argument("source")
@click.argument("stream")
@click.option("--reason", required=True, help="Why they shall never be applied; it is kept.")
@click.pass_obj
def dead_letters_resolve(
    settings: Settings, service: str, source: str, stream: str, reason: str
) -> None:
    """Leave the events of a stream that waits unapplied for good."""
    with Installation.open(settings) as installation:
        done = operating.resolve(installation, service, source, stream, reason)
    say(f"{done} events stay unapplied.")


@cli.group()
def history() -> None:
    """The past that a programme brought in."""


@history.command("close")
@PROGRAMME
@click.option("--reason", required=True, help="Why nothing more is to come; it is kept.")
@click.pass_obj
def history_close(settings: Settings, programme: str | None, reason: str) -> None:
    """End the import of a programme's past for good; from then on everything is lived."""
    with Installation.open(settings) as installation:
        code = reporting.chosen_programme(installation, programme)
        operating.close_history(installation, code, reason=reason)
    say(f"The history of {code} is closed.")


@cli.command()
@click.option("--check", is_flag=True, help="Only say whether the documents are up to date.")
def docs(check: bool) -> None:
    """Write docs/access.md, docs/events.md and docs/api from the code."""
    stale = documents.write(Path("docs"), check=check)
    for path in stale:
        say(f"{path} is out of date: run python -m services docs")
    if check and stale:
        raise SystemExit(1)


cli.add_command(auditing.audit)
cli.add_command(keyring.keys)
signing.accounts.add_command(resetting.reset)
cli.add_command(signing.accounts)
cli.add_command(credentials.credentials)


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    cli()
