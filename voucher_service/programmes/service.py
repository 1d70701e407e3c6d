"""Programmes: which are open to a region, the numbers of a rule pack, what a certificate is worth, and the budget.

What never changes once it is written, an allotment's public number or a rule pack's numbers, the process remembers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import select, update

from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.programmes.errors import BudgetExhausted, ProgrammeNotRunning, RulePackMissing, StandardMissing
from voucher_service.programmes.models import Allotment, Programme, RulePack, Standard
from voucher_service.programmes.occupations import (
    families,
    family_of,
    obtainable_certificates,
    occupations,
    standards_in_force,
)
from voucher_service.programmes.pack_schemas import PackDocumentSchema
from voucher_service.programmes.packs import PackDocument
from voucher_service.programmes.packs import in_words as pack_in_words
from voucher_service.programmes.packs import require_sound as require_sound_pack
from voucher_service.programmes.quota import TAKE_QUOTA
from voucher_service.programmes.working_days import enter_year, entered_of, working_calendar
from voucher_service.web.access import BUREAU_CLERK, HOLDER

Kept = TypeVar("Kept")

ASSISTANCES_MAX = {
    HOLDER: ("assistances_per_relative_a_year_max", 5),
    BUREAU_CLERK: ("assistances_per_clerk_a_day_max", 30),
}
"""Role → the setting of a programme that caps how often a helper claims for others, and its starting value."""

__all__ = [
    "TAKE_QUOTA",
    "OpenProgramme",
    "PackDocument",
    "PackDocumentSchema",
    "Share",
    "all_programmes",
    "allotment_by_public_no",
    "allotments",
    "assistances_max",
    "certificate_deadline_months",
    "commit_budget",
    "enter_year",
    "entered_of",
    "families",
    "family_of",
    "free_quota",
    "get",
    "give_back_budget",
    "obtainable_certificates",
    "occupations",
    "open_programmes",
    "pack_in_force",
    "pack_in_words",
    "region_ids",
    "require_running",
    "require_sound_pack",
    "rule_numbers",
    "rule_pack_in_force",
    "share",
    "standard_fen",
    "standards_in_force",
    "take_quota",
    "working_calendar",
]


@dataclass(frozen=True, slots=True)
class Share:
    """Which region's share of which programme a public number stands for; it never changes."""

    region_id: int
    programme_id: int
    public_no: int


@dataclass(frozen=True, slots=True)
class OpenProgramme:
    """A programme as a region sees it on a day: its terms, and how much of the region's quota is left."""

    programme: Programme
    allotment: Allotment

    @property
    def left(self) -> int:
        return self.allotment.quota - self.allotment.issued


def open_programmes(region_id: int, day: date) -> Sequence[OpenProgramme]:
    """Return the programmes that are open to a region on `day`, a spent quota included, oldest first."""
    query = (
        select(Programme, Allotment)
        .join(Allotment, Allotment.programme_id == Programme.programme_id)
        .where(
            Allotment.region_id == region_id,
            Programme.state == "open",
            Programme.opens_on <= day,
            Programme.closes_on >= day,
        )
        .order_by(Programme.opens_on, Programme.programme_id)
    )
    return [OpenProgramme(programme, allotment) for programme, allotment in db.session.execute(query)]


def get(programme_id: int) -> Programme:
    """Return one programme; refuses with NotFound."""
    if (found := db.session.get(Programme, programme_id)) is None:
        raise NotFound
    return found


def require_running(programme_id: int, day: date) -> Programme:
    """Return a programme that is open on `day`; refuses with NotFound, ProgrammeNotRunning."""
    programme = get(programme_id)
    if programme.state != "open" or not programme.opens_on <= day <= programme.closes_on:
        raise ProgrammeNotRunning(day=day.isoformat())
    return programme


def assistances_max(programme_id: int, role: str) -> int:
    """Return how often a helper may claim for others: a relative in a year, a clerk in a day. Refuses with NotFound.

    Programme settings, with the starting values where they say nothing.
    """
    key, otherwise = ASSISTANCES_MAX[HOLDER if role == HOLDER else BUREAU_CLERK]
    return int(get(programme_id).settings.get(key, otherwise))


def all_programmes() -> Sequence[Programme]:
    return db.session.scalars(select(Programme).order_by(Programme.programme_id)).all()


def allotments(programme_id: int) -> Sequence[Allotment]:
    """Return a programme's shares by region."""
    return db.session.scalars(
        select(Allotment).where(Allotment.programme_id == programme_id).order_by(Allotment.region_id)
    ).all()


def region_ids() -> frozenset[int]:
    """The regions that have a share of any programme: those that a holder can choose to belong to."""
    return frozenset(db.session.scalars(select(Allotment.region_id).distinct()))


def allotment_by_public_no(public_no: int) -> Share:
    """Return the share that a voucher's public number stands for; refuses with NotFound. Remembered."""
    shares: dict[int, Share] = _remembered("shares_by_public_no")
    if public_no not in shares:
        shares[public_no] = _share(select(Allotment).where(Allotment.public_no == public_no))
    return shares[public_no]


def share(region_id: int, programme_id: int) -> Share:
    """Return a region's share of a programme, whose number vouchers carry; refuses with NotFound. Remembered."""
    shares: dict[tuple[int, int], Share] = _remembered("shares")
    if (region_id, programme_id) not in shares:
        shares[region_id, programme_id] = _share(
            select(Allotment).where(Allotment.region_id == region_id, Allotment.programme_id == programme_id)
        )
    return shares[region_id, programme_id]


def rule_numbers(rule_pack_id: int) -> Mapping[str, int]:
    """Return a rule pack's numbers by key, for example `trainees_max`; refuses with NotFound. Remembered."""
    packs: dict[int, Mapping[str, int]] = _remembered("rule_packs")
    if rule_pack_id not in packs:
        if (pack := db.session.get(RulePack, rule_pack_id)) is None:
            raise NotFound
        packs[rule_pack_id] = pack.numbers
    return packs[rule_pack_id]


def rule_pack_in_force(day: date) -> int:
    """Return the id of the pack in force on `day`; refuses with RulePackMissing."""
    latest = (
        select(RulePack.rule_pack_id)
        .where(RulePack.effective_from <= day)
        .order_by(RulePack.effective_from.desc())
        .limit(1)
    )
    if (found := db.session.scalar(latest)) is None:
        raise RulePackMissing(day=day.isoformat())
    return found


def pack_in_force(day: date) -> RulePack:
    """Return the pack in force on `day`; refuses with RulePackMissing."""
    return db.session.get_one(RulePack, rule_pack_in_force(day))


def standard_fen(occupation_code: str, level: str, certificate_type: str, day: date) -> int:
    """Return what one certificate is worth on `day`, in fen; refuses with StandardMissing."""
    latest = (
        select(Standard.amount_fen)
        .where(
            Standard.occupation_code == occupation_code,
            Standard.level == level,
            Standard.certificate_type == certificate_type,
            Standard.effective_from <= day,
        )
        .order_by(Standard.effective_from.desc())
        .limit(1)
    )
    if (found := db.session.scalar(latest)) is None:
        raise StandardMissing(
            day=day.isoformat(), occupation_code=occupation_code, level=level, certificate_type=certificate_type
        )
    return found


def commit_budget(programme_id: int, fen: int) -> None:
    """Promise `fen` of a programme's budget, whoever asks at once; refuses with NotFound, BudgetExhausted."""
    if not _add_to_committed(programme_id, fen):
        programme = get(programme_id)
        db.session.refresh(programme)
        raise BudgetExhausted(asked_fen=fen, left_fen=programme.budget_fen - programme.committed_fen)


def give_back_budget(programme_id: int, fen: int) -> None:
    """Take a promise back. Giving back more than was promised is a fault of the caller: ValueError."""
    if not _add_to_committed(programme_id, -fen):
        raise ValueError("more is given back than was promised")


def certificate_deadline_months(programme_id: int) -> int:
    """Return how long after redemption a certificate may come; refuses with NotFound. Remembered."""
    months: dict[int, int] = _remembered("certificate_deadline_months")
    if programme_id not in months:
        months[programme_id] = get(programme_id).certificate_deadline_months
    return months[programme_id]


def take_quota(region_id: int, programme_id: int) -> bool:
    """Take one voucher of a region's quota, in the open unit of work; False when it is spent."""
    taken = db.session.execute(
        update(Allotment)
        .where(
            Allotment.region_id == region_id,
            Allotment.programme_id == programme_id,
            Allotment.issued < Allotment.quota,
        )
        .values(issued=Allotment.issued + 1)
        .returning(Allotment.region_id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def free_quota(region_id: int, programme_id: int) -> None:
    """Put one voucher back into a region's quota, in the open unit of work."""
    db.session.execute(
        update(Allotment)
        .where(Allotment.region_id == region_id, Allotment.programme_id == programme_id)
        .values(issued=Allotment.issued - 1)
    )


def _add_to_committed(programme_id: int, fen: int) -> bool:
    """Change the promised sum within 0 and the budget; the one statement is the lock and the check."""
    committed = Programme.committed_fen + fen
    changed = db.session.execute(
        update(Programme)
        .where(Programme.programme_id == programme_id, committed.between(0, Programme.budget_fen))
        .values(committed_fen=committed)
        .returning(Programme.programme_id)
        .execution_options(synchronize_session="fetch")
    )
    return changed.first() is not None


def _share(query: Any) -> Share:
    if (found := db.session.scalar(query)) is None:
        raise NotFound
    return Share(found.region_id, found.programme_id, found.public_no)


def _remembered(name: str) -> dict[Any, Any]:
    """Return what this application has read before under a name; another database is another application."""
    remembered: dict[Any, Any] = current_app.extensions.setdefault(f"programmes.{name}", {})
    return remembered
