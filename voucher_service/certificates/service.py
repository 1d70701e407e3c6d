"""Entering and verifying certificates: the step at which a voucher gets its value, or loses it at the deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from voucher_service.calendar import local_date
from voucher_service.certificates.errors import (
    CertificateContradicted,
    CertificateDecided,
    CertificateNumberUsed,
    CertificateTooLate,
    SamePersonVerifies,
    VoucherHasCertificate,
)
from voucher_service.certificates.models import Certificate
from voucher_service.certificates.register import find, of_voucher
from voucher_service.certificates.registering import ask as ask_registry
from voucher_service.certificates.registering import record as keep_registry_answer
from voucher_service.certificates.rules import canonical_issuer, canonical_number, require_days, require_match
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.errors import Refusal
from voucher_service.exams import service as exams
from voucher_service.identifiers import new_id
from voucher_service.ledger.service import SYSTEM, Actor
from voucher_service.redemptions import service as redemptions
from voucher_service.supervision import service as supervision
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from voucher_service.web.access import Caller

__all__ = [
    "ask_registry",
    "enter",
    "find",
    "forfeit_overdue",
    "keep_registry_answer",
    "of_voucher",
    "require_enterable",
    "taken",
    "verify",
    "waiting",
]


def enter(redemption: Any, given: Mapping[str, Any], caller: Caller, now: datetime) -> Certificate:
    """Enter the certificate of one trainee, in the open unit of work.

    `given` has issuer, number, occupation_code, level, certificate_type, examined_on and issued_on. A refused
    certificate can be followed by another. Refusals: VoucherNotInState, VoucherOnHold, CertificateTooLate,
    CertificateMismatch, CertificateDateImpossible, CertificateInFuture, CertificateBeforeExam,
    CertificateOlderThanTraining, CertificateNumberEmpty, CertificateNumberUsed, VoucherHasCertificate, ExamNotFiled,
    ExamNotPassed, ExamDayMismatch.
    """
    kind, days = require_enterable(redemption, given, now)
    entered = Certificate(
        certificate_id=new_id(),
        region_id=redemption.region_id,
        voucher_id=redemption.voucher_id,
        institution_id=redemption.institution_id,
        issuer=canonical_issuer(given["issuer"]),
        number=canonical_number(given["number"]),
        state="entered",
        entered_by=caller.person_id or caller.subject_id,
        entered_at=now,
        **kind,
        **days,
    )
    db.session.add(entered)
    _flush_or_refuse()
    return entered


def require_enterable(
    redemption: Any, given: Mapping[str, Any], now: datetime
) -> tuple[dict[str, str], dict[str, date]]:
    """Let pass a certificate that keeps every rule but those of its number; return its kind and its days.

    Refuses as `enter` does, save with CertificateNumberEmpty, CertificateNumberUsed and VoucherHasCertificate.
    """
    voucher = vouchers.find(redemption.region_id, redemption.voucher_id)
    vouchers.require_state(voucher, "completed")
    vouchers.require_free(voucher)
    if voucher.certify_by is not None and voucher.certify_by <= now:
        raise CertificateTooLate(certify_by=voucher.certify_by)
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    kind = {name: given[name] for name in ("occupation_code", "level", "certificate_type")}
    days = {name: given[name] for name in ("examined_on", "issued_on")}
    require_match(training_class, **kind)
    require_days(training_class.ends_on, **days, today=local_date(now))
    exams.require_passed(redemption, given["examined_on"])
    return kind, days


def taken(issuer: str, number: str, redemption: Any) -> Refusal | None:
    """What stands against a canonical number, or a second certificate of one voucher; the constraints say it again."""
    counts = Certificate.state != "refused"
    used = select(Certificate.certificate_id).where(Certificate.issuer == issuer, Certificate.number == number, counts)
    if db.session.scalar(used) is not None:
        return CertificateNumberUsed()
    return VoucherHasCertificate() if of_voucher(redemption.region_id, redemption.voucher_id) else None


def waiting(limit: int = 200) -> list[Certificate]:
    """Return certificates that wait for verification, oldest first."""
    query = select(Certificate).where(Certificate.state == "entered").order_by(Certificate.entered_at).limit(limit)
    return list(db.session.scalars(query))


def verify(certificate_id: int, caller: Caller, now: datetime, *, genuine: bool) -> Certificate:
    """Decide on an entered certificate; a genuine one gives the voucher the value that was reserved for it.

    Refusals: NotFound, CertificateDecided, SamePersonVerifies, CertificateContradicted, VoucherNotInState,
    ExamNotFiled, ExamNotPassed, ExamDayMismatch, and as `supervision.require_worth`.
    """
    certificate = find(certificate_id)
    person = caller.person_id or caller.subject_id
    if certificate.entered_by == person:
        raise SamePersonVerifies
    if genuine and certificate.state == "entered":
        _require_uncontradicted(certificate)
    changed = db.session.execute(
        update(Certificate)
        .where(
            Certificate.certificate_id == certificate_id,
            Certificate.state == "entered",
            Certificate.registry_answer.is_not_distinct_from(certificate.registry_answer),
        )
        .values(state="verified" if genuine else "refused", decided_by=person, decided_at=now)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise CertificateDecided(state=certificate.state)
    if genuine:
        _certify(certificate, Actor(caller.role, caller.subject_id), now)
    return find(certificate_id)


def _require_uncontradicted(certificate: Certificate) -> None:
    """Let pass what the register confirms, or was not asked about."""
    if certificate.registry_answer in {"differs", "unknown"}:
        fields = "、".join(certificate.registry_fields or []) or "—"
        raise CertificateContradicted(answer=certificate.registry_answer, fields=fields)


def _certify(certificate: Certificate, actor: Actor, now: datetime) -> None:
    voucher = vouchers.find(certificate.region_id, certificate.voucher_id)
    vouchers.require_state(voucher, "completed")
    if (redemption := redemptions.live_redemption(certificate.region_id, certificate.voucher_id)) is not None:
        exams.require_passed(redemption, certificate.examined_on)  # A result may have been corrected since the entry.
        _require_worth(redemption, certificate, now)
    value_fen = voucher.reserved_fen or 0
    vouchers.move(
        voucher,
        "VoucherCertified",
        "certified",
        actor=actor,
        now=now,
        amount_fen=value_fen,
        reference_id=certificate.certificate_id,
        value_fen=value_fen,
        examined_on=certificate.examined_on,
    )


def _require_worth(redemption: Any, certificate: Certificate, now: datetime) -> None:
    """Ask supervision, with the class locked: of two certificates at once only one can take the last place."""
    training_class = classes.lock(redemption.class_region_id, redemption.class_id)
    seats = redemptions.of_class(redemption.class_region_id, redemption.class_id)
    others = select(func.count()).where(
        tuple_(Certificate.region_id, Certificate.voucher_id).in_(
            [(seat.region_id, seat.voucher_id) for seat in seats]
        ),
        Certificate.state == "verified",
        Certificate.certificate_id != certificate.certificate_id,
    )
    supervision.require_worth(training_class, redemption, db.session.scalar(others) or 0, now)


def forfeit_overdue(now: datetime, limit: int = 500) -> int:
    """End vouchers whose certificate deadline has passed without a certificate; return how many.

    A certificate that was entered in time and still waits for the bureau keeps its voucher, and never keeps the
    sweep from those behind it.
    """
    ended, after = 0, None
    while not ended and (overdue := vouchers.past_deadline(now, limit, after)):
        for voucher in overdue:
            after = (voucher.region_id, voucher.voucher_id)
            if not _has_open_certificate(voucher):
                _forfeit(voucher, now)
                ended += 1
    return ended


def _forfeit(voucher: Any, now: datetime) -> None:
    live = redemptions.live_redemption(voucher.region_id, voucher.voucher_id)
    vouchers.end_unpaid(
        voucher, "VoucherForfeited", actor=SYSTEM, now=now, reference_id=live.redemption_id if live else None
    )


def _has_open_certificate(voucher: Any) -> bool:
    query = select(Certificate.certificate_id).where(
        Certificate.region_id == voucher.region_id,
        Certificate.voucher_id == voucher.voucher_id,
        Certificate.state == "entered",
    )
    return db.session.scalars(query).first() is not None


def _flush_or_refuse() -> None:
    """Send the insert now, so that what is taken comes out as its refusal and not as a fault at commit."""
    try:
        db.session.flush()
    except IntegrityError as error:
        broken = _constraint(error)
        if "number" in broken:
            raise CertificateNumberUsed from error
        if "voucher" in broken:
            raise VoucherHasCertificate from error
        raise


def _constraint(error: IntegrityError) -> str:
    """Return what PostgreSQL calls the constraint, or the columns that SQLite names in its sentence."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(diagnosis.constraint_name if diagnosis else error.orig)
