"""A school's face device: enrolled once, and signing whatever its owner holds before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from voucher_service.identifiers import from_hex
from voucher_service.institutions.devices import enrolment_message
from voucher_service.sign_ins.adapters import FaceRecord, SignedFaceRecords
from voucher_service.simulation.course import Course

SCORE_PERMILLE = 950
_ECDSA = ec.ECDSA(SHA256())


@dataclass
class FaceDevice:
    """The device of one school, which counts what it has signed."""

    key: ec.EllipticCurvePrivateKey
    device: str = ""
    signed: int = 0

    @classmethod
    def enrolled(cls, course: Course) -> FaceDevice:
        """Enrol a new device for the school of a course."""
        new = cls(ec.generate_private_key(ec.SECP256R1()))
        institution_id = course.described["institution_id"]
        public = new.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        proof = new._signature(enrolment_message(from_hex(institution_id), public))
        asked = {"name": "模拟人脸设备", "public_key": public.hex(), "proof": proof.hex()}
        new.device = course.post(f"/api/v1/institutions/{institution_id}/devices", asked)["device"]
        return new

    def show(self, course: Course, session_no: int, seen: Sequence[tuple[str, datetime]]) -> None:
        """Upload that these redemptions' faces were seen at these moments, at one session of a course."""
        path = f"/api/v1/sign-ins/classes/{course.class_id}/face-records"
        records = [self._record(course, session_no, redemption, at) for redemption, at in seen]
        course.post(path, {"device": self.device, "records": records})

    def _record(self, course: Course, session_no: int, redemption: str, at: datetime) -> dict[str, Any]:
        self.signed += 1
        told = FaceRecord(
            device_id=from_hex(self.device),
            number=self.signed,
            class_id=from_hex(course.class_id),
            session_no=session_no,
            redemption_id=from_hex(redemption),
            seen_at=at,
            live=True,
            score_permille=SCORE_PERMILLE,
        )
        record = SignedFaceRecords().written(told)
        return {"record": record.hex(), "signature": self._signature(SignedFaceRecords.DOMAIN + record).hex()}

    def _signature(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self.key.sign(message, _ECDSA))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
