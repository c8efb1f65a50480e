"""What the pages of guided registration show: one question, all answers, what is unfinished.

step_page(draft, "born", answering.shown(draft.answers))     # the question with its answer
check_page(draft)                                            # all answers, and who is alike
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template, url_for

from services.trainings.asking import Errors, new_key, programmes
from services.trainings.consents.wording import FORM_WORDS
from services.trainings.people.acting import day_of
from services.trainings.people.purposes import PURPOSES
from services.trainings.people.showing import told as told_person
from services.trainings.people.wording import (
    DECLARED_WORDS,
    PAPER_WORDS,
    SEX_WORDS,
    WHY_WORDS,
    countries,
    country_name,
)
from services.trainings.registering import acting, answering
from services.trainings.registering.acting import WRITE
from services.trainings.registering.drafts import GUIDED, KEPT, TABLE, Draft
from services.trainings.registering.schemas import FURTHER_PURPOSES
from services.trainings.registering.steps import CHECK, before, counted, first, path
from services.trainings.registering.wording import (
    CONSENT_WORDS,
    FORM_PICTOGRAMS,
    HAS_NUMBER_WORDS,
    LABELS,
    ORIGIN_PICTOGRAMS,
    QUESTIONS,
)
from shared.language.formats import formats_for
from shared.language.marking import N_
from shared.web.language import language, say


def list_page(errors: Errors = ()) -> str:
    """What is unfinished, and where to begin."""
    own = [one for one in acting.own_drafts() if one.kind == GUIDED or one.answers]
    return render_template(
        "trainings/registering/list.html",
        drafts=[_told(one) for one in own],
        programmes=[(code, code) for code in programmes(WRITE)],
        labels=_labels(),
        days=KEPT.days,
        errors=errors,
        wrong=dict(errors),
        key=new_key(),
    )


def step_page(draft: Draft, step: str, typed: Mapping[str, Any], errors: Errors = ()) -> str:
    """One question."""
    number, total = counted(step, draft.answers)
    previous = before(step, draft.answers)
    warnings = acting.looked_at(draft.answers) if step == "number" and not errors else []
    return render_template(
        "trainings/registering/step.html",
        draft=draft,
        step=step,
        question=say(QUESTIONS[step]),
        number=number,
        total=total,
        back=_address(draft, previous) if previous else url_for("guided.list_drafts"),
        typed=typed,
        errors=errors,
        wrong=dict(errors),
        warnings=[one["detail"] for one in warnings],
        labels=_labels(),
        days=KEPT.days,
        key=new_key(),
        **_choices(draft),
    )


def check_page(draft: Draft, errors: Errors = (), *, reference: str = "") -> str:
    """All answers, each with a way back to its question, and who is registered already."""
    alike = acting.alike(answering.person_of(draft.answers), draft.programme)
    return render_template(
        "trainings/registering/check.html",
        draft=draft,
        rows=[_row(draft, step.name) for step in path(draft.answers) if step.name != CHECK],
        warnings=[one["detail"] for one in acting.looked_at(draft.answers)],
        alike=[(told_person(one.row), acting.because(one)) for one in alike],
        back=_address(draft, before(CHECK, draft.answers)),
        reference=reference or draft.answers.get("reference") or "",
        labels=_labels(),
        errors=errors,
        wrong=dict(errors),
        days=KEPT.days,
        key=new_key(),
    )


def discard_page(draft: Draft) -> str:
    """Whether it is to be thrown away."""
    return render_template(
        "trainings/registering/discard.html", draft=_told(draft), id=draft.draft_id, key=new_key()
    )


def answered(answers: Mapping[str, Any], step: str) -> str:
    """The answers to a question as one reads them; empty where there is none."""
    found: dict[str, Callable[[], Any]] = {
        "name": lambda: answers.get("full_name"),
        "born": lambda: _day(answers.get("birth_date")),
        "sex": lambda: _word(SEX_WORDS, answers.get("sex")),
        "papers": lambda: _word(
            {code: words for code, (words, _) in HAS_NUMBER_WORDS.items()},
            answers.get("has_number"),
        ),
        "number": lambda: answers.get("jmbg"),
        "missing": lambda: _words(PAPER_WORDS, answers.get("missing")),
        "why": lambda: _word(WHY_WORDS, answers.get("why")),
        "again": lambda: _joined(_day(answers.get("ask_again_on")), answers.get("note")),
        "place": lambda: _joined(
            answers.get("municipality"), country_name(answers.get("country") or "", language())
        ),
        "contact": lambda: _joined(answers.get("phone"), answers.get("email")),
        "consent": lambda: say(CONSENT_WORDS["yes" if answers.get("consented") else "no"][0]),
        "origin": lambda: _word(DECLARED_WORDS, answers.get("declared_roma")),
        "purposes": lambda: _words(
            {code: PURPOSES[code].name for code in FURTHER_PURPOSES}, answers.get("purposes")
        ),
        "form": lambda: _word(FORM_WORDS, answers.get("form")),
    }
    return str(found[step]() or "")


def _row(draft: Draft, step: str) -> dict[str, Any]:
    question = say(QUESTIONS[step])
    return {
        "key": question,
        "value": answered(draft.answers, step) or say(N_("Nothing")),
        "actions": [
            {
                "href": url_for("guided.ask", draft_id=draft.draft_id, step=step, then=CHECK),
                "text": say(N_("Change")),
                "about": question,
            }
        ],
    }


def _told(draft: Draft) -> dict[str, Any]:
    is_table = draft.kind == TABLE
    rows = len(draft.answers.get("rows", ())) if is_table else 0
    address = "quick_table.resume" if is_table else "guided.resume"
    return {
        "id": draft.draft_id,
        "name": draft.answers.get("full_name") or say(N_("Nobody named yet")),
        "table_rows": rows,
        "is_table": is_table,
        "next": "" if is_table else say(QUESTIONS[first(draft.answers)]),
        "saved_at": draft.saved_at,
        "programme": draft.programme,
        "href": url_for(address, draft_id=draft.draft_id),
    }


def _choices(draft: Draft) -> dict[str, Any]:
    """What may be chosen, with pictograms where there are some."""
    return {
        "sexes": [(code, say(words)) for code, words in SEX_WORDS.items()],
        "has_number": [_option(code, *pair) for code, pair in HAS_NUMBER_WORDS.items()],
        "papers": [(code, say(words)) for code, words in PAPER_WORDS.items()],
        "reasons": [(code, say(words)) for code, words in WHY_WORDS.items()],
        "countries": countries(language(), draft.answers.get("country") or ""),
        "consents": [_option(code, *pair) for code, pair in CONSENT_WORDS.items()],
        "origins": [
            _option(code, words, ORIGIN_PICTOGRAMS[code]) for code, words in DECLARED_WORDS.items()
        ],
        "purposes": [
            {"value": code, "text": say(PURPOSES[code].name), "hint": say(PURPOSES[code].agrees)}
            for code in FURTHER_PURPOSES
        ],
        "forms": [
            _option(code, words, FORM_PICTOGRAMS[code])
            for code, words in FORM_WORDS.items()
            if code != "online"
        ],
    }


def _option(code: str, words: str, pictogram: str) -> dict[str, str]:
    return {"value": code, "text": say(words), "pictogram": pictogram}


def _labels() -> dict[str, str]:
    return {field: say(words) for field, words in LABELS.items()}


def _address(draft: Draft, step: str) -> str:
    return url_for("guided.ask", draft_id=draft.draft_id, step=step)


def _day(text: Any) -> str:
    found = day_of(text)
    return formats_for(language())["day"](found) if found else ""


def _word(words: Mapping[str, str], code: Any) -> str:
    return say(words[code]) if code in words else ""


def _words(words: Mapping[str, str], codes: Any) -> str:
    return ", ".join(say(words[code]) for code in codes or () if code in words)


def _joined(*parts: Any) -> str:
    return ", ".join(str(part) for part in parts if part)
