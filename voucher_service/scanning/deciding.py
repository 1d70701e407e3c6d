"""What becomes of one off-line scan: the rules first, then the same statement as every other scan, stored once.

The entry's own nonce is the redemption's idempotency key, so that deciding twice, or deciding what had gone through
on line before the net broke, is once.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from flask import current_app
from sqlalchemy import func, select, update

from voucher_service.database import db, end_reading, unit_of_work
from voucher_service.database.chain import ChainBroken
from voucher_service.errors import NotFound, Refusal
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.redemptions.errors import SessionEnded, VoucherUnknown
from voucher_service.redemptions.service import Scan
from voucher_service.scanning import log, rules
from voucher_service.scanning.errors import EntryAltered
from voucher_service.scanning.log import Entry
from voucher_service.scanning.models import DeviceSync, OfflineScan
from voucher_service.scanning.past_codes import verify_at_its_step, voucher_of
from voucher_service.signing.errors import CodeOutsideSession, CodeRefusal, HolderMismatch
from voucher_service.signing.holder_tag import HolderMatch
from voucher_service.signing.verification import VerifiedCode, match_holder
from voucher_service.vouchers import service as vouchers
from voucher_service.web.idempotency import Idempotency, IdempotencyKeyReused
from voucher_service.web.problems import problem_of

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

ATTEMPTS: Final = 3
"""How often a claim is decided anew because its holder opened another session of the code meanwhile."""


@dataclass(frozen=True, slots=True)
class Card:
    """What was read from the identity card; compared and forgotten."""

    id_number: str
    name: str
    method: str
    waiver_reason: str


def decide(digest: bytes, entry: Entry, card: Card | None, caller: Caller, now: datetime) -> None:
    """Decide one entry that was taken in, unless it is decided; store what became of it exactly once."""
    end_reading()
    scan = row_of(caller.region_id, entry.device_id, digest)
    if scan.outcome is not None:
        return
    who = dataclasses.replace(caller, subject_id=scan.uploaded_by)
    if earlier := _answered_before(entry, scan.uploaded_by, caller):
        with unit_of_work():
            _store(scan, earlier, now)
        return
    try:
        answer = _redeem(scan, entry, card, who, now)
    except Refusal as refusal:
        # Whoever decides the same upload beside us may have redeemed it, which is what stood in our way.
        end_reading()
        earlier = _answered_before(entry, scan.uploaded_by, caller)
        with unit_of_work():
            if earlier:
                _store(scan, earlier, now)
            else:
                settle(scan, entry, refusal, who, now)
    else:
        with unit_of_work():
            _store(scan, answer, now)


def _answered_before(entry: Entry, uploaded_by: int, caller: Caller) -> dict[str, Any] | None:
    """Return the answer to this very scan that got lost: asked on line by the clerk, or decided before a crash."""
    for asked_by in (entry.clerk_id, uploaded_by):
        kept = db.session.get(Idempotency, (caller.region_id, asked_by, entry.nonce.hex()), populate_existing=True)
        answer: dict[str, Any] = {} if kept is None else json.loads(kept.body)
        if _answers(entry, answer):
            return answer
    return None


def _answers(entry: Entry, answer: dict[str, Any]) -> bool:
    """Whether a kept answer is about this scan: a key is only as good as whoever chose it."""
    if "redemption" not in answer:
        return "code" in answer
    voucher_id = voucher_of(entry.code)
    scanned = (to_hex(voucher_id) if voucher_id else None, to_hex(entry.class_id))
    return (answer.get("voucher"), answer.get("class_id")) == scanned


def _redeem(scan: OfflineScan, entry: Entry, card: Card | None, who: Caller, now: datetime) -> dict[str, Any]:
    """Ask the rules, then the ledger. Raises the Refusal that stands against the claim."""
    claim, code = _claim(entry, card)
    if claim.step_at is not None:
        with unit_of_work():
            # What the code proves is worth keeping whatever becomes of the claim.
            _change(scan, step_at=claim.step_at)
    place = place_of(institutions.find_device(entry.device_id, who), entry)
    refusal = rules.against_claim(claim, place, now)
    if refusal is not None or code is None:
        raise refusal or CodeOutsideSession
    region_id = programmes.allotment_by_public_no(code.programme_number).region_id
    for attempt in range(ATTEMPTS):
        try:
            return _spend(entry, card, _of_present_session(code, region_id), who, now)
        except SessionEnded:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError


def _claim(entry: Entry, card: Card | None) -> tuple[rules.Claim, VerifiedCode | None]:
    """Do the arithmetic of an entry: its code at the code's own step, and the card against the code."""
    if entry.verdict != log.PASSED:
        return rules.Claim(entry.verdict), None
    try:
        code = verify_at_its_step(entry.code, current_app.extensions["key_ring"].directory)
    except CodeRefusal as refusal:
        return rules.Claim(entry.verdict, against_code=refusal), None
    return rules.Claim(entry.verdict, code.step_at, against_card=_against_card(entry, card, code)), code


def _against_card(entry: Entry, card: Card | None, code: VerifiedCode) -> Refusal | None:
    shown = card or Card("", "", "typed", "")
    told = (shown.id_number, shown.name, shown.method, shown.waiver_reason)
    if log.person_digest(entry.nonce, *told) != entry.person_digest:
        return EntryAltered(number=entry.number)
    directory = current_app.extensions["key_ring"].directory
    match = match_holder(code, directory, id_number=shown.id_number, name=shown.name)
    waived = match is HolderMatch.NAME_MISMATCH and shown.waiver_reason
    return None if match is HolderMatch.MATCH or waived else HolderMismatch(differs=match.value)


def _of_present_session(code: VerifiedCode, region_id: int) -> VerifiedCode:
    """Return the code as if the session that the voucher has now had shown it; raises SessionEnded, VoucherUnknown.

    A holder who looks at the voucher again after an off-line scan opens a new session; that must not undo the scan.
    """
    end_reading()
    try:
        voucher = vouchers.find(region_id, code.voucher_id)
    except NotFound:
        raise VoucherUnknown from None
    if code.session_tag is None or code.step_at is None:
        raise SessionEnded
    if not vouchers.stood_at(voucher, code.session_tag, code.step_at):
        raise SessionEnded
    return code._replace(session_tag=voucher.session_tag)


def _spend(entry: Entry, card: Card | None, code: VerifiedCode, who: Caller, now: datetime) -> dict[str, Any]:
    scan = _as_scan(entry, card, who)
    try:
        answer: dict[str, Any] = json.loads(redemptions.spend(scan, code, who, now))
    except ChainBroken as broken:
        # The same upload is being decided beside us and was faster; or the nonce has served another scan.
        end_reading()
        if (earlier := _answered_before(entry, who.subject_id, who)) is None:
            raise IdempotencyKeyReused from broken
        return earlier
    return answer


def _as_scan(entry: Entry, card: Card | None, who: Caller) -> Scan:
    return Scan(
        digits=entry.code,
        class_region_id=who.region_id,
        class_id=entry.class_id,
        id_number=card.id_number if card else "",
        name=card.name if card else "",
        person_check=card.method if card else "typed",
        waiver_reason=card.waiver_reason or None if card else None,
        idempotency_key=entry.nonce.hex(),
        request_hash=entry.digest,
    )


def settle(scan: OfflineScan, entry: Entry, refusal: Refusal, caller: Caller, now: datetime) -> None:
    """Store a refusal with the claim, and among the refused scans of the door, once."""
    if _store(scan, problem_of(refusal), now):
        redemptions.store_refused(_as_scan(entry, None, caller), refusal, caller, now)


def _store(scan: OfflineScan, answer: dict[str, Any], now: datetime) -> bool:
    refused = "redemption" not in answer
    return _change(
        scan,
        outcome="refused" if refused else "redeemed",
        reason=answer["code"] if refused else None,
        answer=json.loads(json.dumps(answer, default=str)),
        decided_at=now,
    )


def _change(scan: OfflineScan, **values: Any) -> bool:
    """Change a claim that is not decided yet, in the open unit of work; False when it is."""
    changed = db.session.execute(
        update(OfflineScan)
        .where(
            OfflineScan.region_id == scan.region_id,
            OfflineScan.device_id == scan.device_id,
            OfflineScan.digest == scan.digest,
            OfflineScan.outcome.is_(None),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
        .returning(OfflineScan.number)
    )
    return changed.first() is not None


def row_of(region_id: int, device_id: int, digest: bytes) -> OfflineScan:
    return db.session.get_one(OfflineScan, (region_id, device_id, digest), populate_existing=True)


def place_of(device: Any, entry: Entry) -> rules.Place:
    around = db.session.execute(
        select(OfflineScan.number, OfflineScan.digest, OfflineScan.previous).where(
            OfflineScan.region_id == device.region_id,
            OfflineScan.device_id == device.device_id,
            OfflineScan.number.between(entry.number - 1, entry.number + 1),
            OfflineScan.stands,
        )
    )
    seen_at = db.session.scalar(
        select(func.max(DeviceSync.synced_at)).where(
            DeviceSync.region_id == device.region_id,
            DeviceSync.device_id == device.device_id,
            DeviceSync.head_number < entry.number,
        )
    )
    links = {number: rules.Link(bytes(digest), bytes(previous)) for number, digest, previous in around}
    return rules.Place(links, device.revoked_at, seen_at)
