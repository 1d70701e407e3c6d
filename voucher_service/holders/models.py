"""Holders at rest, the codes they log in with, and who looked at them. Every particular is sealed or indexed by key."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Day, Instant, LargeInteger, Model

_FOR_PAPER = "holder_id IS NOT NULL"


class Holder(Model):
    """One real-name person, once in the whole city: the blind index of the ID number is unique over all regions.

    `commitment` is what the ledger carries of a person; erasing `commitment_salt` with the row makes it unlinkable.
    """

    __tablename__ = "holder"
    __table_args__ = (
        UniqueConstraint("id_index"),
        CheckConstraint("length(id_index) = 32", name="id_index"),
        CheckConstraint("length(commitment_salt) = 32", name="commitment_salt"),
        CheckConstraint("length(commitment) = 32", name="commitment"),
        Index("ix_holder_region_id", "region_id", "holder_id"),
        Index("uq_holder_phone", "phone_index", "phone_number", unique=True),
        STRICT,
    )

    holder_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    region_id: Mapped[int]
    id_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    id_index: Mapped[bytes] = mapped_column(LargeBinary)
    category: Mapped[str] = mapped_column(Text)
    commitment_salt: Mapped[bytes] = mapped_column(LargeBinary)
    commitment: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_number: Mapped[int | None]
    """Which of a phone's persons this is: 1 by a code, more only at a counter; both null while no code proved it."""


class IntroducedPerson(Model):
    """Somebody whom an institution named and who has not logged in yet; whoever enrols takes this id with them.

    `introduced_at` is when they were named last.
    """

    __tablename__ = "introduced_person"
    __table_args__ = (
        UniqueConstraint("id_index"),
        CheckConstraint("length(id_index) = 32", name="id_index"),
        STRICT,
    )

    person_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    id_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    id_index: Mapped[bytes] = mapped_column(LargeBinary)
    introduced_at: Mapped[datetime] = mapped_column(Instant)


class SmsCode(Model):
    """One code sent to one phone, and what its owner asked for with it, sealed until the code comes back.

    `number` counts a phone's codes of one day; with the unique key it makes the daily cap a matter of the database.
    `holder_id` is whose paper voucher a code is for; a code that somebody logs in with has none.
    """

    __tablename__ = "sms_code"
    __table_args__ = (
        UniqueConstraint("phone_index", "sent_on", "number"),
        CheckConstraint("length(phone_index) = 32", name="phone_index"),
        CheckConstraint("length(code_hash) = 32", name="code_hash"),
        CheckConstraint("number BETWEEN 1 AND 5", name="number"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
        Index("ix_sms_code_expires_at", "expires_at"),
        Index("ix_sms_code_holder_id", "holder_id", sqlite_where=text(_FOR_PAPER), postgresql_where=text(_FOR_PAPER)),
        STRICT,
    )

    code_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary)
    sent_on: Mapped[date] = mapped_column(Day)
    number: Mapped[int]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[str] = mapped_column(Text)
    request_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int]
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    holder_id: Mapped[int | None] = mapped_column(LargeInteger)


class HolderAccess(Model):
    """Somebody looked at a holder's particulars: shown to the holder, never changed."""

    __tablename__ = "holder_access"
    __table_args__ = (Index("ix_holder_access_holder_id", "region_id", "holder_id", "accessed_at"), STRICT)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    access_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    holder_id: Mapped[int] = mapped_column(LargeInteger)
    actor_role: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int] = mapped_column(LargeInteger)
    purpose: Mapped[str] = mapped_column(Text)
    accessed_at: Mapped[datetime] = mapped_column(Instant)


class Assistance(Model):
    """Leave for a helper to act for one person for a while: a relative with that person's code, a clerk with the card.

    Who the helper is stands sealed in the helper's own row, or in the staff's accounts; here are ids only.
    """

    __tablename__ = "assistance"
    __table_args__ = (
        CheckConstraint("(relation = '') = (place <> '')", name="relation"),
        CheckConstraint("expires_at > begun_at", name="expires_at"),
        Index("ix_assistance_holder_id", "holder_id"),
        STRICT,
    )

    assistance_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    holder_id: Mapped[int] = mapped_column(LargeInteger)
    region_id: Mapped[int]
    """Where the assisted person's rows live."""
    helper_role: Mapped[str] = mapped_column(Text)
    helper_id: Mapped[int] = mapped_column(LargeInteger)
    relation: Mapped[str] = mapped_column(Text)
    """What a relative is to the person; empty for a clerk, whose `place` says at which counter."""
    place: Mapped[str] = mapped_column(Text)
    phone_reason: Mapped[str] = mapped_column(Text)
    """Why a clerk let a further person share a phone; empty otherwise."""
    begun_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class AssistanceCount(Model):
    """How often a helper has helped in a day or year of the city; counted by one conditional statement."""

    __tablename__ = "assistance_count"
    __table_args__ = (CheckConstraint("taken > 0", name="taken"), STRICT)

    helper_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    period: Mapped[str] = mapped_column(Text, primary_key=True)
    taken: Mapped[int]


class Notice(Model):
    """Something a holder is told on their pages and by text message; what it says is a kind and its figures."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_holder_id", "region_id", "holder_id", "told_at"),
        Index(
            "ix_notice_waiting",
            "told_at",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    notice_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    holder_id: Mapped[int] = mapped_column(LargeInteger)
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int] = mapped_column(LargeInteger)
    told_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    """When its message was handed to the carrier; null while it waits."""
    send_to_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The phone that a message goes to, where it is not the one on record; gone once the message went."""


class PhoneChange(Model):
    """A counter gave a holder another phone: who, where and, when others share it, why. Never changed; no number."""

    __tablename__ = "phone_change"
    __table_args__ = (
        CheckConstraint("place <> ''", name="place"),
        Index("ix_phone_change_changed_at", "changed_at"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    change_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    holder_id: Mapped[int] = mapped_column(LargeInteger)
    changed_by: Mapped[int] = mapped_column(LargeInteger)
    place: Mapped[str] = mapped_column(Text)
    phone_reason: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Instant)
