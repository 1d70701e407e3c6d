"""Checking a sheet part by part, by whichever process comes by, and settling it when the last part is checked."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import or_, select, update

from voucher_service.database import db, end_reading, unit_of_work
from voucher_service.errors import Refusal
from voucher_service.holders import service as holders
from voucher_service.sheets import parts
from voucher_service.sheets.errors import CellMissing, RowTwice
from voucher_service.sheets.kinds import Kind, Row, Verdict, kind_of
from voucher_service.sheets.models import Sheet, SheetPart

if TYPE_CHECKING:
    from flask import Flask

TAKEN_FOR: Final = timedelta(seconds=30)
PAUSE_SECONDS: Final = 2.0
_log = structlog.get_logger(__name__)


def work(now: datetime) -> bool:
    """Check a waiting sheet part by part and settle it; return whether there was any to do."""
    sheet = _take(now)
    if sheet is None:
        return False
    try:
        while part := parts.next_part(sheet):
            _check(sheet, part, now)
            db.session.refresh(sheet)
        _settle(sheet, now)
    except Refusal as refusal:
        with unit_of_work():
            _finish(sheet, now, "refused", refusal=_told(refusal))
    return True


def _check(sheet: Sheet, part: SheetPart, now: datetime) -> None:
    kind, rows = kind_of(sheet.kind), parts.rows_of(sheet, part)
    verdicts = kind.check(sheet, rows, now)
    judged = [(row, verdict, _missing(kind, row)) for row, verdict in zip(rows, verdicts, strict=True)]
    _record(sheet, part, judged, now)


def _take(now: datetime) -> Sheet | None:
    """Take the sheet that waits longest, and keep others from it while its part is being checked."""
    free = or_(Sheet.taken_until.is_(None), Sheet.taken_until <= now, Sheet.taken_until > now + TAKEN_FOR)
    waiting = select(Sheet.region_id, Sheet.sheet_id).where(Sheet.state == "checking", free)
    end_reading()
    key = db.session.execute(waiting.order_by(Sheet.created_at).limit(1)).one_or_none()
    if key is None:
        return None
    mine = (Sheet.region_id == key.region_id, Sheet.sheet_id == key.sheet_id)
    with unit_of_work():
        taken = db.session.execute(
            update(Sheet)
            .where(*mine, Sheet.state == "checking", free)
            .values(taken_until=now + TAKEN_FOR)
            .returning(Sheet.sheet_id)
            .execution_options(synchronize_session=False)
        ).first()
    return db.session.get(Sheet, tuple(key), populate_existing=True) if taken else None


def _missing(kind: Kind, row: Row) -> list[Refusal]:
    return [CellMissing(field=field.zh) for field in kind.fields if field.required and row.cells[field.name] is None]


def _record(sheet: Sheet, part: SheetPart, judged: Sequence[tuple[Row, Verdict, list[Refusal]]], now: datetime) -> None:
    """Write down what was found, once: of two workers with the same part the second writes nothing."""
    with unit_of_work():
        faults, keys = _found(judged, parts.seen_keys(sheet))
        recorded = db.session.execute(
            update(SheetPart)
            .where(
                SheetPart.region_id == part.region_id,
                SheetPart.sheet_id == part.sheet_id,
                SheetPart.part_no == part.part_no,
                SheetPart.checked_at.is_(None),
            )
            .values(faults=faults or None, keys=parts.packed_keys(keys), checked_at=now)
            .returning(SheetPart.part_no)
            .execution_options(synchronize_session=False)
        ).first()
        if recorded is None:
            return
        _update(sheet, rows_checked=Sheet.rows_checked + len(judged), rows_refused=Sheet.rows_refused + len(faults))
        looked_at = [verdict.looked_at for _, verdict, _ in judged if verdict.looked_at]
        holders.record_looks(looked_at, sheet.created_role, sheet.created_by, f"{sheet.kind}_check")


def _found(
    judged: Sequence[tuple[Row, Verdict, list[Refusal]]], seen: dict[bytes, int]
) -> tuple[dict[str, list[dict[str, Any]]], list[tuple[int, bytes]]]:
    faults: dict[str, list[dict[str, Any]]] = {}
    keys: list[tuple[int, bytes]] = []
    for row, verdict, missing in judged:
        against = [*missing, *verdict.refusals]
        for key in verdict.keys:
            first = seen.setdefault(key[:16], row.number)
            if first != row.number:
                against.append(RowTwice(row=first))
            else:
                keys.append((row.number, key))
        if against:
            faults[str(row.number)] = [_told(refusal) for refusal in against]
    return faults, keys


def _settle(sheet: Sheet, now: datetime) -> None:
    """Accept a sheet without a refused row, whole, or turn it down; refuses as its kind does."""
    with unit_of_work():
        if sheet.rows_refused:
            _finish(sheet, now, "refused")
        elif _finish(sheet, now, "accepted"):
            kind_of(sheet.kind).accept(sheet, parts.all_rows(sheet), now)


def _finish(sheet: Sheet, now: datetime, state: str, **also: Any) -> bool:
    return _update(sheet, state=state, finished_at=now, taken_until=None, **also)


def _update(sheet: Sheet, **changes: Any) -> bool:
    """Change a sheet that is still being checked; False when somebody has settled or discarded it."""
    changed = db.session.execute(
        update(Sheet)
        .where(Sheet.region_id == sheet.region_id, Sheet.sheet_id == sheet.sheet_id, Sheet.state == "checking")
        .values(**changes)
        .returning(Sheet.sheet_id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def _told(refusal: Refusal) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "clause": refusal.clause or "",
        "zh": refusal.sentence_zh,
        "en": refusal.sentence_en,
    }


class SheetWorker:
    """A thread that works until nothing waits, then rests until it is woken or some seconds have passed."""

    def __init__(self, app: Flask, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._app = app
        self._pause_seconds = pause_seconds
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="sheet-worker", daemon=True)
        app.extensions["sheet_waker"] = self._woken.set

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            if not self._work():
                self._woken.wait(self._pause_seconds)
                self._woken.clear()

    def _work(self) -> bool:
        try:
            with self._app.app_context():
                try:
                    return work(self._app.extensions["clock"].now())
                finally:
                    db.session.remove()
        except Exception as fault:  # noqa: BLE001 - whatever happened, the next pass is another chance
            # Only the type: a message may hold what was in a row.
            _log.error("sheet_part_failed", kind=type(fault).__name__)
            return False
