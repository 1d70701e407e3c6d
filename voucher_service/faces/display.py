"""How a visitor reads the pages: Chinese or English, ordinary or large type. Two cookies, switched without a script.

Chinese is the source; `translations/en.po` holds the English and is read when the first visitor asks for it. Staff
work in Chinese, but for the scanner: whoever stands at a door may be anybody.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Blueprint, current_app, has_request_context, redirect, request
from flask.blueprints import BlueprintSetupState
from flask_babel import Babel, Domain
from flask_babel import get_locale as current_locale
from werkzeug.wrappers import Response

from voucher_service.calendar import local_date
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import forms
from voucher_service.web.access import HOLDER, PUBLIC, ROLES, allow, caller

blueprint = Blueprint("display", __name__)

CATALOGUES: Final = tuple(Path(__file__).with_name("translations") / name for name in ("en.po", "en-scan.po"))
"""What all pages and the workers' say, and what only the scanner says."""
_SCANNER: Final = "/scan"
LANGUAGE_COOKIE, SIZE_COOKIE = "language", "size"
CHOICES: Final = {LANGUAGE_COOKIE: ("zh", "en"), SIZE_COOKIE: ("normal", "large")}
KEPT_FOR: Final = timedelta(days=365)


class _Catalogue(Domain):  # type: ignore[misc]
    """The English of the pages, compiled in memory so that only text that can be read is kept."""

    def get_translations(self) -> NullTranslations:
        locale = str(current_locale())
        if locale not in self.cache:
            self.cache[locale] = _compiled() if locale == "en" else NullTranslations()
        found: NullTranslations = self.cache[locale]
        return found


class _Languages(Babel):  # type: ignore[misc]
    @cached_property
    def domain_instance(self) -> Domain:
        return _Catalogue()


def reads_english() -> bool:
    """Whether the visitor chose English; staff have no such switch but on the scanner."""
    chosen = has_request_context() and request.cookies.get(LANGUAGE_COOKIE) == "en"
    return chosen and (caller().role in {PUBLIC, HOLDER} or request.path.startswith(_SCANNER))


def reads_large() -> bool:
    return has_request_context() and request.cookies.get(SIZE_COOKIE) == "large" and caller().role in {PUBLIC, HOLDER}


def sentence(refusal: Refusal) -> str:
    """A refusal in the language of the visitor."""
    return refusal.sentence_en if reads_english() else refusal.sentence_zh


@blueprint.record_once
def _set_up(state: BlueprintSetupState) -> None:
    _Languages(state.app, default_locale="zh_CN", locale_selector=lambda: "en" if reads_english() else "zh_CN")


@blueprint.app_context_processor
def _display() -> dict[str, Any]:
    english = reads_english()
    return {"english": english, "language": "en" if english else "zh-CN", "large": reads_large(), "sentence": sentence}


@blueprint.app_template_filter("last_day")
def last_day(end: datetime) -> date:
    """The last day that is still inside when something ends at `end`, which is often the midnight after it."""
    return local_date(end - timedelta(microseconds=1))


@blueprint.post("/display")
@allow(*ROLES)
def choose() -> Response:
    """Keep what was chosen for a year and go back to the page; refuses with InvalidInput."""
    answer = redirect(forms.our_page(request.form.get("next", ""), "/"), forms.SEE_OTHER)
    chosen = [(name, request.form[name]) for name in CHOICES if name in request.form]
    if not chosen or any(value not in CHOICES[name] for name, value in chosen):
        raise InvalidInput({name: list(values) for name, values in CHOICES.items()})
    outside_demo = not current_app.extensions["settings"].is_demo
    for name, value in chosen:
        answer.set_cookie(name, value, max_age=KEPT_FOR, httponly=True, samesite="Lax", secure=outside_demo)
    return answer


def _compiled() -> Translations:
    found = Translations()
    for catalogue in CATALOGUES:
        compiled = BytesIO()
        with catalogue.open("rb") as source:
            write_mo(compiled, read_po(source, locale="en"))
        compiled.seek(0)
        found.merge(Translations(compiled))
    return found
