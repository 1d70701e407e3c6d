"""Objecting to something that concerns oneself, and the bureau's answer; the person is told of it.

An objection to one line of a public notice is another thing: it holds that line, and two persons decide it.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from voucher_service.calendar import local_date
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.holders import service as holders
from voucher_service.identifiers import new_id
from voucher_service.institutions import service as institutions
from voucher_service.objections import rules
from voucher_service.objections.errors import ObjectionAnswered, TooManyObjections
from voucher_service.objections.models import Objection
from voucher_service.objections.rules import ABOUT
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

__all__ = ["ABOUT", "Told", "answer", "file_objection", "of_holder", "told", "waiting"]


class Told(NamedTuple):
    """An objection with its words opened, for its author and for whoever answers it."""

    objection: Objection
    words: str
    answer: str | None


def file_objection(who: Caller, about: str, words: str, now: datetime, voucher_id: int | None = None) -> Objection:
    """File an objection of a holder in the open unit of work; its receipt number is for asking after it.

    Refusals: WordsUnfit, TooManyObjections; NotFound for a voucher that is not theirs.
    """
    said = rules.fit_words(words)
    if voucher_id is not None and vouchers.find(who.region_id, voucher_id).holder_id != who.subject_id:
        raise NotFound
    today, objection_id = local_date(now), new_id()
    filed = Objection(
        region_id=who.region_id,
        objection_id=objection_id,
        receipt_no=f"YY{today:%Y%m%d}-{secrets.randbelow(10**8):08d}",
        holder_id=who.subject_id,
        about=about,
        voucher_id=voucher_id,
        words_sealed=holders.seal("objection.words", objection_id, said),
        filed_on=today,
        number=_next_number(who, now),
        filed_at=now,
    )
    db.session.add(filed)
    try:
        db.session.flush()  # so that of two filed at once for the last number one is refused here, in words
    except IntegrityError:
        raise TooManyObjections(objections_max=rules.A_DAY_MAX) from None
    return filed


def answer(region_id: int, objection_id: int, words: str, caller: Caller, now: datetime) -> Objection:
    """Answer an objection of the caller's region, once, in the open unit of work; its author is told.

    Refusals: NotFound, WordsUnfit, ObjectionAnswered.
    """
    found = _found(region_id, objection_id, caller)
    said = rules.fit_words(words)
    answered = db.session.execute(
        update(Objection)
        .where(
            Objection.region_id == region_id, Objection.objection_id == objection_id, Objection.answered_at.is_(None)
        )
        .values(
            answer_sealed=holders.seal("objection.answer", objection_id, said),
            answered_by=caller.person_id or caller.subject_id,
            answered_at=now,
        )
        .returning(Objection.objection_id)
        .execution_options(synchronize_session=False)
    )
    if answered.first() is None:
        raise ObjectionAnswered
    holders.tell(region_id, found.holder_id, "objection_answered", objection_id, now)
    db.session.expire(found)
    return found


def of_holder(who: Caller, limit: int = 100) -> list[Told]:
    """Return a holder's own objections, the latest first."""
    own = select(Objection).where(Objection.region_id == who.region_id, Objection.holder_id == who.subject_id)
    return [told(found) for found in db.session.scalars(own.order_by(Objection.filed_at.desc()).limit(limit))]


def waiting(caller: Caller, limit: int = 200) -> list[Told]:
    """Return what waits for an answer in the caller's region, for the city's bureau in all; oldest first."""
    query = select(Objection).where(Objection.answered_at.is_(None))
    if caller.region_id != institutions.CITY_REGION:
        query = query.where(Objection.region_id == caller.region_id)
    return [told(found) for found in db.session.scalars(query.order_by(Objection.filed_at).limit(limit))]


def told(found: Objection) -> Told:
    """Open what was written."""
    words = holders.unseal("objection.words", found.objection_id, found.words_sealed)
    if found.answer_sealed is None:
        return Told(found, words, None)
    return Told(found, words, holders.unseal("objection.answer", found.objection_id, found.answer_sealed))


def _found(region_id: int, objection_id: int, caller: Caller) -> Objection:
    found = db.session.get(Objection, (region_id, objection_id))
    if found is None or caller.region_id not in {region_id, institutions.CITY_REGION}:
        raise NotFound
    return found


def _next_number(who: Caller, now: datetime) -> int:
    today = (
        Objection.region_id == who.region_id,
        Objection.holder_id == who.subject_id,
        Objection.filed_on == local_date(now),
    )
    number = (db.session.scalar(select(func.max(Objection.number)).where(*today)) or 0) + 1
    if number > rules.A_DAY_MAX:
        raise TooManyObjections(objections_max=rules.A_DAY_MAX)
    return number
