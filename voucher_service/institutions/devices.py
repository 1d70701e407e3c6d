"""Scanning devices: each has a key of its own that never leaves it, belongs to one institution, and can be stopped.

A device shows that it holds its key by signing, ECDSA on P-256 with SHA-256, r‖s raw in 64 bytes as WebCrypto writes
it; the public key is the uncompressed point in 65 bytes. To enrol it signs

    "tvq1:device-enrol:" ‖ institution id (8) ‖ public key (65)

The id is signed big-endian. A high s is accepted: nothing here is named by its signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Instant, LargeInteger, Model, db
from voucher_service.errors import NotFound
from voucher_service.identifiers import new_id
from voucher_service.institutions.errors import (
    DeviceAlreadyRevoked,
    DeviceKeyKnown,
    DeviceProofInvalid,
    TooManyDevices,
)
from voucher_service.institutions.models import Institution
from voucher_service.web.access import Caller

DEVICES_MAX: Final = 30
"""Devices that an institution may have in use at once."""
SIGNATURE_LENGTH: Final = 64
_HALF: Final = SIGNATURE_LENGTH // 2
_CURVE: Final = ec.SECP256R1()
_ECDSA: Final = ec.ECDSA(SHA256())


class Device(Model):
    """One scanning device of an institution, known by its public key (65 bytes, an uncompressed point on P-256)."""

    __tablename__ = "device"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "institution_id"], ["institution.region_id", "institution.institution_id"]),
        CheckConstraint("length(public_key) = 65", name="public_key"),
        Index("uq_device_key", "region_id", "public_key", unique=True),
        Index("ix_device_institution", "region_id", "institution_id"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger)
    name: Mapped[str] = mapped_column(Text)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    enrolled_by: Mapped[int] = mapped_column(LargeInteger)
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by: Mapped[int | None] = mapped_column(LargeInteger)
    revoke_reason: Mapped[str | None] = mapped_column(Text)


def enrol_device(caller: Caller, institution: Institution, *, name: str, public_key: bytes, proof: bytes,
                 now: datetime) -> Device:  # fmt: skip
    """Take a device into use for an institution, in the open unit of work.

    Refusals: DeviceProofInvalid, DeviceKeyKnown, TooManyDevices.
    """
    if not is_signed(public_key, proof, enrolment_message(institution.institution_id, public_key)):
        raise DeviceProofInvalid
    # Whoever enrols holds the institution's row, so that two at once cannot both be the last that is allowed.
    db.session.execute(
        select(Institution.institution_id)
        .where(Institution.region_id == institution.region_id, Institution.institution_id == institution.institution_id)
        .with_for_update()
    )
    if _is_known(institution.region_id, public_key):
        raise DeviceKeyKnown
    if _in_use(institution) >= DEVICES_MAX:
        raise TooManyDevices(devices_max=DEVICES_MAX)
    device = Device(
        region_id=institution.region_id,
        device_id=new_id(),
        institution_id=institution.institution_id,
        name=name,
        public_key=public_key,
        enrolled_by=caller.subject_id,
        enrolled_at=now,
    )
    db.session.add(device)
    return device


def devices_of(institution: Institution) -> Sequence[Device]:
    """Return an institution's devices, revoked ones included, the newest first."""
    own = select(Device).where(
        Device.region_id == institution.region_id, Device.institution_id == institution.institution_id
    )
    return db.session.scalars(own.order_by(Device.enrolled_at.desc(), Device.device_id)).all()


def find_device(device_id: int, caller: Caller) -> Device:
    """Return a device of the caller's own institution, revoked or not; refuses with NotFound."""
    found = db.session.get(Device, (caller.region_id, device_id), populate_existing=True)
    if found is None or found.institution_id != caller.institution_id:
        raise NotFound
    return found


def lock_device(device_id: int, caller: Caller) -> Device:
    """As `find_device`, and let nobody else at this device until the open unit of work ends."""
    db.session.execute(
        select(Device.device_id)
        .where(Device.region_id == caller.region_id, Device.device_id == device_id)
        .with_for_update()
    )
    return find_device(device_id, caller)


def revoke_device(institution: Institution, device_id: int, reason: str, caller: Caller, now: datetime) -> Device:
    """Stop a device from this moment on: what it uploads is kept and refused.

    Refusals: NotFound, DeviceAlreadyRevoked.
    """
    found = db.session.get(Device, (institution.region_id, device_id))
    if found is None or found.institution_id != institution.institution_id:
        raise NotFound
    stopped = db.session.execute(
        update(Device)
        .where(Device.region_id == institution.region_id, Device.device_id == device_id, Device.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=caller.subject_id, revoke_reason=reason)
        .returning(Device.device_id)
    )
    if stopped.first() is None:
        raise DeviceAlreadyRevoked
    return found


def enrolment_message(institution_id: int, public_key: bytes) -> bytes:
    return b"tvq1:device-enrol:" + institution_id.to_bytes(8, "big", signed=True) + public_key


def is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the holder of the key's private half signed the message; False also for what is no key on the curve."""
    if len(signature) != SIGNATURE_LENGTH:
        return False
    r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public_key)
        key.verify(encode_dss_signature(r, s), message, _ECDSA)
    except (ValueError, InvalidSignature):
        return False
    return True


def _is_known(region_id: int, public_key: bytes) -> bool:
    known = select(Device.device_id).where(Device.region_id == region_id, Device.public_key == public_key)
    return db.session.scalar(known) is not None


def _in_use(institution: Institution) -> int:
    own = select(func.count()).where(
        Device.region_id == institution.region_id,
        Device.institution_id == institution.institution_id,
        Device.revoked_at.is_(None),
    )
    return db.session.scalar(own) or 0
