"""The programmes' tables. A programme's own row is the city's; its allotments lie in the regions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Day, Flag, Instant, JsonText, LargeInteger, Model


class RulePack(Model):
    """The numbers that rules count with, in force from a day until the next pack's day. Never changed once used."""

    __tablename__ = "rule_pack"
    __table_args__ = (UniqueConstraint("effective_from"), STRICT)

    rule_pack_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    effective_from: Mapped[date] = mapped_column(Day)
    numbers: Mapped[dict[str, int]] = mapped_column(JsonText)
    texts: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    """Each number's rule, clause, unit and name in two languages; None for a pack that says nothing of its own."""


class WorkingYear(Model):
    """The days of a year that are not worked like their weekday; the last revision counts, and earlier ones stay."""

    __tablename__ = "working_year"
    __table_args__ = (CheckConstraint("source <> ''", name="source"), STRICT)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    days: Mapped[dict[str, bool]] = mapped_column(JsonText)
    """Day, YYYY-MM-DD → whether it is worked."""
    source: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)


class RulePackProposal(Model):
    """A pack that one person has entered and another has to adopt before it becomes a rule pack."""

    __tablename__ = "rule_pack_proposal"
    __table_args__ = (
        CheckConstraint("decided_by <> proposed_by", name="decided_by"),
        CheckConstraint("verdict IN ('adopt', 'drop')", name="verdict"),
        STRICT,
    )

    proposal_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    effective_from: Mapped[date] = mapped_column(Day)
    numbers: Mapped[dict[str, int]] = mapped_column(JsonText)
    texts: Mapped[dict[str, Any]] = mapped_column(JsonText)
    proposed_by: Mapped[int] = mapped_column(LargeInteger)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(LargeInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    verdict: Mapped[str | None] = mapped_column(Text)


class Programme(Model):
    """A dated issue of vouchers with its budget; `committed_fen` is what approved classes may come to cost.

    `settings` may have: `categories` (slugs of who may claim, all without it), `online_platforms` (names of the listed
    ones), `named_staff_required` (true without it), and `lessons_stated` (occupation code → lessons of its completion
    course where a norm of its own exists, R10).
    """

    __tablename__ = "programme"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("state IN ('draft', 'open', 'closed')", name="state"),
        CheckConstraint("closes_on >= opens_on", name="closes_on"),
        CheckConstraint("committed_fen BETWEEN 0 AND budget_fen", name="committed_fen"),
        STRICT,
    )

    programme_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    opens_on: Mapped[date] = mapped_column(Day)
    closes_on: Mapped[date] = mapped_column(Day)
    valid_months: Mapped[int]
    certificate_deadline_months: Mapped[int]
    fund_source: Mapped[str] = mapped_column(Text)
    budget_fen: Mapped[int] = mapped_column(LargeInteger)
    committed_fen: Mapped[int] = mapped_column(LargeInteger, default=0)
    rule_pack_id: Mapped[int] = mapped_column(ForeignKey("rule_pack.rule_pack_id"))
    target_issued: Mapped[int]
    target_used: Mapped[int]
    counts_as_used: Mapped[str] = mapped_column(Text, default="certified")
    settings: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)


class Allotment(Model):
    """A region's share of a programme. `public_no` names it on vouchers: 24 random bits that tell nothing."""

    __tablename__ = "allotment"
    __table_args__ = (
        UniqueConstraint("public_no"),
        CheckConstraint("public_no BETWEEN 0 AND 16777215", name="public_no"),
        CheckConstraint("issued BETWEEN 0 AND quota", name="issued"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.programme_id"), primary_key=True, autoincrement=False
    )
    public_no: Mapped[int]
    quota: Mapped[int]
    issued: Mapped[int] = mapped_column(default=0)
    target_used: Mapped[int]


class Occupation(Model):
    """What an occupation is called, and whether training for it counts towards the manufacturing share (R06).

    Occupations of one family are similar in the sense of R16; an empty family is shared by nobody.
    """

    __tablename__ = "occupation"
    __table_args__ = (STRICT,)

    occupation_code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    manufacturing: Mapped[bool] = mapped_column(Flag)
    family: Mapped[str] = mapped_column(Text, server_default="")


class Standard(Model):
    """What one certificate is worth in fen, from a day on: by occupation, level and certificate type."""

    __tablename__ = "standard"
    __table_args__ = (
        UniqueConstraint("occupation_code", "level", "certificate_type", "effective_from"),
        CheckConstraint("amount_fen > 0", name="amount_fen"),
        STRICT,
    )

    standard_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    effective_from: Mapped[date] = mapped_column(Day)
    occupation_code: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    certificate_type: Mapped[str] = mapped_column(Text)
    amount_fen: Mapped[int] = mapped_column(LargeInteger)
