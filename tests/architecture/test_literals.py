"""No page, message or refusal says anything that cannot be said in the reader's language.

Templates: every letter that a reader sees or hears goes through ``_()`` or ``ngettext()``. Code:
refusals and notices are marked with ``N_()`` or ``_()``, and what is marked is a plain text, since
the extraction cannot read an f-string.

>>> said_in_html('<p title="Really">{{ _("Open") }} since <code>id</code></p>')
[(1, 'Really'), (1, 'since')]

What must stay as it is (a name, a code) stands in ``<code>``, ``<kbd>`` or ``translate="no"``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateSyntaxError

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("services", "shared")

SAYS = {"_", "N_", "gettext", "ngettext", "pgettext"}
REFUSALS = {"Refused", "Invalid", "Forbidden", "Missing"}

NAMES = {"Zanat", "API"}
"""Words that every language here writes alike."""

SILENT_TAGS = {"code", "kbd", "pre", "samp", "script", "style"}
VOID_TAGS = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
    *("track", "wbr"),
}
HEARD_ATTRIBUTES = {
    *("alt", "title", "placeholder", "label", "aria-label", "aria-description"),
    *("aria-roledescription", "aria-valuetext", "hx-confirm", "hx-prompt", "data-confirm"),
}
BUTTONS = {"button", "reset", "submit"}

_EXPRESSION = "\ue000"
"""Stands where a template puts a value; a private character, so that no template has it."""

_ATTRIBUTE = re.compile(r'\b(?:data-[a-z-]+|aria-describedby)=" *"')
"""An attribute nobody hears, written by a block or macro that stands within a tag."""

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[A-Z][a-z]+($|[ ,.:?!…])|[a-z]+ [a-z]+.*[.?!…]$")
"""What somebody wrote to be read, unlike names of fields, classes, colours and shapes."""


def words_in(text: str) -> str:
    """The text without values, or nothing when no word in it needs a language."""
    plain = _ATTRIBUTE.sub("", " ".join(text.replace(_EXPRESSION, " ").split()))
    return plain if set(_WORD.findall(plain)) - NAMES else ""


class Page(HTMLParser):
    """Collects what a reader sees or hears of a page whose values are cut out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.replace(_EXPRESSION, "")
        values = {name.replace(_EXPRESSION, ""): value or "" for name, value in attrs}
        for name in sorted(HEARD_ATTRIBUTES & set(values)):
            self._hear(values[name])
        if tag == "input" and values.get("type") in BUTTONS:
            self._hear(values.get("value", ""))
        if tag == "meta" and values.get("name") == "description":
            self._hear(values.get("content", ""))
        if tag in VOID_TAGS:
            return
        if self._silent or tag in SILENT_TAGS or values.get("translate") == "no":
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        tag = tag.replace(_EXPRESSION, "")
        if tag in self._silent:
            # Tags that need no end (li, p) close with what is around them.
            while self._silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._hear(data)

    def _hear(self, text: str) -> None:
        if found := words_in(text):
            self.found.append((self.getpos()[0], found))


def without_values(source: str) -> str:
    """A template's own text: values become one private character, everything else vanishes.

    Lines keep their numbers.
    """
    pieces: list[str] = []
    # A dash at a tag takes the spaces around it away, and with them lines that are to be counted.
    kept = re.sub(r"(\{[{%#])[-+]|[-+]([}%#]\})", r"\1\2", source)
    for _, kind, value in Environment(autoescape=True).lex(kept):
        if kind == "data":
            pieces.append(value)
        elif kind == "variable_begin":
            pieces.append(_EXPRESSION)
        else:
            pieces.append("\n" * value.count("\n"))
    return "".join(pieces)


def said_in_html(source: str) -> list[tuple[int, str]]:
    """(line, words) of an HTML template that no catalogue can translate."""
    page = Page()
    page.feed(without_values(source))
    page.close()
    return sorted({*page.found, *said_in_expressions(source)})


def said_in_text(source: str) -> list[tuple[int, str]]:
    """The same of a template of plain text."""
    lines = enumerate(without_values(source).split("\n"), start=1)
    found = {(number, words) for number, line in lines if (words := words_in(line))}
    return sorted(found | set(said_in_expressions(source)))


def said_in_expressions(source: str) -> Iterator[tuple[int, str]]:
    """Sentences in quotes that a template shows or hands to a macro."""
    waiting: list[nodes.Node] = [Environment(autoescape=True).parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in SAYS:
            # Its facts may hold texts of their own; the text itself is the first argument.
            waiting.extend(node.kwargs)
            continue
        said = node.value if isinstance(node, nodes.Const) else None
        if isinstance(said, str) and _SENTENCE.match(said) and words_in(said):
            yield node.lineno, said
        waiting.extend(node.iter_child_nodes())


def templates() -> list[Path]:
    return sorted(
        path
        for source in SOURCES
        for path in (ROOT / source).rglob("*")
        if path.suffix in (".html", ".txt", ".xml", ".j2", ".svg")
        and "templates" in path.parts
        and "node_modules" not in path.parts
        and path.is_file()
    )


def said_in(path: Path) -> list[tuple[int, str]]:
    source = path.read_text(encoding="utf-8")
    try:
        return said_in_text(source) if path.suffix in (".txt", ".j2") else said_in_html(source)
    except TemplateSyntaxError as error:
        return [(error.lineno, f"cannot be read: {error.message}")]


def test_templates_say_nothing_outside_of_the_catalogues() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {words}"
        for path in templates()
        for line, words in said_in(path)
    ]
    assert not wrong, "wrap these in _():\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p>{{ _("Open") }} – 12 %, {{ n }} / {{ m }}</p>', []),
        ("<title>{{ x }} – Zanat</title><code>GET</code>", []),
        ('<b translate="no">Visa</b><p>Pay</p>', ["Pay"]),
        ("<p>{% if a %}Yes{% endif %}</p>", ["Yes"]),
        ('<img alt="House"><input type="submit" value="Send">', ["House", "Send"]),
        ('<input value="Send"><input type="hidden" value="Send">', []),
        ('<img alt="{{ _("House") }}" class="picture{{ " big" if x }}">', []),
        ('{{ ui.button("Save") }}{{ ui.tag(word, "green", "check") }}', ["Save"]),
        ('{{ _("Hello {name}", name="Sir or madam") }}', ["Sir or madam"]),
        ('{% set title = "Open calls" %}{{ ngettext("One call", "{count} calls", n) }}', "calls"),
        ('<a{{ more | xmlattr }}{% if on %} aria-current="page"{% endif %}>{{ x }}</a>', []),
        ("{# A comment says anything #}<!-- and this too --><p>&nbsp;&mdash;</p>", []),
        ("<script>let word = 1;</script><style>b { color: red }</style>", []),
    ],
)
def test_what_counts_as_said(source: str, found: list[str] | str) -> None:
    words = [words for _, words in said_in_html(source)]
    assert words == (["Open calls"] if found == "calls" else found)


def test_lines_are_counted_as_the_file_has_them() -> None:
    source = '{#- One\ntwo -#}\n{% extends "x" %}\n{%- if\n a -%}\n<p>\nSaid</p>{% endif %}'
    assert [line for line, _ in said_in_html(source)] == [6]
    assert said_in_text('{{ _("Good day") }},\n\nyour call {{ n }}\n') == [(3, "your call")]


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def unmarked(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, why) of what is said to people without a mark, or marked but not readable."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        spoken = node.args[1:2] if name in REFUSALS else node.args[:1] if name == "flash" else []
        for argument in spoken:
            if isinstance(argument, ast.Constant | ast.JoinedStr | ast.BinOp):
                yield node.lineno, f"{name}() gets a text without N_() or _()"
        texts = node.args[: 2 if name == "ngettext" else 1] if name in SAYS else []
        for argument in texts:
            if isinstance(argument, ast.JoinedStr | ast.BinOp):
                yield node.lineno, f"{name}() gets a text that is put together"
            elif name == "N_" and not isinstance(argument, ast.Constant):
                yield node.lineno, "N_() marks nothing"


def test_code_marks_what_it_says() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {why}"
        for path, tree in modules()
        for line, why in unmarked(tree)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ('raise Refused("closed", N_("It closed on {day}."), day=day)', 0),
        ('raise errors.Refused("closed", "It closed.")', 1),
        ('raise Refused("closed", sentence)', 0),
        ('flash(f"Saved {name}")', 1),
        ('flash(_("Saved {name}", name=name), "success")', 0),
        ('_(f"Saved {name}")', 1),
        ('_("Saved " + name)', 1),
        ("_(word)", 0),
        ("N_(word)", 1),
    ],
)
def test_what_counts_as_marked(code: str, count: int) -> None:
    assert len(list(unmarked(ast.parse(code)))) == count
