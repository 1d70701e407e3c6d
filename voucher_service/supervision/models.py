"""What supervision keeps: rows that are written once; a correction is another row that follows the first."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Day, Flag, Instant, JsonText, LargeInteger, Model

_OF_CLASS = (["region_id", "class_id"], ["training_class.region_id", "training_class.class_id"])
_OF_SESSION = (
    ["region_id", "class_id", "session_no"],
    ["class_session.region_id", "class_session.class_id", "class_session.session_no"],
)


class Inspection(Model):
    """One visit to a class as an inspector wrote it down. `corrects_id` names the row that this one replaces.

    `place_no` numbers the places of one kind on the form of annex 3, which two inspectors cannot fill at once; it is
    None for what takes no such place: unannounced visits, corrections, and visits outside the class's time.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        ForeignKeyConstraint(*_OF_CLASS),
        ForeignKeyConstraint(["region_id", "corrects_id"], ["inspection.region_id", "inspection.inspection_id"]),
        UniqueConstraint("region_id", "corrects_id"),
        UniqueConstraint("region_id", "class_id", "kind", "place_no"),
        CheckConstraint("kind IN ('first_day', 'mid_course', 'unannounced')", name="kind"),
        CheckConstraint("standing IN ('counts', 'outside_days', 'outside_sessions')", name="standing"),
        CheckConstraint("teachers >= 0 AND present >= 0", name="present"),
        CheckConstraint("corrects_id IS NULL OR reason <> ''", name="reason"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    inspection_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger)
    kind: Mapped[str] = mapped_column(Text)
    place_no: Mapped[int | None]
    inspected_at: Mapped[datetime] = mapped_column(Instant)
    standing: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    teachers: Mapped[int]
    present: Mapped[int]
    photo: Mapped[str] = mapped_column(Text)
    photo_sha256: Mapped[str] = mapped_column(Text)
    """64 hex digits of the photo named by `photo`; both are empty where none was taken."""
    note: Mapped[str] = mapped_column(Text)
    corrects_id: Mapped[int | None] = mapped_column(LargeInteger)
    reason: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[int] = mapped_column(LargeInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Recording(Model):
    """One film of one session, kept elsewhere: here are its reference, its digest, and until when it must be kept."""

    __tablename__ = "recording"
    __table_args__ = (
        ForeignKeyConstraint(*_OF_SESSION),
        UniqueConstraint("sha256"),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        Index("ix_recording_class", "region_id", "class_id", "session_no"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recording_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger)
    session_no: Mapped[int]
    reference: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    kept_until: Mapped[date] = mapped_column(Day)
    recorded_by: Mapped[int] = mapped_column(LargeInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Judgement(Model):
    """What somebody of the bureau saw on a recording; the latest revision counts, the earlier ones stay."""

    __tablename__ = "recording_judgement"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "recording_id"], ["recording.region_id", "recording.recording_id"]),
        CheckConstraint("present >= 0", name="present"),
        CheckConstraint("revision = 1 OR note <> ''", name="note"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recording_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shows_everyone: Mapped[bool] = mapped_column(Flag)
    effective: Mapped[bool] = mapped_column(Flag)
    """Whether it supervises the class well enough to stand in for a visit."""
    present: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    judged_by: Mapped[int] = mapped_column(LargeInteger)
    judged_at: Mapped[datetime] = mapped_column(Instant)


class SurveyAnswer(Model):
    """One trainee's answer in one round. Nobody reads single ones: the service gives out totals only."""

    __tablename__ = "survey_answer"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "redemption_id"], ["redemption.region_id", "redemption.redemption_id"]),
        ForeignKeyConstraint(["class_region_id", "class_id"], ["training_class.region_id", "training_class.class_id"]),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        Index("ix_survey_answer_class", "class_region_id", "class_id", "round_no"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    redemption_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    round_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_region_id: Mapped[int]
    class_id: Mapped[int] = mapped_column(LargeInteger)
    score: Mapped[int]
    device: Mapped[str | None] = mapped_column(Text)
    """A digest of the mark that a browser or an app keeps, so that many answers from one device show as such."""
    answered_at: Mapped[datetime] = mapped_column(Instant)


class SurveyRound(Model):
    """A round of the survey that has been closed, with its result; one that fell short has a time to repair."""

    __tablename__ = "survey_round"
    __table_args__ = (
        ForeignKeyConstraint(*_OF_CLASS),
        CheckConstraint("satisfied BETWEEN 0 AND answers", name="satisfied"),
        CheckConstraint("passed = (repair_until IS NULL)", name="repair_until"),
        CheckConstraint("(reopened_at IS NULL) = (reopened_by IS NULL)", name="reopened_by"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    round_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answers: Mapped[int]
    satisfied: Mapped[int]
    answers_needed: Mapped[int]
    passed: Mapped[bool] = mapped_column(Flag)
    repair_until: Mapped[date | None] = mapped_column(Day)
    """The first day on which the next round can be opened; None when this one passed."""
    closed_by: Mapped[int] = mapped_column(LargeInteger)
    closed_at: Mapped[datetime] = mapped_column(Instant)
    reopened_by: Mapped[int | None] = mapped_column(LargeInteger)
    reopened_at: Mapped[datetime | None] = mapped_column(Instant)
    repaired_by: Mapped[str] = mapped_column(Text, default="")
    """What was done during the repair, in words."""


class OnlineRecord(Model):
    """What a platform reported, or an inspector found, about one online session; the latest of each source counts."""

    __tablename__ = "online_record"
    __table_args__ = (
        ForeignKeyConstraint(*_OF_SESSION),
        CheckConstraint("source IN ('platform', 'inspector')", name="source"),
        Index("ix_online_record_class", "region_id", "class_id", "session_no"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger)
    session_no: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    platform: Mapped[str] = mapped_column(Text)
    faults: Mapped[dict[str, Any]] = mapped_column(JsonText)
    """Each fault that was found, with the figure that shows it."""
    note: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[int] = mapped_column(LargeInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
