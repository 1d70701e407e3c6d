"""The institutions' tables."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Day, Flag, Instant, LargeInteger, Model
from voucher_service.institutions.rules import request_mark


class Institution(Model):
    """One training institution, kept in the region that licensed it."""

    __tablename__ = "institution"
    __table_args__ = (STRICT,)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when anything stands against it: a suspension, the black list, a finding. Scans look at nothing else."""
    audit_finding: Mapped[bool] = mapped_column(Flag, default=False)
    schooling_licence: Mapped[bool | None] = mapped_column(Flag)
    """Whether it is licensed for schooling (学制教育); None follows from its kind."""
    registered_on: Mapped[date | None] = mapped_column(Day)
    """None for an institution that was known before the service; a newer one is on probation for a while."""


class Licence(Model):
    """One occupation and level that an institution may teach, from a day on; both days are inside."""

    __tablename__ = "licence"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "institution_id"], ["institution.region_id", "institution.institution_id"]),
        CheckConstraint("valid_until >= valid_from", name="valid_until"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    occupation_code: Mapped[str] = mapped_column(Text, primary_key=True)
    level: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[date] = mapped_column(Day)
    valid_until: Mapped[date | None] = mapped_column(Day)


def _of_institution() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["region_id", "institution_id"], ["institution.region_id", "institution.institution_id"]
    )


class InstitutionFinding(Model):
    """A clear finding of an audit or inspection, 二(二); never changed, for what was found stays found."""

    __tablename__ = "institution_finding"
    __table_args__ = (_of_institution(), STRICT)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    finding_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    found_on: Mapped[date] = mapped_column(Day)
    document: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[int] = mapped_column(LargeInteger)
    entered_at: Mapped[datetime] = mapped_column(Instant)


class InstitutionSuspension(Model):
    """One suspension: made by one person at once, lifted by two. `made_by` is None for one that is older than this."""

    __tablename__ = "institution_suspension"
    __table_args__ = (
        _of_institution(),
        CheckConstraint("lifted_by <> lift_asked_by", name="lifted_by"),
        Index(
            "uq_institution_suspension_open",
            "region_id",
            "institution_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    suspension_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    made_by: Mapped[int | None] = mapped_column(LargeInteger)
    made_at: Mapped[datetime] = mapped_column(Instant)
    lift_reason: Mapped[str | None] = mapped_column(Text)
    lift_asked_by: Mapped[int | None] = mapped_column(LargeInteger)
    lift_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted_by: Mapped[int | None] = mapped_column(LargeInteger)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def lift_request(self) -> str | None:
        """The mark of the standing request to lift it."""
        return request_mark(self.suspension_id, self.lift_reason, self.lift_asked_by, self.lift_asked_at)


class RegionConsent(Model):
    """The province's consent to train in another region, 二(二), with the document that says so; both days inside."""

    __tablename__ = "region_consent"
    __table_args__ = (
        _of_institution(),
        CheckConstraint("valid_until >= valid_from", name="valid_until"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    consent_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    into_region_id: Mapped[int]
    document: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Day)
    valid_until: Mapped[date] = mapped_column(Day)
    entered_by: Mapped[int] = mapped_column(LargeInteger)
    entered_at: Mapped[datetime] = mapped_column(Instant)


class Blacklisting(Model):
    """One stay on the black list, 二(三)3: asked for and confirmed by two persons, and left in the same way.

    A stay that ended stays on record; `listed_until` is the last day, None until somebody sets an end.
    """

    __tablename__ = "blacklisting"
    __table_args__ = (
        _of_institution(),
        CheckConstraint("confirmed_by <> asked_by", name="confirmed_by"),
        CheckConstraint("exit_confirmed_by <> exit_asked_by", name="exit_confirmed_by"),
        CheckConstraint("listed_until >= listed_from", name="listed_until"),
        Index(
            "uq_blacklisting_open",
            "region_id",
            "institution_id",
            unique=True,
            sqlite_where=text("exit_confirmed_at IS NULL"),
            postgresql_where=text("exit_confirmed_at IS NULL"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    blacklisting_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    listed_from: Mapped[date] = mapped_column(Day)
    listed_until: Mapped[date | None] = mapped_column(Day)
    asked_by: Mapped[int] = mapped_column(LargeInteger)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[int | None] = mapped_column(LargeInteger)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    exit_reason: Mapped[str | None] = mapped_column(Text)
    exit_asked_by: Mapped[int | None] = mapped_column(LargeInteger)
    exit_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    exit_confirmed_by: Mapped[int | None] = mapped_column(LargeInteger)
    exit_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def exit_request(self) -> str | None:
        """The mark of the standing request to leave the list."""
        return request_mark(self.blacklisting_id, self.exit_reason, self.exit_asked_by, self.exit_asked_at)


class Teacher(Model):
    """Somebody who teaches at an institution. Who it is only `holders` knows: here is the holder's id."""

    __tablename__ = "teacher"
    __table_args__ = (
        _of_institution(),
        CheckConstraint("confirmed_by <> entered_by", name="confirmed_by"),
        Index(
            "uq_teacher_holder",
            "region_id",
            "institution_id",
            "holder_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    teacher_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    holder_id: Mapped[int] = mapped_column(LargeInteger)
    qualification: Mapped[str] = mapped_column(Text)
    teaching_certificate: Mapped[bool] = mapped_column(Flag)
    """Whether a teaching certificate (教师资格证) was shown."""
    valid_until: Mapped[date | None] = mapped_column(Day)
    entered_by: Mapped[int] = mapped_column(LargeInteger)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[int | None] = mapped_column(LargeInteger)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)


class Venue(Model):
    """A room in which an institution teaches. Two institutions that use one room have the same `place_key`."""

    __tablename__ = "venue"
    __table_args__ = (
        _of_institution(),
        CheckConstraint("kind IN ('theory', 'practical')", name="kind"),
        CheckConstraint("workstations BETWEEN 0 AND 10000", name="workstations"),
        CheckConstraint("confirmed_by <> entered_by", name="confirmed_by"),
        Index(
            "uq_venue_place",
            "region_id",
            "institution_id",
            "place_key",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    venue_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    place_key: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    room: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    workstations: Mapped[int]
    latitude_e6: Mapped[int | None]
    longitude_e6: Mapped[int | None]
    """Where it is, in millionths of a degree (WGS 84); None where nobody has said."""
    entered_by: Mapped[int] = mapped_column(LargeInteger)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[int | None] = mapped_column(LargeInteger)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
