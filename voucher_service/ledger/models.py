"""The ledger's tables: facts and their law, the roll-ups, and what the sealer writes.

Every table that lives in a region is keyed by `region_id` first, so that it can be spread over machines by region.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Instant, JsonText, LargeInteger, Model


class StateRule(Model):
    """The law of moves, `ledger/rules.MOVES`, as rows that every fact refers to."""

    __tablename__ = "state_rule"
    __table_args__ = (UniqueConstraint("number"), STRICT)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    from_state: Mapped[str] = mapped_column(Text, primary_key=True)
    to_state: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int]
    money: Mapped[str] = mapped_column(Text)


class VoucherFact(Model):
    """One entry: a voucher, and the fen on it, moved from a state to a state. Only ever inserted.

    The first foreign key keeps a fact inside the law; the second makes it start where the voucher's last fact ended.
    `commit_no` orders facts by the transaction that wrote them; the sealer needs it and no leaf contains it.
    """

    __tablename__ = "voucher_fact"
    __table_args__ = (
        UniqueConstraint("region_id", "voucher_id", "seq", "to_state"),
        ForeignKeyConstraint(
            ["kind", "from_state", "to_state"], ["state_rule.kind", "state_rule.from_state", "state_rule.to_state"]
        ),
        ForeignKeyConstraint(
            ["region_id", "voucher_id", "prev_seq", "from_state"],
            [
                "voucher_fact.region_id",
                "voucher_fact.voucher_id",
                "voucher_fact.seq",
                "voucher_fact.to_state",
            ],
        ),
        CheckConstraint("seq >= 1", name="seq"),
        CheckConstraint(
            "(seq = 1 AND prev_seq IS NULL AND from_state = 'none') OR (seq > 1 AND prev_seq = seq - 1)",
            name="prev_seq",
        ),
        CheckConstraint("amount_fen >= 0", name="amount_fen"),
        CheckConstraint("commitment IS NULL OR length(commitment) = 32", name="commitment"),
        Index("ix_voucher_fact_commit", "region_id", "commit_no"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voucher_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prev_seq: Mapped[int | None]
    kind: Mapped[str] = mapped_column(Text)
    from_state: Mapped[str] = mapped_column(Text)
    to_state: Mapped[str] = mapped_column(Text)
    programme_id: Mapped[int]
    period: Mapped[int]
    month: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(LargeInteger)
    actor_role: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int] = mapped_column(LargeInteger)
    reference_id: Mapped[int | None] = mapped_column(LargeInteger)
    commitment: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    commit_no: Mapped[int] = mapped_column(LargeInteger)


class Rollup(Model):
    """How many vouchers, and how many fen, made one move in one month: folded by the sealer from what it seals."""

    __tablename__ = "rollup"
    __table_args__ = (STRICT,)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    programme_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    from_state: Mapped[str] = mapped_column(Text, primary_key=True)
    to_state: Mapped[str] = mapped_column(Text, primary_key=True)
    vouchers: Mapped[int] = mapped_column(LargeInteger)
    fen: Mapped[int] = mapped_column(LargeInteger)


class RegionLog(Model):
    """Where one region's log stands: its tree, and the first commit number that is not sealed yet."""

    __tablename__ = "region_log"
    __table_args__ = (STRICT,)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tree_size: Mapped[int] = mapped_column(LargeInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    next_commit_no: Mapped[int] = mapped_column(LargeInteger)
    seal_no: Mapped[int] = mapped_column(LargeInteger)


class TreeTile(Model):
    """Up to 256 neighbouring hashes of one level of a region's tree; level 0 are leaves, a tile's root is one up."""

    __tablename__ = "tree_tile"
    __table_args__ = (STRICT,)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tile_no: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class Seal(Model):
    """One pass of the sealer over one region: the commits it took in and the tree that they led to."""

    __tablename__ = "seal"
    __table_args__ = (STRICT,)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seal_no: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    first_commit_no: Mapped[int] = mapped_column(LargeInteger)
    next_commit_no: Mapped[int] = mapped_column(LargeInteger)
    facts: Mapped[int] = mapped_column(LargeInteger)
    tree_size: Mapped[int] = mapped_column(LargeInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    previous_root: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(Instant)


class Head(Model):
    """A signed statement about all regions at once: the root of their roots."""

    __tablename__ = "head"
    __table_args__ = (STRICT,)

    head_no: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime] = mapped_column(Instant)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    regions: Mapped[list[list[object]]] = mapped_column(JsonText)
    key_id: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
