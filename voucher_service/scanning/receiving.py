"""An upload of off-line scans: taken in as it is, then decided entry by entry.

Taking in and deciding are apart, so that a scan that has arrived cannot vanish: a crash between the two leaves it
undecided, and the device, which was told nothing, sends it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from voucher_service.clock import EPOCH
from voucher_service.database import db, retry_on_conflict, unit_of_work
from voucher_service.institutions import service as institutions
from voucher_service.scanning import log, nonces, rules
from voucher_service.scanning.deciding import Card, decide, place_of, row_of, settle
from voucher_service.scanning.errors import DeviceSignatureInvalid, EntryMalformed, NonceNotAccepted
from voucher_service.scanning.log import Entry
from voucher_service.scanning.models import OfflineScan

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """One entry of an upload, as bytes, with the card that belongs to it."""

    data: bytes
    signature: bytes
    card: Card | None


@dataclass(frozen=True, slots=True)
class Upload:
    device_id: int
    nonce: bytes
    entries: Sequence[Sent]
    signature: bytes


def receive(upload: Upload, caller: Caller, now: datetime) -> list[OfflineScan]:
    """Take an upload in and decide it; return what became of each entry, in the order of their numbers.

    Refusals of the whole: NotFound, NonceNotAccepted, EntryMalformed, DeviceSignatureInvalid. Whatever else is wrong
    is the outcome of one entry and is kept with it.
    """
    read = {entry.digest: (entry, sent) for entry, sent in _read(upload)}
    _take_in(upload, read, caller, now)
    for digest, (entry, sent) in sorted(read.items(), key=lambda item: item[1][0].number):
        decide(digest, entry, sent.card, caller, now)
    arrived = (row_of(caller.region_id, upload.device_id, digest) for digest in read)
    return sorted(arrived, key=lambda scan: (scan.number, scan.digest))


def _read(upload: Upload) -> list[tuple[Entry, Sent]]:
    read = []
    for position, sent in enumerate(upload.entries, start=1):
        try:
            entry = Entry.from_bytes(sent.data)
        except ValueError:
            raise EntryMalformed(position=position) from None
        if entry.device_id != upload.device_id:
            raise EntryMalformed(position=position)
        read.append((entry, sent))
    return read


@retry_on_conflict
def _take_in(upload: Upload, read: dict[bytes, tuple[Entry, Sent]], caller: Caller, now: datetime) -> None:
    """Keep every entry that is new, all or none; one upload of a device at a time."""
    with unit_of_work():
        device = institutions.lock_device(upload.device_id, caller)
        require_proof(device, upload.nonce, upload.signature, _message(upload), now)
        for digest, (entry, sent) in sorted(read.items(), key=lambda item: item[1][0].number):
            if db.session.get(OfflineScan, (device.region_id, device.device_id, digest)) is None:
                _keep(device, entry, sent, caller, now)


def _message(upload: Upload) -> bytes:
    return log.upload_message(
        upload.device_id, upload.nonce, [Entry.from_bytes(sent.data).digest for sent in upload.entries]
    )


def require_proof(device: Any, nonce: bytes, signature: bytes, message: bytes, now: datetime) -> None:
    """Let pass who holds the device's key now. Refusals: NonceNotAccepted, DeviceSignatureInvalid."""
    if not nonces.is_accepted(nonce, device.device_id, now):
        raise NonceNotAccepted
    if not institutions.is_signed(device.public_key, signature, message):
        raise DeviceSignatureInvalid


def _keep(device: Any, entry: Entry, sent: Sent, caller: Caller, now: datetime) -> None:
    digest = entry.digest
    signed = institutions.is_signed(device.public_key, sent.signature, sent.data)
    place = place_of(device, entry)
    misplaced = rules.against_place(entry.number, rules.Link(digest, entry.previous), place, is_signed=signed)
    refusal = misplaced or rules.against_device(place)
    scan = OfflineScan(
        region_id=device.region_id,
        device_id=device.device_id,
        digest=digest,
        number=entry.number,
        stands=misplaced is None,
        entry=sent.data,
        signature=sent.signature,
        previous=entry.previous,
        institution_id=device.institution_id,
        class_id=entry.class_id,
        clerk_id=entry.clerk_id,
        uploaded_by=caller.subject_id,
        device_time=EPOCH + entry.scanned_at_ms * _MILLISECOND,
        received_at=now,
    )
    db.session.add(scan)
    # The next entry of this upload asks for its neighbours, and this may be one.
    db.session.flush()
    if refusal is not None:
        settle(scan, entry, refusal, caller, now)


def numbers_of(region_id: int, device_id: int) -> Sequence[int]:
    """Return the numbers of a device's log that have arrived."""
    arrived = select(OfflineScan.number).where(
        OfflineScan.region_id == region_id, OfflineScan.device_id == device_id, OfflineScan.stands
    )
    return db.session.scalars(arrived).all()
