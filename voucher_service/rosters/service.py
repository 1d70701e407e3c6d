"""Rosters: accepted whole, read as who is expected, and the ground on which vouchers are offered to their people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select, update

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import asked_once, db
from voucher_service.holders import service as holders
from voucher_service.identifiers import new_id
from voucher_service.institutions import service as institutions
from voucher_service.redemptions import service as redemptions
from voucher_service.rosters import checking, rules
from voucher_service.rosters.errors import RosterMissing, RosterOverCapacity, RosterTooLate
from voucher_service.rosters.forgetting import forget_unmet
from voucher_service.rosters.models import Roster, RosterEntry
from voucher_service.rosters.offers import ask, decide, issue, offer_of, offers_waiting
from voucher_service.sheets import service as sheets
from voucher_service.sheets.service import Row, Sheet
from voucher_service.web.access import Caller

__all__ = [
    "KIND",
    "Expected",
    "ask",
    "decide",
    "expected",
    "forget_unmet",
    "issue",
    "of_class",
    "offer_of",
    "offers_waiting",
    "people",
]

KIND = "roster"


class Expected(NamedTuple):
    """How many a class's roster names, and how many of them have spent a voucher there."""

    persons: int
    arrived: int


def expected(region_id: int, class_id: int) -> Expected | None:
    """Return who is expected in a class in numbers; None for a class without a roster."""
    if (roster := _standing(region_id, class_id)) is None:
        return None
    seated = {redemption.holder_id for redemption in redemptions.of_class(region_id, class_id)}
    return Expected(roster.persons, len(seated & set(people(roster))))


def of_class(region_id: int, class_id: int) -> Roster:
    """Return the roster that stands for a class. Refuses with RosterMissing."""
    if (roster := _standing(region_id, class_id)) is None:
        raise RosterMissing
    return roster


def people(roster: Roster) -> Sequence[int]:
    """Return the people of a roster in the order of its file."""
    entries = select(RosterEntry.holder_id).where(
        RosterEntry.region_id == roster.region_id, RosterEntry.roster_id == roster.roster_id
    )
    return db.session.scalars(entries.order_by(RosterEntry.row_no)).all()


def _admit(class_id: int, caller: Caller, now: datetime) -> None:
    """Let pass a class of the caller's that has not opened.

    Refuses with NotFound, InstitutionSuspended, InstitutionBarred, RosterTooLate.
    """
    found = classes.find(class_id, caller)
    institutions.require_standing(found.region_id, found.institution_id, local_date(now))
    _require_not_open(found.state)


def _accept(sheet: Sheet, rows: Iterable[Row], now: datetime) -> None:
    """Put a checked sheet in the place of the class's roster, whole. Refuses with RosterTooLate, RosterOverCapacity."""
    training_class = classes.lock(sheet.region_id, sheet.subject_id)
    _require_not_open(training_class.state)
    named = [(row, holders.read_person(*_texts(row), now.date())) for row in rows]
    standard = checking.standard_of(sheet.region_id, sheet.subject_id)
    if len(named) > standard.capacity:
        raise RosterOverCapacity(capacity=standard.capacity, place=len(named))
    ids = holders.introduce([(person.name or "", person.id_number or "") for _, person in named])
    _supersede(sheet, now)
    roster = Roster(
        region_id=sheet.region_id,
        roster_id=new_id(),
        class_id=sheet.subject_id,
        institution_id=sheet.institution_id,
        sheet_id=sheet.sheet_id,
        persons=len(named),
        created_by=sheet.created_person,
        created_at=now,
    )
    db.session.add(roster)
    db.session.flush()  # The entries refer to the roster, and no relationship tells the session which comes first.
    entries = [
        {
            "region_id": roster.region_id,
            "roster_id": roster.roster_id,
            "holder_id": ids[person.id_number or ""],
            "row_no": row.number,
            **checking.bound_of(row, standard)._asdict(),
        }
        for row, person in named
    ]
    db.session.execute(insert(RosterEntry), entries)


def _texts(row: Row) -> tuple[str, str]:
    return sheets.text_of(row.cells["name"]), sheets.text_of(row.cells["id_number"])


def _supersede(sheet: Sheet, now: datetime) -> None:
    db.session.execute(
        update(Roster)
        .where(
            Roster.region_id == sheet.region_id,
            Roster.class_id == sheet.subject_id,
            Roster.superseded_at.is_(None),
        )
        .values(superseded_at=now)
        .execution_options(synchronize_session=False)
    )


def _require_not_open(state: str) -> None:
    if state not in rules.OPEN_TO:
        raise RosterTooLate(state=state)


@asked_once
def _standing(region_id: int, class_id: int) -> Roster | None:
    query = select(Roster).where(
        Roster.region_id == region_id, Roster.class_id == class_id, Roster.superseded_at.is_(None)
    )
    return db.session.scalars(query).one_or_none()


sheets.declare(KIND, sheets.Kind(checking.FIELDS, _admit, checking.check, _accept))
