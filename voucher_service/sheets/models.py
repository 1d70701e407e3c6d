"""Uploaded tables at rest: where each stands, and its rows in sealed parts that go when they are of no more use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Instant, JsonText, LargeInteger, Model

OPEN = "state IN ('uploaded', 'checking')"


class Sheet(Model):
    """One upload about one subject, a class for example. The partial unique index lets one at a time be open.

    `taken_until` keeps a second worker away for a while; nothing rests on it, because a part is recorded once.
    """

    __tablename__ = "sheet"
    __table_args__ = (
        CheckConstraint("state IN ('uploaded', 'checking', 'refused', 'accepted', 'discarded')", name="state"),
        CheckConstraint("rows_refused <= rows_checked AND rows_checked <= rows_total", name="rows"),
        CheckConstraint(f"({OPEN}) = (finished_at IS NULL)", name="finished_at"),
        Index(
            "uq_sheet_open",
            "region_id",
            "institution_id",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index("ix_sheet_institution", "region_id", "institution_id", "created_at"),
        Index("ix_sheet_state", "state", "created_at"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger)
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int] = mapped_column(LargeInteger)
    state: Mapped[str] = mapped_column(Text)
    columns: Mapped[int]
    mapping: Mapped[dict[str, int] | None] = mapped_column(JsonText)
    rows_total: Mapped[int]
    rows_checked: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    """Why a file without a refused row was turned down as a whole."""
    taken_until: Mapped[datetime | None] = mapped_column(Instant)
    created_role: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int] = mapped_column(LargeInteger)
    created_person: Mapped[int] = mapped_column(LargeInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class SheetPart(Model):
    """Some rows of a sheet, sealed by the people's room, and what was found wrong with them; part 0 is the heading.

    `keys` are what no two rows of a sheet may share: row number u32 ‖ 16 bytes of a keyed digest, row after row.
    """

    __tablename__ = "sheet_part"
    __table_args__ = (ForeignKeyConstraint(["region_id", "sheet_id"], ["sheet.region_id", "sheet.sheet_id"]), STRICT)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    part_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part_rows: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    keys: Mapped[bytes | None] = mapped_column(LargeBinary)
    faults: Mapped[dict[str, list[dict[str, Any]]] | None] = mapped_column(JsonText)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
