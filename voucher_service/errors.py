"""What every refusal has in common: a stable code, one status, and a sentence in each language.

A refusal is a domain answer, not a fault: it leaves the ledger as it was. Stages declare theirs as
subclasses in their own `errors.py`; `web/problems.py` is the only place that renders them.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any, ClassVar, Final

NOTHING = "—"
"""Stands among figures for a day or a name that is not there."""


def percent(permille: int) -> str:
    """Write a number of thousandths as people read it."""
    whole, tenths = divmod(permille, 10)
    return f"{whole}.{tenths}%" if tenths else f"{whole}%"


class _Sentences(Formatter):
    """Fills a sentence for people: `{share:%}` is so many thousandths, `{day:from #|never}` a figure or its lack."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "%":
            return percent(value)
        if "|" in format_spec:
            there, lacking = format_spec.split("|", 1)
            return there.replace("#", str(value)) if value and value != NOTHING else lacking
        return str(super().format_field(value, format_spec))


_SENTENCES = _Sentences()


def _called(names: Mapping[str, str], figure: object) -> object:
    several = figure.split("、") if isinstance(figure, str) else figure
    if not names or not isinstance(several, list | tuple):
        return figure
    return "、".join(names.get(str(one), str(one)) for one in several)


def in_words(sentence: str, figures: Mapping[str, object]) -> str:
    """Return a sentence with its figures as people read them."""
    return _SENTENCES.vformat(sentence, (), figures)


FIGURE_NAMES: Final[dict[tuple[str, str], Mapping[str, str]]] = {}
"""(code, figure) → what its values are called in the Chinese sentence; `faces` knows the words, and no room does."""


class Refusal(Exception):
    """A request that the rules turn down.

    Subclasses set the class attributes. `figures` are the numbers and ids that explain the refusal; they fill the
    placeholders of both sentences and travel to the client as they are, so they never hold a person's data.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 409
    zh: ClassVar[str]
    en: ClassVar[str]
    clause: ClassVar[str | None] = None
    """Clause of the city's plan that the refusal rests on, for example 二(三)1."""

    def __init__(self, **figures: object) -> None:
        super().__init__(self.code)
        self.figures = figures

    @property
    def sentence_zh(self) -> str:
        return in_words(self.zh, self.named(self.figures))

    @property
    def sentence_en(self) -> str:
        return in_words(self.en, self.figures)

    def named(self, figures: Mapping[str, object]) -> dict[str, object]:
        """The figures with the codes among them called by their names, where they have any."""
        return {name: _called(FIGURE_NAMES.get((self.code, name), {}), figure) for name, figure in figures.items()}


class NotFound(Refusal):
    """Absent, or not this caller's to see: the two are answered alike on purpose."""

    code = "not_found"
    status = 404
    zh = "没有找到，或者不属于您。"
    en = "Not found, or not yours."


class Forbidden(Refusal):
    code = "forbidden"
    status = 403
    zh = "您的角色不能做这件事。"
    en = "Your role may not do this."


class Unauthenticated(Refusal):
    code = "unauthenticated"
    status = 401
    zh = "请先登录。"
    en = "Log in first."


class InvalidInput(Refusal):
    """Input that no reading can accept; `errors` maps a field path to its list of sentences."""

    code = "invalid_input"
    status = 422
    zh = "提交的内容不符合要求，请按提示修改。"
    en = "The input is not acceptable; see `errors` for each field."

    def __init__(self, errors: object = None, **figures: object) -> None:
        super().__init__(errors=errors or {}, **figures)
