"""Face devices: what a record of theirs has to tell, whatever its maker, and the form that the service itself defines.

A maker's own form becomes another `FaceSource`; what the service does with a record never changes with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

from voucher_service.clock import from_microseconds, to_microseconds
from voucher_service.institutions import service as institutions
from voucher_service.sign_ins.places import Point


class FaceRecord(NamedTuple):
    """One face that a device recognised. No picture and no name: `redemption_id` is the trainee's seat.

    `number` is the device's own count, so that a record that is sent twice is one. `score_permille` is how well the
    face fitted, `live` whether the device saw a living person rather than a picture.
    """

    device_id: int
    number: int
    class_id: int
    session_no: int
    redemption_id: int
    seen_at: datetime
    live: bool
    score_permille: int
    place: Point | None = None


class NotARecord(ValueError):
    """The bytes have not the shape of a record."""


class NotFromDevice(ValueError):
    """The record is not what this device signed."""


class FaceSource(Protocol):
    def read(self, device: Any, record: bytes, signature: bytes) -> FaceRecord:
        """Return what an enrolled device recorded; raises NotARecord or NotFromDevice."""


class SignedFaceRecords:
    """The service's own form: 50 bytes, signed by the device's key as it signs everything.

        off len field
         0   1  version, 1
         1   8  device id, signed big-endian
         9   4  number, counted by the device from 1
        13   8  class id
        21   2  session number
        23   8  redemption id
        31   8  when the face was seen, microseconds since 1970, signed
        39   1  1 if the device saw a living person, 0 otherwise
        40   2  how well the face fitted, in thousandths
        42   4  latitude in millionths of a degree, signed; -2^31 when unknown
        46   4  longitude, likewise

    Signed is "tvq1:face-record:" ‖ these bytes, ECDSA on P-256 with SHA-256, r‖s raw in 64 bytes.
    """

    LENGTH: Final = 50
    VERSION: Final = 1
    DOMAIN: Final = b"tvq1:face-record:"
    UNKNOWN: Final = -(2**31)
    MOMENTS: Final = range(946_684_800_000_000, 4_102_444_800_000_000)
    """This century, in microseconds."""

    def read(self, device: Any, record: bytes, signature: bytes) -> FaceRecord:
        told = self.parsed(record)
        if told.device_id != device.device_id or not institutions.is_signed(
            device.public_key, signature, self.DOMAIN + record
        ):
            raise NotFromDevice
        return told

    def parsed(self, record: bytes) -> FaceRecord:
        """Take a record apart, whoever signed it; raises NotARecord."""
        if len(record) != self.LENGTH or record[0] != self.VERSION:
            raise NotARecord
        seen_at, live, score = _signed(record[31:39]), record[39], int.from_bytes(record[40:42], "big")
        number, latitude, longitude = int.from_bytes(record[9:13], "big"), _signed(record[42:46]), _signed(record[46:])
        if seen_at not in self.MOMENTS or live > 1 or score > 1000 or not 0 < number < 2**31:  # noqa: PLR2004 - the form
            raise NotARecord
        return FaceRecord(
            device_id=_signed(record[1:9]),
            number=number,
            class_id=_signed(record[13:21]),
            session_no=int.from_bytes(record[21:23], "big"),
            redemption_id=_signed(record[23:31]),
            seen_at=from_microseconds(seen_at),
            live=live == 1,
            score_permille=score,
            place=self._place(latitude, longitude),
        )

    def written(self, told: FaceRecord) -> bytes:
        """Return the bytes that a device signs."""
        place = told.place or Point(self.UNKNOWN, self.UNKNOWN)
        return b"".join(
            (
                bytes((self.VERSION,)),
                told.device_id.to_bytes(8, "big", signed=True),
                told.number.to_bytes(4, "big"),
                told.class_id.to_bytes(8, "big", signed=True),
                told.session_no.to_bytes(2, "big"),
                told.redemption_id.to_bytes(8, "big", signed=True),
                to_microseconds(told.seen_at).to_bytes(8, "big", signed=True),
                bytes((told.live,)),
                told.score_permille.to_bytes(2, "big"),
                place.latitude_e6.to_bytes(4, "big", signed=True),
                place.longitude_e6.to_bytes(4, "big", signed=True),
            )
        )

    def _place(self, latitude_e6: int, longitude_e6: int) -> Point | None:
        if latitude_e6 == longitude_e6 == self.UNKNOWN:
            return None
        if abs(latitude_e6) > 90_000_000 or abs(longitude_e6) > 180_000_000:  # noqa: PLR2004 - degrees
            raise NotARecord
        return Point(latitude_e6, longitude_e6)


def _signed(field: bytes) -> int:
    return int.from_bytes(field, "big", signed=True)
