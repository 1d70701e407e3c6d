"""What a page has read already: the same question about the same thing is asked once while nothing is written."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from voucher_service.database.engine import db
from voucher_service.database.unit_of_work import in_unit_of_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import SessionTransaction

P = ParamSpec("P")
R = TypeVar("R")

_answers: WeakKeyDictionary[SessionTransaction, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()
"""Of each transaction that reads; an answer is forgotten with the transaction that it was read in."""


def asked_once(ask: Callable[P, R]) -> Callable[P, R]:
    """Keep what `ask` answers until the transaction ends that read it; nobody may change what is returned.

    A unit of work asks anew each time: it may have written in between. So what decides is never remembered.
    """

    @functools.wraps(ask)
    def remembering(*about: P.args, **more: P.kwargs) -> R:
        if in_unit_of_work():
            return ask(*about, **more)
        question = (ask, *about, *more.items())
        reading = db.session().get_transaction()
        if reading is not None and question in _answers.get(reading, {}):
            return _answers[reading][question]  # type: ignore[no-any-return]
        answer = ask(*about, **more)
        if (reading := db.session().get_transaction()) is not None:
            _answers.setdefault(reading, {})[question] = answer
        return answer

    return remembering
