"""The service's tables kept in memory, with its own rules asked in its own order: fast enough for 100,000 schedules.

The broken books underneath are what a careless service would do; whoever looks for faults has to find each of them.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tests.scanning.judgement import HEARD, REDEEMED, Answers, Record
from tests.scanning.schedules import Event, Revocation, Schedule, Sync, Upload
from voucher_service.scanning import rules
from voucher_service.scanning.errors import EntryAltered
from voucher_service.scanning.log import PASSED, START
from voucher_service.signing.errors import CodeBadSignature, HolderMismatch

if TYPE_CHECKING:
    from datetime import datetime

    from voucher_service.errors import Refusal

AGAINST_CARD: Final = {"fits": None, "another": HolderMismatch(), "changed": EntryAltered(number=0)}


class Book:
    """One life: links by device and number, one outcome for each entry, syncs, and who spent each voucher."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.links: dict[int, dict[int, rules.Link]] = {}
        self.syncs: dict[int, list[tuple[datetime, int]]] = {}
        self.revoked: dict[int, datetime] = {}
        self.outcomes: dict[int, str] = {}
        self.spent: Counter[int] = Counter()

    @classmethod
    def live(cls, schedule: Schedule, life: list[Event]) -> Record:
        book = cls(schedule)
        return Record([book.answer(event) for event in life], book.spent)

    def answer(self, event: Event) -> Answers | str:
        if isinstance(event, Revocation):
            self.revoked[event.device] = event.at
            return "stopped"
        return self.hear(event) if isinstance(event, Sync) else self.receive(event)

    def hear(self, sync: Sync) -> str:
        known, links = self.syncs.setdefault(sync.device, []), self.links.get(sync.device, {})
        number = 0 if sync.head is None else self.schedule.scans[sync.head].number
        highest = max([*links, *(head for _, head in known)], default=0)
        there = links[number].digest if number in links else None
        refusal = rules.against_device(rules.Place({}, self.revoked.get(sync.device))) or rules.against_head(
            number, digest_of(sync.head), highest, there
        )
        if refusal is not None:
            return refusal.code
        known.append((sync.at, number))
        return HEARD

    def receive(self, upload: Upload) -> Answers:
        arrived = sorted(dict.fromkeys(upload.scans), key=lambda one: self.schedule.scans[one].number)
        undecided = []
        for one in arrived:
            if one not in self.outcomes:
                refusal = self.keep(one)
                if refusal is None:
                    undecided.append(one)
                else:
                    self.outcomes[one] = refusal.code
        for one in undecided:
            refusal = rules.against_claim(self.claim(one), self.place(one), upload.at)
            self.outcomes[one] = self.spend(one) if refusal is None else refusal.code
        return {one: self.outcomes[one] for one in arrived}

    def keep(self, one: int) -> Refusal | None:
        scan, place = self.schedule.scans[one], self.place(one)
        link = rules.Link(digest_of(one), digest_of(scan.previous))
        misplaced = rules.against_place(scan.number, link, place, is_signed=scan.signed)
        if misplaced is None:
            self.links.setdefault(scan.device, {})[scan.number] = link
        return misplaced or rules.against_device(place)

    def place(self, one: int) -> rules.Place:
        scan = self.schedule.scans[one]
        heard = [at for at, head in self.syncs.get(scan.device, []) if head < scan.number]
        links = self.links.get(scan.device, {})
        return rules.Place(links, self.revoked.get(scan.device), max(heard, default=None))

    def claim(self, one: int) -> rules.Claim:
        scan = self.schedule.scans[one]
        if not scan.admitted:
            return rules.Claim("holder_mismatch")
        if not scan.genuine:
            return rules.Claim(PASSED, against_code=CodeBadSignature())
        return rules.Claim(PASSED, scan.step_at, against_card=AGAINST_CARD[scan.card])

    def spend(self, one: int) -> str:
        voucher = self.schedule.scans[one].voucher
        if self.spent[voucher]:
            return "already_redeemed"
        self.spent[voucher] += 1
        return REDEEMED


def digest_of(one: int | None) -> bytes:
    """Stand for the SHA-256 of an entry: every scan is made once, and no two are the same bytes."""
    return START if one is None else (one + 1).to_bytes(32, "big")


class TakesDuplicates(Book):
    """Decides what it has been sent before as if it were new."""

    def receive(self, upload: Upload) -> Answers:
        for one in upload.scans:
            self.outcomes.pop(one, None)
            self.links.get(upload.device, {}).pop(self.schedule.scans[one].number, None)
        return super().receive(upload)


class SpendsTwice(Book):
    """Forgets to look whether a voucher is spent."""

    def spend(self, one: int) -> str:
        self.spent[self.schedule.scans[one].voucher] += 1
        return REDEEMED


class LosesWhatComesLate(Book):
    """Throws away, without a word, what is older than the limit."""

    def receive(self, upload: Upload) -> Answers:
        outcomes = super().receive(upload)
        return {one: outcome for one, outcome in outcomes.items() if outcome != "offline_too_late"}


class BelievesTheDevice(Book):
    """Takes the device's clock for the moment of a scan."""

    def claim(self, one: int) -> rules.Claim:
        claim, scan = super().claim(one), self.schedule.scans[one]
        told = scan.made_at + scan.clock_off
        is_old = claim.step_at is not None and abs(told - claim.step_at) > timedelta(seconds=150)
        return rules.Claim("code_stale") if is_old else claim


class AsksForTheWholeLog(Book):
    """Refuses an entry whose predecessor has not arrived yet, so that the order of arrival decides."""

    def keep(self, one: int) -> Refusal | None:
        scan = self.schedule.scans[one]
        if scan.number > 1 and scan.number - 1 not in self.links.get(scan.device, {}):
            return rules.LogForked(number=scan.number)
        return super().keep(one)


class LetsLogsFork(Book):
    """Gives a number to whoever comes last."""

    def keep(self, one: int) -> Refusal | None:
        self.links.get(self.schedule.scans[one].device, {}).pop(self.schedule.scans[one].number, None)
        return super().keep(one)


class SpendsBeforeItAsks(Book):
    """Looks at the card only after the voucher is gone."""

    def claim(self, one: int) -> rules.Claim:
        claim, scan = super().claim(one), self.schedule.scans[one]
        if claim.against_card is not None:
            self.spent[scan.voucher] += 1
        return claim


BROKEN: Final = (
    TakesDuplicates,
    SpendsTwice,
    LosesWhatComesLate,
    BelievesTheDevice,
    AsksForTheWholeLog,
    LetsLogsFork,
    SpendsBeforeItAsks,
)
