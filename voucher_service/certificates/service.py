"""Entering and verifying certificates: the step at which a voucher gets its value, or loses it at the deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from voucher_service.certificates.entering import desk_of, enter_all, taken_among
from voucher_service.certificates.errors import CertificateContradicted, CertificateDecided, SamePersonVerifies
from voucher_service.certificates.models import COUNTS, Certificate
from voucher_service.certificates.register import find, of_voucher
from voucher_service.certificates.registering import ask as ask_registry
from voucher_service.certificates.registering import record as keep_registry_answer
from voucher_service.classes import service as classes
from voucher_service.database import db, keyed
from voucher_service.exams import service as exams
from voucher_service.ledger.service import SYSTEM, Actor
from voucher_service.redemptions import service as redemptions
from voucher_service.supervision import service as supervision
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from voucher_service.web.access import Caller

__all__ = [
    "ask_registry",
    "desk_of",
    "enter",
    "enter_all",
    "find",
    "forfeit_overdue",
    "keep_registry_answer",
    "of_voucher",
    "taken_among",
    "verify",
    "waiting",
]


def enter(redemption: Any, given: Mapping[str, Any], caller: Caller, now: datetime) -> Certificate:
    """Enter the certificate of one trainee, in the open unit of work. Refuses as `enter_all`."""
    (entered,) = enter_all([(redemption, given)], caller, now)
    return entered


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
        keyed(Certificate.region_id, Certificate.voucher_id, [(seat.region_id, seat.voucher_id) for seat in seats]),
        COUNTS,
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
        after = (overdue[-1].region_id, overdue[-1].voucher_id)
        waiting = _with_open_certificate([(voucher.region_id, voucher.voucher_id) for voucher in overdue])
        late = [voucher for voucher in overdue if (voucher.region_id, voucher.voucher_id) not in waiting]
        ended += len(late)
        _forfeit(late, now)
    return ended


def _forfeit(late: Sequence[Any], now: datetime) -> None:
    live = redemptions.live_of([(voucher.region_id, voucher.voucher_id) for voucher in late])
    spent = {voucher_id: redemption.redemption_id for voucher_id, redemption in live.items()}
    ends = [(voucher, spent.get(voucher.voucher_id)) for voucher in late]
    vouchers.end_all_unpaid(ends, "VoucherForfeited", actor=SYSTEM, now=now)


def _with_open_certificate(keys: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    key = (Certificate.region_id, Certificate.voucher_id)
    query = select(*key).where(keyed(*key, keys), COUNTS, Certificate.state == "entered")
    return {(region_id, voucher_id) for region_id, voucher_id in db.session.execute(query)}
