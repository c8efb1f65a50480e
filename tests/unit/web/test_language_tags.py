"""The frame names its language as browsers and screen readers know it, never by our own code."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, render_template

import shared.web
from shared.language.translation import LANGUAGES
from shared.web import layout
from shared.web.language import LANGUAGE_COOKIE


def shown(code: str) -> str:
    folder = Path(shared.web.__file__).parent / "templates"
    app = Flask("frame", template_folder=str(folder))
    layout.install(
        app, asset=str, navigation=None, installation_banner="", formats=lambda _code: {}
    )
    with app.test_request_context("/", headers={"Cookie": f"{LANGUAGE_COOKIE}={code}"}):
        return render_template("layout.html")


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_and_each_choice_carry_their_tag(code: str) -> None:
    page = shown(code)
    assert f'<html lang="{LANGUAGES[code].tag}"' in page
    for language in LANGUAGES.values():
        other = "" if language.code == code else f' hreflang="{language.tag}"'
        assert f' lang="{language.tag}"{other}' in page
        assert f'lang="{language.code}"' not in page or language.code == language.tag
