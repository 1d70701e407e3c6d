"""What ought to become of each scan, worked out a second time from the rules' words, and what is wrong with a life.

Nothing here is imported from the service: `Judge` is the other opinion. The words that it follows stand at the head
of `voucher_service/scanning/rules.py` and in the sentences of the refusals.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.scanning.schedules import Event, Revocation, Schedule, Sync, Upload

if TYPE_CHECKING:
    from collections.abc import Iterable

REDEEMED, HEARD = "redeemed", "heard"
LATEST = timedelta(hours=72)
AHEAD = timedelta(seconds=30)
LIVE_FOR = timedelta(seconds=150)
"""A step of 30 seconds and the four steps by which a code may lie off without a net."""

Answers = dict[int, str]
"""What an upload is answered, by scan: `redeemed`, or the code of the refusal."""


@dataclass
class Record:
    """What a life was answered, event by event, and how many redemptions each voucher was left with."""

    answers: list[Answers | str]
    spent: Counter[int]


@dataclass
class Judge:
    """Follows one life of a schedule and says what each event has to be answered."""

    schedule: Schedule
    standing: dict[tuple[int, int], int] = field(default_factory=dict)
    heard: dict[int, list[tuple[datetime, int]]] = field(default_factory=dict)
    stopped: set[int] = field(default_factory=set)
    told: Answers = field(default_factory=dict)
    spent: dict[int, int] = field(default_factory=dict)

    def answer(self, event: Event) -> Answers | str:
        if isinstance(event, Revocation):
            self.stopped.add(event.device)
            return "stopped"
        return self._hear(event) if isinstance(event, Sync) else self._take(event)

    def _hear(self, sync: Sync) -> str:
        """A stopped device gets no keys; nor does one whose log is shorter than what is known, or a different one."""
        if sync.device in self.stopped:
            return "device_revoked"
        ends_at = 0 if sync.head is None else self.schedule.scans[sync.head].number
        known = [number for device, number in self.standing if device == sync.device]
        known += [number for _, number in self.heard.get(sync.device, [])]
        there = self.standing.get((sync.device, ends_at))
        if ends_at < max(known, default=0) or (there is not None and there != sync.head):
            return "device_log_rolled_back"
        self.heard.setdefault(sync.device, []).append((sync.at, ends_at))
        return HEARD

    def _take(self, upload: Upload) -> Answers:
        """Take all in by number, then decide what stands; what was answered before stays so."""
        scans = self.schedule.scans
        new = sorted(
            (one for one in dict.fromkeys(upload.scans) if one not in self.told), key=lambda s: scans[s].number
        )
        at_once = {one: refusal for one in new if (refusal := self._misplaced(one, upload.device))}
        for one in new:
            self.told[one] = at_once.get(one) or self._decide(one, upload.at)
        return {one: self.told[one] for one in upload.scans}

    def _misplaced(self, one: int, device: int) -> str | None:
        scan = self.schedule.scans[one]
        if (device, scan.number) in self.standing:
            return "offline_number_reused"
        before, after = (self.standing.get((device, scan.number + step)) for step in (-1, 1))
        joins = (scan.previous is None) if scan.number == 1 else (before is None or before == scan.previous)
        if not joins or (after is not None and self.schedule.scans[after].previous != one):
            return "offline_log_forked"
        if not scan.signed:
            return "offline_entry_not_signed"
        self.standing[device, scan.number] = one
        return "device_revoked" if device in self.stopped else None

    def _decide(self, one: int, now: datetime) -> str:
        scan = self.schedule.scans[one]
        heard = self.heard.get(scan.device, [])
        against = {
            "refused_at_door": not scan.admitted,
            "code_bad_signature": not scan.genuine,
            "offline_from_future": scan.step_at - now > AHEAD,
            "offline_too_late": scan.step_at + LATEST < now,
            "offline_stale": any(at > scan.step_at + LIVE_FOR and end < scan.number for at, end in heard),
            "holder_mismatch": scan.card == "another",
            "offline_entry_altered": scan.card == "changed",
            "already_redeemed": scan.voucher in self.spent,
        }
        for refusal, stands in against.items():
            if stands:
                return refusal
        self.spent[scan.voucher] = one
        return REDEEMED


def ought_to_be_redeemed(schedule: Schedule) -> set[int]:
    """The vouchers of an orderly schedule that somebody showed in time, live, with their own card, and was let in.

    It says nothing of arrival, because with whole logs that arrive at one moment the order must not matter.
    """
    end = schedule.lives[0][-1].at
    return {
        scan.voucher
        for scan in schedule.scans
        if scan.signed
        and scan.admitted
        and scan.genuine
        and scan.card == "fits"
        and scan.step_at <= end + AHEAD
        and end <= scan.step_at + LATEST
        and not any(
            sync.device == scan.device and scan.step_at + LIVE_FOR < sync.at <= scan.made_at for sync in schedule.syncs
        )
    }


def faults_of(schedule: Schedule, records: list[Record]) -> list[str]:
    """Say everything that is wrong with the lives of a schedule; nothing, when they went as they ought to."""
    found = []
    for life, record in zip(schedule.lives, records, strict=True):
        found += _of_life(schedule, life, record)
        redeemed = {voucher for voucher, times in record.spent.items() if times}
        if schedule.orderly and redeemed != ought_to_be_redeemed(schedule):
            found.append(f"redeemed {redeemed} in this order of arrival, and not {ought_to_be_redeemed(schedule)}")
    return found


def _of_life(schedule: Schedule, life: list[Event], record: Record) -> Iterable[str]:
    judge, first = Judge(schedule), Answers()
    for event, answer in zip(life, record.answers, strict=True):
        expected = judge.answer(event)
        if answer != expected:
            yield f"{event} was answered {answer}, and not {expected}"
        if not isinstance(event, Upload) or isinstance(answer, str):
            continue
        for one in event.scans:
            if one not in answer:
                yield f"scan {one} was sent and not answered"
            elif first.setdefault(one, answer[one]) != answer[one]:
                yield f"scan {one} was answered {first[one]}, then {answer[one]}"
    if lost := set(range(len(schedule.scans))) - first.keys():
        yield f"scans {lost} have vanished"
    winners = Counter(schedule.scans[one].voucher for one, outcome in first.items() if outcome == REDEEMED)
    if record.spent != winners or any(times > 1 for times in record.spent.values()):
        yield f"vouchers were redeemed so often: {record.spent}; answered so often: {winners}"


def kinds(records: Iterable[Record]) -> Counter[str]:
    """Count what became of scans and syncs, each scan once in each life."""
    counted: Counter[str] = Counter()
    for record in records:
        once: Answers = {}
        for answer in record.answers:
            if isinstance(answer, str):
                counted[f"sync {answer}"] += answer != "stopped"
            else:
                once |= answer
        counted.update(once.values())
    return +counted
