"""What the city's plan says should happen, kept in a few dictionaries: the other witness beside the service.

It shares no code with the service: own calendar arithmetic, own states, own order of reasons. Every verb returns the
answer that is expected, as (status, code), and changes the model only where the service should have changed its ledger.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.statemachine.things import EPOCH, STEP, Course, Redemption, Shown, Voucher, day_of, end_of, later

Answer = tuple[int, str | None]

SESSION = timedelta(hours=2)
UNDO = timedelta(days=5)
VALID_MONTHS, DEADLINE_MONTHS, TRAININGS_A_YEAR, REST_MONTHS = 3, 12, 3, 1
ATTENDED_PERMILLE = 800
NOTICE_DAYS = 3
LIVE = ("claimed", "redeemed", "completed", "certified")
TRAINED = ("redeemed", "completed", "certified")


@dataclass
class City:
    """All vouchers of a handful of people, the quota of each region, and what every report should say."""

    now: datetime
    closes_on: date
    quota: dict[int, int]
    home: list[int]
    """Region of each person."""
    courses: list[Course] = field(default_factory=list)
    held: list[list[Voucher]] = field(default_factory=list)
    openings: dict[int, int] = field(default_factory=dict)
    reached: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    """Region, month of the event and stage → net vouchers, as the funnel counts."""
    refused_scans: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.held = [[] for _ in self.home]

    def newest(self, person: int) -> Voucher | None:
        return self.held[person][-1] if self.held[person] else None

    def issued(self, region_id: int) -> int:
        """Vouchers that hold a piece of the quota: a returned one gave it back, an expired one did not."""
        own = [voucher for person, held in enumerate(self.held) if self.home[person] == region_id for voucher in held]
        return sum(voucher.state != "returned" for voucher in own)

    def by_state(self) -> Counter[str]:
        return Counter(voucher.state for held in self.held for voucher in held)

    # what holders do

    def claim(self, person: int) -> Answer:
        today = day_of(self.now)
        if today > self.closes_on:
            return 409, "programme_not_running"
        for voucher in self.held[person]:
            voucher.state = voucher.at(self.now)
        if not self._may_train(person, today):
            return 409, "not_eligible"
        if self.issued(self.home[person]) >= self.quota[self.home[person]]:
            return 409, "quota_exhausted"
        if any(voucher.state in LIVE for voucher in self.held[person]):
            return 409, "voucher_already_held"
        self.held[person].append(Voucher(today, end_of(later(today, VALID_MONTHS))))
        self._count(person, "issued", 1)
        return 201, None

    def _may_train(self, person: int, today: date) -> bool:
        held = self.held[person]
        this_year = sum(found.claimed_on.year == today.year and found.state in TRAINED for found in held)
        resting = any(found.examined_on and today < later(found.examined_on, REST_MONTHS) for found in held)
        return this_year < TRAININGS_A_YEAR and not resting and all(found.state != "completed" for found in held)

    def give_back(self, voucher: Voucher) -> Answer:
        if voucher.at(self.now) == "claimed":
            voucher.state = "returned"
            return 200, None
        return 409, "voucher_not_in_state"

    def open_code(self, voucher: Voucher) -> Answer:
        if voucher.at(self.now) != "claimed":
            return 409, "voucher_not_in_state"
        self.openings[id(voucher)] = self.openings.get(id(voucher), 0) + 1
        return 201, None

    # what schools do

    def redeem(self, person: int, voucher: Voucher, shown: Shown, course: Course, school: str, *, own: bool) -> Answer:
        """`own` says whether the card that was shown is the holder's."""
        refusal = self._against_code(shown) or (None if own else (422, "holder_mismatch"))
        refusal = refusal or self._against_course(course, school)
        refusal = refusal or self._against_second_visit(voucher) or self._against_seats(course)
        refusal = refusal or self._against_voucher(voucher, shown)
        if refusal:
            self.refused_scans[str(refusal[1])] += 1
            return refusal
        voucher.state, voucher.last_step = "redeemed", shown.step
        voucher.certify_by = end_of(later(day_of(self.now), DEADLINE_MONTHS))
        voucher.redemptions.append(Redemption(course, self.now))
        course.taken += 1
        self._count(person, "redeemed", 1)
        return 201, None

    def _against_code(self, shown: Shown) -> Answer | None:
        if not shown.begins <= self.now < shown.begins + SESSION:
            return 422, "code_outside_session"
        present = EPOCH + (self.now - EPOCH) // STEP * STEP
        return (422, "code_stale") if abs(present - shown.step) > STEP else None

    def _against_course(self, course: Course, school: str) -> Answer | None:
        if course.school != school or course.over or course.enrols_until <= self.now:
            return 409, "class_not_open"
        return None

    def _against_second_visit(self, voucher: Voucher) -> Answer | None:
        return (409, "already_redeemed") if voucher.standing else None

    def _against_seats(self, course: Course) -> Answer | None:
        return (409, "class_full") if course.taken >= course.capacity else None

    def _against_voucher(self, voucher: Voucher, shown: Shown) -> Answer | None:
        if voucher.at(self.now) == "expired":
            return 409, "voucher_expired"
        if voucher.state != "claimed":
            return 409, "voucher_not_in_state"
        if shown.opening != self.openings[id(voucher)]:
            return 409, "code_session_ended"
        used = voucher.last_step is not None and shown.step <= voucher.last_step
        return (409, "code_already_used") if used else None

    def attend(self, course: Course, session: int, present: list[Redemption]) -> Answer:
        if course.sessions[session][0] > self.now:
            return 422, "session_unknown"
        if course.over:
            return 409, "class_not_held"
        if any(redemption.course is not course or redemption.cancelled for redemption in present):
            return 422, "not_of_this_class"
        course.state = "in_session"
        for redemption in present:
            redemption.attended.add(session)
        return 200, None

    def close(self, course: Course) -> Answer:
        if course.lessons_end > self.now:
            return 409, "class_not_over"
        if course.state != "in_session":
            return 409, "class_not_in_state"
        if day_of(self.now) < course.ends_on:
            return 409, "class_not_yet"
        course.state = "ended"
        for person, voucher, redemption in self._of(course):
            if voucher.state != "redeemed":
                continue  # forfeited at its deadline already
            done = len(redemption.attended) * 1000 // len(course.sessions) >= ATTENDED_PERMILLE
            voucher.state = "completed" if done else "forfeited"
            self._count(person, "completed", int(done))
        return 200, None

    def candidates(self, course: Course) -> list[Redemption]:
        return [found for _, voucher, found in self._of(course) if voucher.state == "completed"]

    def _of(self, course: Course) -> list[tuple[int, Voucher, Redemption]]:
        return [
            (person, voucher, voucher.standing)
            for person, held in enumerate(self.held)
            for voucher in held
            if voucher.standing and voucher.standing.course is course
        ]

    def file_exam(self, course: Course, held_on: date) -> Answer:
        if held_on < day_of(self.now) + timedelta(days=NOTICE_DAYS):
            return 409, "exam_filed_too_late"
        if course.state != "ended":
            return 409, "class_not_in_state"
        course.state, course.examined_on = "exam_filed", held_on
        return 201, None

    def enter_results(self, course: Course, redemptions: list[Redemption], outcome: str) -> Answer:
        if course.examined_on is None or day_of(self.now) <= course.examined_on:
            return 409, "exam_not_yet_held"
        candidates = self.candidates(course)
        if any(redemption not in candidates for redemption in redemptions):
            return 422, "not_a_candidate"
        if any(redemption.outcome not in {None, outcome} for redemption in redemptions):
            return 422, "result_reason_missing"
        for redemption in redemptions:
            redemption.outcome = outcome
        if course.state == "exam_filed" and all(found.outcome for found in candidates):
            course.state = "examined"
        return 200, None

    def enter_certificate(
        self, voucher: Voucher, examined_on: date, *, level_is_right: bool, number_is_new: bool
    ) -> Answer:
        refusal = self._against_certificate(voucher) or (None if level_is_right else (409, "certificate_mismatch"))
        refusal = refusal or self._against_exam(voucher, examined_on)
        if refusal is None and voucher.certificate == "entered":
            refusal = 409, "voucher_has_certificate"
        if refusal is None and not number_is_new:
            refusal = 409, "certificate_number_used"
        if refusal:
            return refusal
        voucher.certificate = "entered"
        return 201, None

    def _against_certificate(self, voucher: Voucher) -> Answer | None:
        if voucher.state != "completed":
            return 409, "voucher_not_in_state"
        late = voucher.certify_by is not None and voucher.certify_by <= self.now
        return (409, "certificate_too_late") if late else None

    def _against_exam(self, voucher: Voucher, examined_on: date) -> Answer | None:
        standing = voucher.standing
        if examined_on > day_of(self.now):
            return 422, "certificate_in_future"
        if standing is None or standing.course.examined_on is None:
            return 409, "exam_not_filed"
        return None if standing.outcome == "passed" else (409, "exam_not_passed")

    # what the bureau does

    def ask_undo(self, voucher: Voucher, redemption: Redemption) -> Answer:
        if refusal := self._against_undo(voucher, redemption):
            return refusal
        if redemption.undo_asked:
            return 409, "decision_open"
        redemption.undo_asked = True
        return 201, None

    def _against_undo(self, voucher: Voucher, redemption: Redemption) -> Answer | None:
        if redemption.cancelled:
            return 409, "redemption_over"
        if redemption.attended:
            return 409, "attended_already"
        if self.now - redemption.redeemed_at > UNDO:
            return 409, "undo_too_late"
        return None if voucher.state == "redeemed" else (409, "voucher_not_in_state")

    def undo(self, person: int, voucher: Voucher, redemption: Redemption, *, confirmed: bool) -> Answer:
        if not redemption.undo_asked:
            return 409, "redemption_over" if redemption.cancelled else "undo_not_asked"
        if confirmed and (refusal := self._against_undo(voucher, redemption)):
            return refusal
        redemption.undo_asked = False
        if not confirmed:
            return 200, None
        redemption.cancelled = True
        redemption.course.taken -= 1
        voucher.state, voucher.certify_by = "claimed", None
        voucher.expires_at += self.now - redemption.redeemed_at
        self._count(person, "redeemed", -1)
        return 200, None

    def decide(self, person: int, voucher: Voucher, *, genuine: bool) -> Answer:
        if voucher.certificate != "entered":
            return 409, "certificate_decided"
        if not genuine:
            voucher.certificate = "refused"
            return 200, None
        voucher.certificate, voucher.state = "verified", "certified"
        voucher.examined_on = voucher.standing.course.examined_on if voucher.standing else None
        self._count(person, "certified", 1)
        return 200, None

    # what time does

    def sweep(self) -> dict[str, int]:
        swept = {"expired": 0, "forfeited": 0, "closed": 0}
        for held in self.held:
            for voucher in held:
                if voucher.at(self.now) != voucher.state:
                    voucher.state = "expired"
                    swept["expired"] += 1
                elif self._is_forfeit(voucher):
                    voucher.state = "forfeited"
                    swept["forfeited"] += 1
        for course in self.courses:
            waiting = [voucher for _, voucher, _ in self._of(course) if voucher.state in {"redeemed", "completed"}]
            if course.over and course.state != "closed" and not waiting:
                course.state = "closed"
                swept["closed"] += 1
        return {name: count for name, count in swept.items() if count}

    def _is_forfeit(self, voucher: Voucher) -> bool:
        overdue = voucher.certify_by is not None and voucher.certify_by <= self.now
        return overdue and voucher.state in {"redeemed", "completed"} and voucher.certificate != "entered"

    def _count(self, person: int, stage: str, change: int) -> None:
        today = day_of(self.now)
        self.reached[self.home[person], today.year * 100 + today.month, stage] += change
