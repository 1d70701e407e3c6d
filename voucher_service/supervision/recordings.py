"""The register of recordings: the films of each session, what the bureau saw on them, and what three strikes cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import asked_once, db
from voucher_service.errors import NotFound
from voucher_service.identifiers import new_id
from voucher_service.programmes import service as programmes
from voucher_service.roll_calls.errors import SessionUnknown
from voucher_service.supervision.errors import (
    ClassNotSupervised,
    JudgementReasonMissing,
    RecordingOutsideSession,
    RecordingUsed,
)
from voucher_service.supervision.inspections import SUPERVISED
from voucher_service.supervision.models import Judgement, Recording
from voucher_service.supervision.rules import kept_until, loses_subsidy, short_lessons, unfilmed_minutes
from voucher_service.web.access import Caller

ONLINE, THEORY = "online", "theory"
DISQUALIFIABLE = frozenset({"in_session", "ended", "suspended", "exam_filed", "examined"})


class Film(NamedTuple):
    """A recording as the institution hands it in: its place outside, its digest, and from when to when it runs."""

    session_no: int
    reference: str
    sha256: str
    starts_at: datetime
    ends_at: datetime


class Seen(NamedTuple):
    """What somebody of the bureau saw on a recording."""

    shows_everyone: bool
    effective: bool
    present: int
    note: str = ""


class Shortfall(NamedTuple):
    """A session that is filmed, but not as long as it should be: minutes of theory, or lessons of practice."""

    session_no: int
    kind: str
    missing: int


def register_recordings(training_class: Any, films: Sequence[Film], caller: Caller, now: datetime) -> list[Recording]:
    """Write down recordings of sessions of the class, all or none.

    Refusals: ClassNotSupervised, SessionUnknown, RecordingOutsideSession, RecordingUsed.
    """
    if training_class.state not in SUPERVISED:
        raise ClassNotSupervised(state=training_class.state)
    years = programmes.rule_numbers(training_class.rule_pack_id)["recordings_kept_years"]
    sessions = {held.session_no: held for held in classes.sessions(training_class)}
    rows = []
    for film in films:
        _require_of_session(film, sessions.get(film.session_no), now)
        rows.append(
            Recording(
                region_id=training_class.region_id,
                recording_id=new_id(),
                class_id=training_class.class_id,
                kept_until=kept_until(local_date(film.ends_at), years=years),
                recorded_by=caller.person_id or caller.subject_id,
                recorded_at=now,
                **film._asdict(),
            )
        )
    db.session.add_all(rows)
    try:
        db.session.flush()
    except IntegrityError as taken:
        raise RecordingUsed from taken
    return rows


def judge(training_class: Any, recording_id: int, seen: Seen, caller: Caller, now: datetime) -> Judgement:
    """Write down what a recording shows. The strike that fills the number asks to disqualify the class.

    From then on no exam of the class is filed and no certificate of it has a value; the vouchers follow when a second
    person has confirmed.

    Refusals: NotFound, JudgementReasonMissing.
    """
    held = classes.lock(training_class.region_id, training_class.class_id)
    recording = db.session.get(Recording, (held.region_id, recording_id))
    if recording is None or recording.class_id != held.class_id:
        raise NotFound
    earlier = judgements(held).get(recording_id)
    if earlier is not None and not seen.note.strip():
        raise JudgementReasonMissing
    judged = Judgement(
        region_id=held.region_id,
        recording_id=recording_id,
        revision=earlier.revision + 1 if earlier else 1,
        judged_by=caller.person_id or caller.subject_id,
        judged_at=now,
        **seen._asdict(),
    )
    db.session.add(judged)
    db.session.flush()  # The count that follows must find it.
    strikes = programmes.rule_numbers(held.rule_pack_id)["incomplete_recordings_disqualify"]
    if loses_subsidy(incomplete(held), strikes=strikes):
        _ask_for_disqualification(held, caller, now)
    return judged


@asked_once
def recordings(training_class: Any) -> list[Recording]:
    """Return a class's recordings in the order of its sessions."""
    query = select(Recording).where(
        Recording.region_id == training_class.region_id, Recording.class_id == training_class.class_id
    )
    return list(db.session.scalars(query.order_by(Recording.session_no, Recording.starts_at, Recording.recording_id)))


@asked_once
def judgements(training_class: Any) -> dict[int, Judgement]:
    """Return the judgement that counts of each recording that has one."""
    query = (
        select(Judgement)
        .join(
            Recording,
            (Recording.region_id == Judgement.region_id) & (Recording.recording_id == Judgement.recording_id),
        )
        .where(Recording.region_id == training_class.region_id, Recording.class_id == training_class.class_id)
    )
    return {row.recording_id: row for row in db.session.scalars(query.order_by(Judgement.revision))}


def incomplete(training_class: Any) -> int:
    """Return how many recordings do not show everyone."""
    return sum(not row.shows_everyone for row in judgements(training_class).values())


def effective_head_counts(training_class: Any) -> list[int]:
    """Return how many were present on each recording that may stand in for a visit."""
    return [row.present for row in judgements(training_class).values() if row.effective]


def unrecorded(training_class: Any, now: datetime) -> list[int]:
    """Return the numbers of the sessions that are over and have no recording; online ones have their platform's."""
    filmed = {row.session_no for row in recordings(training_class)}
    return [
        held.session_no
        for held in classes.sessions(training_class)
        if held.kind != ONLINE and held.ends_at <= now and held.session_no not in filmed
    ]


def shortfalls(training_class: Any) -> list[Shortfall]:
    """Return the filmed sessions that are not filmed long enough."""
    films = defaultdict(list)
    for row in recordings(training_class):
        films[row.session_no].append(row)
    numbers = programmes.rule_numbers(training_class.rule_pack_id)
    lesson_minutes = training_class.plan["lesson_minutes"]
    found = []
    for held in classes.sessions(training_class):
        if not films[held.session_no]:
            continue
        missing = (
            unfilmed_minutes(held, films[held.session_no])
            if held.kind == THEORY
            else short_lessons(
                held,
                films[held.session_no],
                lesson_minutes=lesson_minutes,
                minutes_min=numbers["practical_recording_minutes_min"],
            )
        )
        if missing:
            found.append(Shortfall(held.session_no, held.kind, missing))
    return found


def _require_of_session(film: Film, held: Any, now: datetime) -> None:
    if held is None or held.starts_at > now:
        raise SessionUnknown(session_no=film.session_no)
    if not (film.starts_at < film.ends_at <= now and film.starts_at < held.ends_at and film.ends_at > held.starts_at):
        raise RecordingOutsideSession(
            starts_at=film.starts_at,
            ends_at=film.ends_at,
            session_no=film.session_no,
            session_from=held.starts_at,
            session_to=held.ends_at,
        )


def _ask_for_disqualification(held: Any, caller: Caller, now: datetime) -> None:
    """Ask a second person to take the class out; one that is over and done with, or asked for, stays as it is."""
    asked = any((found.kind, found.state) == ("disqualify", "asked") for found in classes.rulings_of(held))
    if asked or held.state not in DISQUALIFIABLE:
        return
    classes.rule(held, "disqualify", reason="recordings", note="", caller=caller, now=now)
