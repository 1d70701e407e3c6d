"""How often a holder may type digits that no screen shows: counted for each session, and then typing ends.

Eight digits are a number that one could go through by machine. Whoever has used up the tries of a session still signs
in to it by scanning the picture, by the face device or by the clerk; the next session's tries are new.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text, update

from voucher_service.database import db
from voucher_service.roll_calls import service as roll_calls
from voucher_service.sign_ins.errors import NoClassToSignInto, TooManyWrongDigits
from voucher_service.sign_ins.models import WrongDigits
from voucher_service.sign_ins.rules import tries_left

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

_LOCK = text(
    "INSERT INTO wrong_digits (region_id, holder_id, class_id, session_no, wrong)"
    " VALUES (:region_id, :holder_id, :class_id, :session_no, 0)"
    " ON CONFLICT (region_id, holder_id, class_id, session_no) DO UPDATE SET wrong = wrong_digits.wrong"
    " RETURNING wrong"
)
"""Whoever tries first lets nobody else try for the same person and session until it is counted."""


class Tries:
    """The tries of one holder at the session whose screen was opened last, of the classes they are in."""

    def __init__(self, holder: Caller, held: Sequence[Any]) -> None:
        """Lock the tries, if any screen is on: without one there is nothing to guess. Refuses: TooManyWrongDigits."""
        opened = [(at, session_no, one) for one in held for at, session_no in roll_calls.opened_last(one)]
        self._key: dict[str, int] | None = None
        if not opened:
            return
        _, self._session_no, training_class = max(opened, key=lambda found: found[:2])
        self._most = roll_calls.numbers_of(training_class)["wrong_digits_max"]
        self._key = {
            "region_id": holder.region_id,
            "holder_id": holder.subject_id,
            "class_id": training_class.class_id,
            "session_no": self._session_no,
        }
        self._wrong = int(db.session.execute(_LOCK, self._key).scalar_one())
        if not tries_left(self._wrong, wrong_max=self._most):
            raise TooManyWrongDigits(wrong=self._wrong, wrong_max=self._most, session_no=self._session_no)

    def wrong(self) -> NoClassToSignInto:
        """Count a wrong try in the open unit of work, and say how many are left."""
        if self._key is None:
            return NoClassToSignInto()
        counted = update(WrongDigits).where(*(getattr(WrongDigits, name) == value for name, value in self._key.items()))
        db.session.execute(counted.values(wrong=WrongDigits.wrong + 1).execution_options(synchronize_session=False))
        return NoClassToSignInto(left=tries_left(self._wrong + 1, wrong_max=self._most))
