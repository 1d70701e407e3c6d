"""What a scanning device asks the service for: a nonce, the keys to work off line with, whose code it is looking at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import Select, func, select

from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.errors import NotFound, Refusal
from voucher_service.holders import service as holders
from voucher_service.identifiers import new_id
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.redemptions.errors import AlreadyRedeemed, VoucherUnknown
from voucher_service.redemptions.service import Scan
from voucher_service.rosters import service as rosters
from voucher_service.scanning import log, nonces, rules
from voucher_service.scanning.deciding import Card
from voucher_service.scanning.errors import DeviceRevoked
from voucher_service.scanning.models import DeviceSync, OfflineScan
from voucher_service.scanning.receiving import Sent, Upload, numbers_of, receive, require_proof
from voucher_service.signing import key_directory
from voucher_service.signing.errors import CodeStaticNeedsPersonCheck
from voucher_service.signing.holder_tag import HolderMatch
from voucher_service.signing.verification import match_holder, verify
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import Caller

__all__ = [
    "Card",
    "Greeting",
    "Look",
    "Sent",
    "Tally",
    "Upload",
    "draw_nonce",
    "look",
    "missing_from",
    "receive",
    "sync",
    "tally",
    "visible_to",
]


def draw_nonce(device_id: int, caller: Caller, now: datetime) -> bytes:
    """Return a nonce with which a device of the caller's institution may sync or upload. Refusals: NotFound."""
    return nonces.draw(institutions.find_device(device_id, caller).device_id, now)


@dataclass(frozen=True, slots=True)
class Greeting:
    """A device that says it is here: a fresh nonce and the end of its log, signed."""

    device_id: int
    nonce: bytes
    head_number: int
    head_digest: bytes
    signature: bytes


def sync(heard: Greeting, caller: Caller, now: datetime) -> dict[str, Any]:
    """Note that a device was heard from, with the end of its log; return the key directory for work off line.

    The directory holds the bind keys, which only enrolled devices may have; so nothing of the answer is kept.
    Refusals: NotFound, NonceNotAccepted, DeviceSignatureInvalid, DeviceRevoked, LogRolledBack.
    """
    with unit_of_work():
        device = institutions.lock_device(heard.device_id, caller)
        message = log.sync_message(heard.device_id, heard.nonce, heard.head_number, heard.head_digest)
        require_proof(device, heard.nonce, heard.signature, message, now)
        if device.revoked_at is not None:
            raise DeviceRevoked(revoked_at=device.revoked_at)
        _require_no_rollback(device.region_id, heard)
        db.session.add(
            DeviceSync(
                region_id=device.region_id,
                device_id=heard.device_id,
                sync_id=new_id(),
                synced_at=now,
                head_number=heard.head_number,
                head_digest=heard.head_digest,
            )
        )
    directory: dict[str, Any] = json.loads(key_directory.dump(current_app.extensions["key_ring"].directory))
    return directory


def _require_no_rollback(region_id: int, heard: Greeting) -> None:
    """Refuse a log that ends before what is known of it, or that ends differently."""
    of_device = (OfflineScan.region_id == region_id, OfflineScan.device_id == heard.device_id, OfflineScan.stands)
    received = db.session.scalar(select(func.max(OfflineScan.number)).where(*of_device)) or 0
    told = db.session.scalar(
        select(func.max(DeviceSync.head_number)).where(
            DeviceSync.region_id == region_id, DeviceSync.device_id == heard.device_id
        )
    )
    there = db.session.scalar(select(OfflineScan.digest).where(*of_device, OfflineScan.number == heard.head_number))
    known, there = max(received, told or 0), None if there is None else bytes(there)
    if refusal := rules.against_head(heard.head_number, heard.head_digest, known, there):
        raise refusal


def missing_from(device_id: int, caller: Caller) -> list[int]:
    """Return the numbers that a device's log has left out: scans that were made and never arrived."""
    return rules.missing(numbers_of(caller.region_id, device_id))


@dataclass(frozen=True, slots=True)
class Look:
    """Whose voucher is shown: `name` and `id_number` are masked; `holder` says how the card fits, when one was read."""

    voucher_id: int
    name: str
    id_number: str
    holder: str


def look(digits: str, class_id: int, card: Card | None, caller: Caller, now: datetime) -> Look:
    """Say whose live code is held before the scanner of one's own class, and spend nothing.

    Only a live code opens a holder, masked, and the look is written down for the holder to see. A refusal is kept as
    a refused scan of the door. Refusals: those of signing.verification.verify, CodeStaticNeedsPersonCheck,
    VoucherUnknown, AlreadyRedeemed; NotFound for a class of another institution.
    """
    training_class = classes.find(class_id, caller)
    try:
        return _look(digits, card, caller, now)
    except Refusal as refusal:
        scan = Scan(digits, training_class.region_id, class_id, "", "", "typed", None, "", b"")
        with unit_of_work():
            redemptions.store_refused(scan, refusal, caller, now)
        raise


def _look(digits: str, card: Card | None, caller: Caller, now: datetime) -> Look:
    directory = current_app.extensions["key_ring"].directory
    code = verify(digits, directory, now, seen=current_app.extensions["seen_chains"])
    if not code.redeems_alone:
        raise CodeStaticNeedsPersonCheck
    region_id = programmes.allotment_by_public_no(code.programme_number).region_id
    try:
        voucher = vouchers.find(region_id, code.voucher_id)
    except NotFound:
        raise VoucherUnknown from None
    if live := redemptions.live_redemption(region_id, code.voucher_id):
        raise AlreadyRedeemed(redeemed_at=live.redeemed_at)
    match = HolderMatch.UNCHECKED
    if card is not None:
        match = match_holder(code, directory, id_number=card.id_number, name=card.name)
    holder_id, voucher_id = voucher.holder_id, voucher.voucher_id
    with unit_of_work():
        holders.record_access(holder_id, region_id, caller, "scan")
        masked = holders.masked(holder_id)
    return Look(voucher_id, masked.name, masked.id_number, match.value)


@dataclass(frozen=True, slots=True)
class Tally:
    """The door of one class so far: who is expected, live redemptions, refused scans by reason, and seats.

    `expected` are the persons of the class's roster, or as many as it has seats when it has none.
    """

    expected: int
    redeemed: int
    refused: dict[str, int]
    seats_left: int
    capacity: int


def tally(class_id: int, caller: Caller) -> Tally:
    """Count the door of one of the caller's own classes. Refusals: NotFound."""
    training_class = classes.find(class_id, caller)
    counted = redemptions.tally_of_class(training_class.region_id, class_id)
    left = training_class.capacity - training_class.seats_taken
    roster = rosters.expected(training_class.region_id, class_id)
    expected = training_class.capacity if roster is None else roster.persons
    return Tally(expected, counted.redeemed, counted.refused, left, training_class.capacity)


def visible_to(caller: Caller) -> Select[OfflineScan]:
    """The off-line scans that the caller may see, the latest first: an institution's own, a region's, or the city's."""
    query = select(OfflineScan).order_by(OfflineScan.received_at.desc(), OfflineScan.number.desc())
    if caller.institution_id is not None:
        query = query.where(OfflineScan.institution_id == caller.institution_id)
    if caller.institution_id is not None or caller.region_id != institutions.CITY_REGION:
        query = query.where(OfflineScan.region_id == caller.region_id)
    return query
