"""The vouchers' tables. A voucher's row is its lock; its state is always the end of its last fact."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Day, Flag, Instant, JsonText, LargeInteger, Model
from voucher_service.ledger.rules import IN_HAND, LIVE


def _one_of(states: tuple[str, ...]) -> str:
    return "state IN (" + ", ".join(f"'{state}'" for state in states) + ")"


class Voucher(Model):
    """One holder's right in one programme.

    The foreign key to the ledger ties (seq, state) to the fact that led there, so no row can reach a state without
    its event. `live` and `in_hand` are computed, because an index over `state` itself would cost every redemption a
    heap-only update; they do not change when a voucher is redeemed.
    """

    __tablename__ = "voucher"
    __table_args__ = (
        ForeignKeyConstraint(
            ["region_id", "voucher_id", "seq", "state"],
            ["voucher_fact.region_id", "voucher_fact.voucher_id", "voucher_fact.seq", "voucher_fact.to_state"],
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("kind IN ('general', 'directed')", name="kind"),
        CheckConstraint("value_fen IS NULL OR value_fen >= 0", name="value_fen"),
        Index(
            "uq_voucher_live",
            "region_id",
            "programme_id",
            "holder_id",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
        Index(
            "uq_voucher_in_hand",
            "region_id",
            "holder_id",
            unique=True,
            sqlite_where=text("in_hand"),
            postgresql_where=text("in_hand"),
        ),
        Index("ix_voucher_holder", "region_id", "holder_id"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voucher_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    programme_id: Mapped[int]
    period: Mapped[int]
    """Month of issue, yyyymm."""
    holder_id: Mapped[int] = mapped_column(LargeInteger)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    seq: Mapped[int]
    live: Mapped[bool] = mapped_column(Flag, Computed(_one_of(LIVE), persisted=True))
    in_hand: Mapped[bool] = mapped_column(Flag, Computed(_one_of(IN_HAND), persisted=True))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    session_tag: Mapped[int | None] = mapped_column(LargeInteger)
    """First 8 bytes of the current live-code session's anchor; a new session ends the old by replacing it."""
    last_step_at: Mapped[datetime | None] = mapped_column(Instant)
    """The step of the last code that was accepted: no code of that step or an earlier one is accepted again."""
    occupation_code: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(Text)
    reserved_fen: Mapped[int | None] = mapped_column(LargeInteger)
    value_fen: Mapped[int | None] = mapped_column(LargeInteger)
    """Null until a verified certificate is linked: no certificate, no value (二(五))."""
    certify_by: Mapped[datetime | None] = mapped_column(Instant)
    examined_on: Mapped[date | None] = mapped_column(Day)
    holds: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many holds stand on it: every step that leads on looks here in its own UPDATE."""
    left_over_at: Mapped[datetime | None] = mapped_column(Instant)
    """When its class closed while it was held: since then it carries its own promise of budget, not the class."""
    only_family: Mapped[str | None] = mapped_column(Text)
    """The only family of classes that its holder may learn in, as declared or as a roster said (R16, R17j)."""
    not_family: Mapped[str | None] = mapped_column(Text)
    """The family that a transferred employee does not learn in (R16)."""


class CodeSession(Model):
    """One signed session of a voucher's live code; their number must equal the signer's own count."""

    __tablename__ = "code_session"
    __table_args__ = (STRICT,)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voucher_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    anchor: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    kid: Mapped[int]
    header: Mapped[bytes] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    log_in_id: Mapped[int | None] = mapped_column(LargeInteger)
    """The log-in that opened it: another one within its two hours is another phone."""


class AssistedClaim(Model):
    """Whose help a voucher was claimed with. An assistance claims one voucher, and `assistance_no` shows it counted."""

    __tablename__ = "assisted_claim"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "voucher_id"], ["voucher.region_id", "voucher.voucher_id"]),
        UniqueConstraint("assistance_id"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voucher_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    assistance_id: Mapped[int] = mapped_column(LargeInteger)
    assistance_no: Mapped[int]
    """How often the helper had helped in their day or year, this time included."""


class PaperVoucher(Model):
    """One printed sheet of a voucher; at most one of them stands, and a reprint ends the one before.

    `paper_no` is what a hand types instead of the 212 digits. The signature is kept so that the sheet can be shown
    again: by itself it redeems nothing.
    """

    __tablename__ = "paper_voucher"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "voucher_id"], ["voucher.region_id", "voucher.voucher_id"]),
        UniqueConstraint("paper_no"),
        CheckConstraint("length(header) = 24", name="header"),
        CheckConstraint("length(signature) = 64", name="signature"),
        Index(
            "uq_paper_voucher_standing",
            "region_id",
            "voucher_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voucher_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    start_minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    paper_no: Mapped[str] = mapped_column(Text)
    header: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    printed_by_role: Mapped[str] = mapped_column(Text)
    printed_by: Mapped[int] = mapped_column(LargeInteger)
    printed_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Questionnaire(Model):
    """The questionnaire that a claim rests on, 二(三)1: will, ability, schooling, an employee's field of work."""

    __tablename__ = "questionnaire"
    __table_args__ = (STRICT,)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voucher_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    answers: Mapped[dict[str, object]] = mapped_column(JsonText)
    answered_at: Mapped[datetime] = mapped_column(Instant)


class VoucherDecision(Model):
    """What one person asked to be done to a voucher and another decided, 二(三)4; the two are never one person.

    `reference_id` is the redemption that an undo is about. A decision that was made is never made again.
    """

    __tablename__ = "voucher_decision"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "voucher_id"], ["voucher.region_id", "voucher.voucher_id"]),
        CheckConstraint("kind IN ('void', 'revoke', 'undo')", name="kind"),
        CheckConstraint("state IN ('asked', 'confirmed', 'declined')", name="state"),
        CheckConstraint("(state = 'asked') = (decided_by IS NULL)", name="decided_by"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_persons"),
        Index(
            "uq_voucher_decision_open",
            "region_id",
            "voucher_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    decision_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    voucher_id: Mapped[int] = mapped_column(LargeInteger)
    kind: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    reference_id: Mapped[int | None] = mapped_column(LargeInteger)
    state: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(LargeInteger)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(LargeInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class Hold(Model):
    """One reason why a voucher stands still. Only ever inserted; it stands until it has a `HoldEnd`.

    `subject_id` is what it is about: the redemption that the holder disputes, with the session if it is one sign-in;
    the ruling on a class; the hold itself if it is about the voucher. So each is disputed once.
    """

    __tablename__ = "hold"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "voucher_id"], ["voucher.region_id", "voucher.voucher_id"]),
        UniqueConstraint("region_id", "voucher_id", "kind", "subject_id", "session_no"),
        CheckConstraint("kind IN ('redemption', 'sign_in', 'bureau', 'class')", name="kind"),
        CheckConstraint("(kind = 'sign_in') = (session_no > 0)", name="session_no"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hold_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    voucher_id: Mapped[int] = mapped_column(LargeInteger)
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int] = mapped_column(LargeInteger)
    session_no: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    placed_role: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[int] = mapped_column(LargeInteger)
    placed_at: Mapped[datetime] = mapped_column(Instant)


class HoldOpinion(Model):
    """What one person says of a hold; the primary key lets nobody say it twice. Two who agree decide."""

    __tablename__ = "hold_opinion"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "hold_id"], ["hold.region_id", "hold.hold_id"]),
        CheckConstraint("verdict IN ('uphold', 'lift')", name="verdict"),
        CheckConstraint("reason <> ''", name="reason"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hold_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    verdict: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(Instant)


class HoldEnd(Model):
    """How a hold ended: the holder was right, or it was lifted; the reason is what the holder reads."""

    __tablename__ = "hold_end"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "hold_id"], ["hold.region_id", "hold.hold_id"]),
        CheckConstraint("outcome IN ('uphold', 'lift')", name="outcome"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hold_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime] = mapped_column(Instant)
