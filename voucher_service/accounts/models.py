"""Accounts, the sessions they open, and the failed attempts that slow a guesser down.

None of these tables is spread by region: a caller is recognised before anyone knows where their rows live.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Instant, LargeInteger, Model


class StaffAccount(Model):
    """One role of one natural person. `person_id` joins the accounts of a person, so that two of them are still one."""

    __tablename__ = "staff_account"
    __table_args__ = (
        UniqueConstraint("login_name"),
        CheckConstraint("(institution_id IS NULL) = (role NOT LIKE 'institution%')", name="institution_id"),
        Index("ix_staff_account_person_id", "person_id"),
        STRICT,
    )

    account_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(LargeInteger)
    region_id: Mapped[int]
    institution_id: Mapped[int | None] = mapped_column(LargeInteger)
    role: Mapped[str] = mapped_column(Text)
    login_name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    totp_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(LargeInteger)
    """Time step of the last code accepted. Only later ones are, so a code seen over a shoulder is worth nothing."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class StaffPerson(Model):
    """A natural person behind accounts, known again by a keyed index of their ID number; the number is kept nowhere."""

    __tablename__ = "staff_person"
    __table_args__ = (
        UniqueConstraint("id_index"),
        CheckConstraint("length(id_index) = 32", name="id_index"),
        STRICT,
    )

    person_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    id_index: Mapped[bytes] = mapped_column(LargeBinary)
    known_since: Mapped[datetime] = mapped_column(Instant)


class ApiClient(Model):
    """A system of an institution. Its secret is 256 random bits, so a plain SHA-256 keeps it."""

    __tablename__ = "api_client"
    __table_args__ = (
        CheckConstraint("length(secret_hash) = 32", name="secret_hash"),
        Index("ix_api_client_institution_id", "institution_id"),
        STRICT,
    )

    client_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger)
    region_id: Mapped[int]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    label: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class LoginSession(Model):
    """Someone who has logged in; what a caller may do is copied here, so that recognising them is one look-up.

    `factor_at` is when a second factor was last shown; `last_seen_at` is kept to the minute, and for staff only.
    """

    __tablename__ = "login_session"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("kind IN ('staff', 'client', 'holder')", name="kind"),
        CheckConstraint("length(token_hash) = 32", name="token_hash"),
        Index("ix_login_session_subject_id", "subject_id"),
        Index("ix_login_session_expires_at", "expires_at"),
        STRICT,
    )

    session_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int] = mapped_column(LargeInteger)
    region_id: Mapped[int]
    role: Mapped[str] = mapped_column(Text)
    institution_id: Mapped[int | None] = mapped_column(LargeInteger)
    person_id: Mapped[int | None] = mapped_column(LargeInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    factor_at: Mapped[datetime | None] = mapped_column(Instant)


class LoginFailure(Model):
    """Attempts on one log-in name since the last success, within one window; the name itself is kept as a hash.

    What people type there may be a password by mistake, and names that do not exist are counted too.
    """

    __tablename__ = "login_failure"
    __table_args__ = (
        CheckConstraint("length(login_hash) = 32", name="login_hash"),
        CheckConstraint("failures BETWEEN 1 AND 5", name="failures"),
        STRICT,
    )

    login_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int]
    window_started_at: Mapped[datetime] = mapped_column(Instant)
