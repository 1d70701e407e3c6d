"""An uploaded table's way: kept, mapped by a person, checked part by part, and then accepted whole or given back.

`work` does the next part of whichever sheet waits; it opens its own units of work, because a part is checked outside
of them and recorded in one. All other verbs run in the caller's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final

from flask import current_app
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from voucher_service.calendar import local_date, start_of_day
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.identifiers import new_id
from voucher_service.sheets import parts, writing
from voucher_service.sheets.cells import Cell, day_of, is_damaged_number, text_of, yes_or_no
from voucher_service.sheets.columns import Field, guess, require_mapping
from voucher_service.sheets.errors import SheetGone, SheetInProgress, SheetNotInState, SheetRowsSpent
from voucher_service.sheets.kinds import Kind, Row, Verdict, declare, kind_of
from voucher_service.sheets.models import Sheet
from voucher_service.sheets.reading import FILE_BYTES_MAX, read_table
from voucher_service.sheets.working import work
from voucher_service.web.access import Caller

__all__ = [
    "FILE_BYTES_MAX",
    "MIMETYPE",
    "ROWS_MAX",
    "Cell",
    "Field",
    "Kind",
    "Row",
    "Sheet",
    "Verdict",
    "answer",
    "author_of",
    "confirm",
    "day_of",
    "declare",
    "discard",
    "faults",
    "fields_of",
    "find",
    "forget_old",
    "guessed",
    "headings",
    "is_damaged_number",
    "keep",
    "latest",
    "text_of",
    "work",
    "yes_or_no",
]

ROWS_MAX: Final = 20_000
ROWS_A_DAY_MAX: Final = 100_000
"""Of one institution: a roster is for its trainees, and not for trying out who has a voucher."""

KEPT_DAYS: Final = 7
MIMETYPE: Final = writing.MIMETYPE
DONE: Final = ("refused", "accepted")


def keep(kind_name: str, subject_id: int, content: bytes, caller: Caller, now: datetime) -> Sheet:
    """Read an uploaded file and keep its rows until somebody has said which column is what, in the open unit of work.

    An earlier upload about the same subject that nobody has confirmed is discarded. Refusals: SheetKindUnknown, those
    of the kind, SheetInProgress, SheetRowsSpent, and those of `reading.read_table`.
    """
    if caller.institution_id is None:
        raise NotFound
    kind_of(kind_name).admit(subject_id, caller, now)
    _make_room(kind_name, subject_id, caller, now)
    sheet = Sheet(
        region_id=caller.region_id,
        sheet_id=new_id(),
        institution_id=caller.institution_id,
        kind=kind_name,
        subject_id=subject_id,
        state="uploaded",
        columns=0,
        rows_total=0,
        created_role=caller.role,
        created_by=caller.subject_id,
        created_person=caller.person_id or caller.subject_id,
        created_at=now,
    )
    db.session.add(sheet)
    try:
        db.session.flush()  # The parts refer to the sheet, and of two uploads at once one is refused here, in words.
    except IntegrityError as error:
        raise SheetInProgress from error
    sheet.columns, sheet.rows_total = parts.keep_rows(sheet.region_id, sheet.sheet_id, read_table(content, ROWS_MAX))
    _require_rows_left(sheet, now)
    db.session.flush()
    return sheet


def find(sheet_id: int, caller: Caller) -> Sheet:
    """Return one of the caller's institution's uploads; refuses with NotFound."""
    found = db.session.get(Sheet, (caller.region_id, sheet_id), populate_existing=True)
    if found is None or caller.institution_id is None or found.institution_id != caller.institution_id:
        raise NotFound
    return found


def latest(kind_name: str, subject_id: int, caller: Caller, limit: int = 5) -> Sequence[Sheet]:
    """Return the caller's institution's last uploads about a subject, so that one that was left is found again."""
    query = select(Sheet).where(
        Sheet.region_id == caller.region_id,
        Sheet.institution_id == caller.institution_id,
        Sheet.kind == kind_name,
        Sheet.subject_id == subject_id,
        Sheet.state != "discarded",
    )
    return db.session.scalars(query.order_by(Sheet.created_at.desc()).limit(limit)).all()


def author_of(sheet: Sheet) -> Caller:
    """Return who uploaded a sheet, for whoever writes what it says."""
    return Caller(sheet.created_role, sheet.created_by, sheet.region_id, sheet.created_person, sheet.institution_id)


def fields_of(kind_name: str) -> tuple[Field, ...]:
    """Refuses with SheetKindUnknown."""
    return kind_of(kind_name).fields


def headings(sheet: Sheet) -> list[Cell]:
    """Refuses with SheetGone."""
    if (found := parts.headings(sheet)) is None:
        raise SheetGone(days=KEPT_DAYS)
    return found


def guessed(sheet: Sheet) -> dict[str, int]:
    """Return the mapping that was confirmed, or else what the headings say. Refuses with SheetGone."""
    return sheet.mapping or guess(fields_of(sheet.kind), headings(sheet))


def confirm(sheet_id: int, mapping: Mapping[str, int], caller: Caller) -> Sheet:
    """Say which column is what; from now on the rows are being checked.

    Refusals: NotFound, SheetNotInState, ColumnMissing, ColumnImpossible.
    """
    sheet = find(sheet_id, caller)
    require_mapping(fields_of(sheet.kind), mapping, sheet.columns)
    _move(sheet, ("uploaded",), state="checking", mapping=dict(mapping))
    current_app.extensions.get("sheet_waker", _nobody)()
    return sheet


def discard(sheet_id: int, caller: Caller, now: datetime) -> Sheet:
    """Drop an upload that is not done, with everything that was in it. Refusals: NotFound, SheetNotInState."""
    sheet = find(sheet_id, caller)
    _move(sheet, ("uploaded", "checking"), state="discarded", finished_at=now)
    parts.forget(sheet)
    return sheet


def faults(sheet: Sheet, after: int = 0, limit: int = 200) -> list[dict[str, Any]]:
    """Return refused rows by number, each with its reasons: code, clause, zh and en."""
    return parts.faults(sheet, after, limit)


def answer(sheet: Sheet) -> BinaryIO:
    """Return the table as an open workbook with the column 错误原因. Refusals: SheetNotInState, SheetGone."""
    if sheet.state not in DONE:
        raise SheetNotInState(state=sheet.state)
    folder = current_app.extensions["settings"].data_dir / "sheets"
    return writing.write_workbook(headings(sheet), _with_reasons(sheet), folder)


def forget_old(now: datetime, limit: int = 50) -> int:
    """Delete what was in files of more than KEPT_DAYS ago, and discard uploads that nobody went on with."""
    old = select(Sheet).where(
        Sheet.created_at <= now - timedelta(days=KEPT_DAYS), Sheet.rows_total > 0, Sheet.columns > 0
    )
    found = db.session.scalars(old.order_by(Sheet.created_at).limit(limit)).all()
    for sheet in found:
        parts.forget(sheet)
        sheet.columns = 0
        if sheet.state not in DONE:
            sheet.state, sheet.finished_at = "discarded", sheet.finished_at or now
    db.session.flush()
    return len(found)


def _with_reasons(sheet: Sheet) -> Iterator[tuple[Sequence[Cell], str]]:
    for part in parts.each_part(sheet):
        told = part.faults or {}
        for number, cells in parts.raw_rows(part):
            reasons = told.get(str(number), [])
            yield cells, "；".join(_in_words(reason) for reason in reasons)


def _in_words(reason: Mapping[str, str]) -> str:
    clause = f"（{reason['clause']}）" if reason["clause"] else ""
    return f"{reason['zh'].rstrip('。')}{clause} [{reason['code']}]"


def _make_room(kind_name: str, subject_id: int, caller: Caller, now: datetime) -> None:
    for earlier in latest(kind_name, subject_id, caller):
        if earlier.state == "checking":
            raise SheetInProgress
        if earlier.state == "uploaded":
            _give_way(earlier, caller, now)


def _give_way(earlier: Sheet, caller: Caller, now: datetime) -> None:
    try:
        discard(earlier.sheet_id, caller, now)
    except SheetNotInState as overtaken:
        # Somebody else confirmed it, or uploads at this very moment.
        raise SheetInProgress from overtaken


def _require_rows_left(sheet: Sheet, now: datetime) -> None:
    of_today = select(func.coalesce(func.sum(Sheet.rows_total), 0)).where(
        Sheet.region_id == sheet.region_id,
        Sheet.institution_id == sheet.institution_id,
        Sheet.created_at >= start_of_day(local_date(now)),
        Sheet.sheet_id != sheet.sheet_id,
    )
    if int(db.session.scalar(of_today) or 0) + sheet.rows_total > ROWS_A_DAY_MAX:
        raise SheetRowsSpent(rows_max=ROWS_A_DAY_MAX)


def _move(sheet: Sheet, states: Sequence[str], **changes: Any) -> None:
    """Change a sheet that is in one of `states`, whoever asks at once; refuses with SheetNotInState."""
    moved = db.session.execute(
        update(Sheet)
        .where(Sheet.region_id == sheet.region_id, Sheet.sheet_id == sheet.sheet_id, Sheet.state.in_(states))
        .values(**changes)
        .returning(Sheet.sheet_id)
        .execution_options(synchronize_session=False)
    )
    if moved.first() is None:
        raise SheetNotInState(state=sheet.state)
    db.session.refresh(sheet)


def _nobody() -> None:
    """Nobody waits to be woken where no worker runs."""
