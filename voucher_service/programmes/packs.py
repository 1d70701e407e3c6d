"""Rule packs: dated numbers with their clauses and names, proposed by one person and adopted by another.

A pack takes effect on a day to come and never changes once it is there; a class keeps the pack of its submission.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from voucher_service import rulebook
from voucher_service.database import db
from voucher_service.errors import Forbidden, NotFound
from voucher_service.identifiers import new_id
from voucher_service.programmes.errors import (
    PackDayTaken,
    PackDecided,
    PackInThePast,
    PackNumbersWrong,
    PackProposerDecides,
)
from voucher_service.programmes.models import RulePack, RulePackProposal
from voucher_service.web.access import Caller

PERMILLE_MAX = 1000


@dataclass(frozen=True, slots=True)
class PackDocument:
    """A pack as it is written down: the day from which it counts, its numbers, and what each is called."""

    effective_from: date
    numbers: Mapping[str, int]
    texts: Mapping[str, Mapping[str, str | None]]


def packs() -> Sequence[RulePack]:
    """Return every pack, the latest first."""
    return db.session.scalars(select(RulePack).order_by(RulePack.effective_from.desc())).all()


def proposals() -> Sequence[RulePackProposal]:
    """Return every proposal, decided ones included, the latest first."""
    return db.session.scalars(select(RulePackProposal).order_by(RulePackProposal.proposed_at.desc())).all()


def proposal(proposal_id: int) -> RulePackProposal:
    """Return one proposal. Refuses with NotFound."""
    if (found := db.session.get(RulePackProposal, proposal_id)) is None:
        raise NotFound
    return found


def require_sound(document: PackDocument) -> None:
    """Let pass a pack that has every number of the rule book and no other. Refuses with PackNumbersWrong."""
    known = rulebook.numbers()
    missing = sorted(known.keys() - document.numbers.keys())
    unknown = sorted(document.numbers.keys() - known.keys())
    beyond = sorted(
        key
        for key, value in document.numbers.items()
        if key in known and known[key].unit == "permille" and value > PERMILLE_MAX
    )
    if missing or unknown or beyond:
        raise PackNumbersWrong(missing=missing, unknown=unknown, beyond=beyond)


def propose(document: PackDocument, by: Caller, now: datetime, today: date) -> RulePackProposal:
    """Enter a pack that another person has to adopt. Refuses with PackNumbersWrong, PackInThePast, Forbidden."""
    require_sound(document)
    _require_to_come(document.effective_from, today)
    entered = RulePackProposal(
        proposal_id=new_id(),
        effective_from=document.effective_from,
        numbers=dict(document.numbers),
        texts={key: dict(text) for key, text in document.texts.items()},
        proposed_by=_person(by),
        proposed_at=now,
    )
    db.session.add(entered)
    db.session.flush()  # A decision in the same unit of work must find it.
    return entered


def decide(proposal_id: int, verdict: str, by: Caller, now: datetime, today: date) -> RulePackProposal:
    """Adopt or drop a proposal as a second person; an adopted one is a rule pack from its day on.

    Refuses with NotFound, PackDecided, PackProposerDecides, PackInThePast, PackDayTaken, Forbidden.
    """
    waiting = db.session.get(RulePackProposal, proposal_id, with_for_update=True, populate_existing=True)
    if waiting is None:
        raise NotFound
    if waiting.verdict is not None:
        raise PackDecided
    if (person := _person(by)) == waiting.proposed_by:
        raise PackProposerDecides
    waiting.decided_by, waiting.decided_at, waiting.verdict = person, now, verdict
    if verdict == "adopt":
        _require_to_come(waiting.effective_from, today)
        _adopt(waiting)
    db.session.flush()  # Whoever locks this row next, in this unit of work too, must find the decision.
    return waiting


def in_words(pack: RulePack) -> list[dict[str, Any]]:
    """Return a pack's numbers with what they are called: in its own words, or else in the rule book's."""
    own, known = pack.texts or {}, rulebook.numbers()
    rules = {key: demand for demand in rulebook.demands().values() for key in reversed(demand.numbers)}
    return [
        {
            "key": key,
            "value": value,
            "rule": rules[key].rule_id if key in rules else None,
            "clause": rules[key].clause if key in rules else None,
            "unit": known[key].unit if key in known else "",
            "zh": known[key].zh if key in known else key,
            "en": known[key].en if key in known else key,
            **own.get(key, {}),
        }
        for key, value in pack.numbers.items()
    ]


def _adopt(adopted: RulePackProposal) -> None:
    day = adopted.effective_from
    newest = db.session.scalar(select(func.max(RulePack.rule_pack_id))) or 0
    db.session.add(
        RulePack(
            rule_pack_id=newest + 1,
            effective_from=day,
            numbers=adopted.numbers,
            texts=adopted.texts,
        )
    )
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError:
        raise PackDayTaken(effective_from=day.isoformat()) from None


def _require_to_come(effective_from: date, today: date) -> None:
    if effective_from <= today:
        raise PackInThePast(effective_from=effective_from.isoformat(), today=today.isoformat())


def _person(by: Caller) -> int:
    if by.person_id is None:
        raise Forbidden
    return by.person_id
