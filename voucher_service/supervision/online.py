"""Online sessions: what their platform reports or an inspector finds, and which of them are not recognised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from voucher_service.classes import service as classes
from voucher_service.database import db, end_reading
from voucher_service.identifiers import new_id, to_hex
from voucher_service.programmes import service as programmes
from voucher_service.roll_calls.errors import SessionUnknown
from voucher_service.supervision.adapters import online_platform
from voucher_service.supervision.errors import ClassNotSupervised, PlatformAnswerUnsound, SessionNotOnline
from voucher_service.supervision.inspections import SUPERVISED
from voucher_service.supervision.models import OnlineRecord
from voucher_service.supervision.recordings import ONLINE
from voucher_service.supervision.rules import OnlineReport, faults_in, lessons_of, reasons_against
from voucher_service.web.access import Caller


class Found(NamedTuple):
    """What an inspector found at one online session; `faults` are among the six."""

    session_no: int
    faults: Sequence[str]
    note: str = ""


class OnlineStanding(NamedTuple):
    """One online session; it is recognised when nothing stands in `reasons`."""

    session_no: int
    platform: str
    reasons: list[str]
    figures: Mapping[str, Any]
    starts_at: datetime


def ask_platform(training_class: Any) -> Sequence[OnlineReport]:
    """Ask the class's platform what it has on its online sessions, holding no connection while it thinks.

    Refusals: ClassNotSupervised, PlatformUnavailable, PlatformAnswerUnsound.
    """
    _require_supervised(training_class)
    class_id = to_hex(training_class.class_id)
    end_reading()
    return online_platform().reports(class_id)


def write_reports(
    training_class: Any, told: Sequence[OnlineReport], caller: Caller, now: datetime
) -> list[OnlineStanding]:
    """Write down what a platform told, all of it or nothing. Refusals: PlatformAnswerUnsound."""
    most = programmes.rule_numbers(training_class.rule_pack_id)["popup_interval_minutes_max"]
    sessions = {held.session_no: held for held in _online_sessions(training_class) if held.starts_at <= now}
    for report in told:
        if (held := sessions.get(report.session_no)) is None:
            raise PlatformAnswerUnsound(fault="session_no")
        lessons = lessons_of(held, training_class.plan["lesson_minutes"])
        _write(training_class, report, faults_in(report, lessons=lessons, popup_minutes_max=most), caller, now)
    db.session.flush()
    return online_standings(training_class)


def record_faults(training_class: Any, found: Found, caller: Caller, now: datetime) -> list[OnlineStanding]:
    """Write down what an inspector found at one online session; no fault takes an earlier finding back.

    Refusals: ClassNotSupervised, SessionUnknown, SessionNotOnline.
    """
    _require_supervised(training_class)
    held = {session.session_no: session for session in classes.sessions(training_class)}.get(found.session_no)
    if held is None or held.starts_at > now:
        raise SessionUnknown(session_no=found.session_no)
    if held.kind != ONLINE:
        raise SessionNotOnline(session_no=found.session_no)
    db.session.add(
        OnlineRecord(
            region_id=training_class.region_id,
            record_id=new_id(),
            class_id=training_class.class_id,
            session_no=found.session_no,
            source="inspector",
            platform=training_class.plan["online_platform"],
            faults=dict.fromkeys(found.faults),
            note=found.note,
            recorded_by=caller.person_id or caller.subject_id,
            recorded_at=now,
        )
    )
    db.session.flush()
    return online_standings(training_class)


def online_standings(training_class: Any) -> list[OnlineStanding]:
    """Return each online session of a class, with why it is not recognised."""
    sessions = _online_sessions(training_class)
    if not sessions:
        return []
    listed = programmes.get(training_class.programme_id).settings.get("online_platforms", ())
    latest: defaultdict[int, dict[str, OnlineRecord]] = defaultdict(dict)
    query = select(OnlineRecord).where(
        OnlineRecord.region_id == training_class.region_id, OnlineRecord.class_id == training_class.class_id
    )
    for row in db.session.scalars(query.order_by(OnlineRecord.recorded_at, OnlineRecord.record_id)):
        latest[row.session_no][row.source] = row
    return [_standing(held, latest[held.session_no], training_class, listed) for held in sessions]


def unrecognised(training_class: Any) -> list[int]:
    """Return the numbers of the online sessions that do not count."""
    return [found.session_no for found in online_standings(training_class) if found.reasons]


def _standing(held: Any, records: dict[str, OnlineRecord], training_class: Any, listed: Any) -> OnlineStanding:
    reported = records.get("platform")
    platform = reported.platform if reported else training_class.plan["online_platform"]
    figures = {name: figure for row in records.values() for name, figure in row.faults.items()}
    reasons = reasons_against(platform, [row.faults for row in records.values()], listed)
    return OnlineStanding(held.session_no, platform, reasons, figures, held.starts_at)


def _write(training_class: Any, report: OnlineReport, faults: dict[str, int], caller: Caller, now: datetime) -> None:
    db.session.add(
        OnlineRecord(
            region_id=training_class.region_id,
            record_id=new_id(),
            class_id=training_class.class_id,
            session_no=report.session_no,
            source="platform",
            platform=report.platform,
            faults=faults,
            note="",
            recorded_by=caller.person_id or caller.subject_id,
            recorded_at=now,
        )
    )


def _online_sessions(training_class: Any) -> list[Any]:
    return [held for held in classes.sessions(training_class) if held.kind == ONLINE]


def _require_supervised(training_class: Any) -> None:
    if training_class.state not in SUPERVISED:
        raise ClassNotSupervised(state=training_class.state)
