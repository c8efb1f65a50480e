"""Catalogues from the command line, run in the checkout's root.

python -m shared.language extract           the texts that the code has, as a .pot on stdout
python -m shared.language update [--prune]  bring every catalogue up to the code
python -m shared.language check             list what is wrong; exit status 1 if anything is
"""

from __future__ import annotations

from pathlib import Path

import click

from shared.language.extraction import CATALOGUE_CODES, extract, merge, problems, written
from shared.language.translation import CATALOGUES

ROOT = CATALOGUES.parents[2]


@click.group()
def language() -> None:
    """Texts of the product and their translations."""


@language.command("extract")
@click.option("--output", type=click.Path(path_type=Path), help="File to write instead of stdout.")
def extract_command(output: Path | None) -> None:
    """Print every marked text of services/ and shared/ as a template."""
    content = written(extract(ROOT))
    if output is None:
        click.echo(content, nl=False)
    else:
        output.write_bytes(content)


@language.command("update")
@click.option("--prune", is_flag=True, help="Drop texts that the code no longer has.")
def update_command(prune: bool) -> None:
    """Merge the texts of the code into every catalogue."""
    template = extract(ROOT)
    for code in CATALOGUE_CODES:
        click.echo(merge(template, CATALOGUES, code, prune=prune).relative_to(ROOT))


@language.command("check")
def check_command() -> None:
    """List what is untranslated, fuzzy, obsolete or has other placeholders."""
    lines = problems(extract(ROOT), CATALOGUES)
    for line in lines:
        click.echo(line)
    if lines:
        raise SystemExit(1)


if __name__ == "__main__":
    language(prog_name="python -m shared.language")
