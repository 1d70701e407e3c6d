"""The driver: moves the clock from one day of the plan to the next and lets everybody act, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from voucher_service.demo.loading import SCHOOLS_WITH_LOG_INS
from voucher_service.demo.people import Person
from voucher_service.demo.tables import rows
from voucher_service.simulation.actors import Offices, Resident
from voucher_service.simulation.connection import Connection
from voucher_service.simulation.course import SIGNERS, Course
from voucher_service.simulation.crooked_school import CrookedSchool
from voucher_service.simulation.disputes import DECIDERS, deny_ticks
from voucher_service.simulation.doomed_course import DoomedCourse
from voucher_service.simulation.face_device import FaceDevice
from voucher_service.simulation.faculty import Faculty
from voucher_service.simulation.frauds import GHOST_SESSIONS, Manner
from voucher_service.simulation.plan import Fate, Part, Round

Thing = TypeVar("Thing")
Kind = TypeVar("Kind", bound=Course)

HONEST_SCHOOLS = SCHOOLS_WITH_LOG_INS - 2
HONEST_CLERKS = [f"school{place}-admin" for place in range(1, HONEST_SCHOOLS + 1)]
OTHER_CLERKS = CROOKED_CLERK, CONDEMNED_CLERK = [f"school{HONEST_SCHOOLS + place}-admin" for place in (1, 2)]

PEOPLE_ON_ROSTER = 2
SCREENSHOT_AGE = timedelta(minutes=3)
"""Between claiming and the class door: long enough that what was photographed at home is dead at the door."""


@dataclass
class Group:
    """The people of one round, their courses, and the school that would like to have them."""

    turn: Round
    crooked: CrookedSchool
    residents: list[Resident] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    doomed: list[DoomedCourse] = field(default_factory=list)

    @property
    def everywhere(self) -> list[Course]:
        return [*self.courses, *self.doomed]

    @property
    def trainees(self) -> list[Resident]:
        return [resident for course in self.courses for resident in course.residents]


class Year:
    """Plays rounds against a service with `workers` people acting at once; calls `passed` once for each person."""

    def __init__(self, service: Connection, workers: int, passed: Callable[[int], None]) -> None:
        self._service = service
        self._offices = Offices(service)
        self._pool = ThreadPoolExecutor(workers)
        self._passed = passed
        self._courses_opened = self._first_of_round = 0
        self._trades = [_trades(number) for number in range(HONEST_SCHOOLS)]
        self._fields = {row["demo_code"]: row["class"] for row in rows("occupations")}
        self._devices: dict[str, FaceDevice] = {}
        self._faculties = {clerk: Faculty(self._offices, clerk) for clerk in (*HONEST_CLERKS, *OTHER_CLERKS)}
        self._sold_number = ""
        """The number of the first certificate of the year, which somebody sells on and on."""

    def play(self, year: Sequence[Round]) -> None:
        """Play every round; raises UnexpectedAnswer as soon as the service does not keep to the plan."""
        crooked, condemned = self._faculties[CROOKED_CLERK], self._faculties[CONDEMNED_CLERK]
        groups = [Group(turn, CrookedSchool(self._offices, crooked, condemned)) for turn in year]
        days = [
            *((group.turn.opens_at, self._open, group) for group in groups),
            *((group.turn.taught_at, self._teach, group) for group in groups),
            *((group.turn.closed_at, self._close, group) for group in groups),
            *((group.turn.certified_at, self._certify, group) for group in groups),
        ]
        try:
            for moment, act, group in sorted(days, key=lambda day: day[0]):
                self._service.move_clock_to(moment)
                self._offices.new_day()
                act(group)
        finally:
            self._pool.shutdown(cancel_futures=True)  # Whoever stops the year does not wait for those still in line.

    def _open(self, group: Group) -> None:
        by_part = {part: Resident(self._service, part) for part in group.turn.parts}
        group.residents = list(by_part.values())
        self._first_of_round = self._courses_opened
        group.courses = [self._course(Course, [by_part[part] for part in some]) for some in group.turn.classes()]
        group.doomed = [
            self._course(DoomedCourse, [by_part[part] for part in some]) for some in group.turn.doomed_classes()
        ]
        group.crooked.hire()
        for course in group.everywhere:
            course.propose()
        group.crooked.plan()
        group.crooked.name_twice([part.person for part in group.turn.parts[:PEOPLE_ON_ROSTER]])
        self._together(Resident.claim, group.residents, self._passed)
        self._at_each_door(Course.turn_away_early, group.courses)
        self._service.move_clock_to(self._service.now() + SCREENSHOT_AGE)
        self._log_in(*SIGNERS)
        self._together(Course.approve, group.everywhere)
        group.crooked.get_approved()
        group.crooked.take_apprentices()
        group.crooked.hand_in_after_an_audit()
        group.crooked.go_on_while_black_listed(next(iter(group.trainees), None))
        strangers = _strangers(group.turn.parts)
        self._at_each_door(lambda course, one: course.admit(one, strangers[one.part.number]), group.everywhere)
        self._together(group.crooked.lure, group.trainees)
        self._together(group.crooked.redeem_without, group.residents)
        self._together(group.crooked.bring_the_unfit, group.residents)

    def _teach(self, group: Group) -> None:
        """Teach, inspect and film; the first course of a round is hasty and leaves the last two for later."""
        self._log_in("bureau-clerk", *DECIDERS, *(course.clerk for course in group.everywhere), CROOKED_CLERK)
        self._together(Course.teach, group.everywhere)
        ticked = [one for one in group.trainees if one.part.manner is Manner.TICKED]
        self._together(lambda one: deny_ticks(self._offices, one), ticked)
        for course in group.courses:
            self._haunt(course, crowded=course is group.courses[0] and group.turn.crowded())
        for course in group.courses[:1]:
            course.hasty = True
            group.crooked.borrow_names(course.residents)
        self._together(_supervise, [*group.courses[1:], *group.doomed])

    def _haunt(self, course: Course, *, crowded: bool) -> None:
        """Have the school's face device see who has left, and a whole class within seconds, as the plan says."""
        ghosts = [one.redemption for one in course.residents if one.part.manner is Manner.GHOST]
        if (ghosts or crowded) and course.clerk not in self._devices:
            self._devices[course.clerk] = FaceDevice.enrolled(course)
        for session_no in GHOST_SESSIONS if ghosts else ():
            now = self._service.now()
            self._devices[course.clerk].show(course, session_no, [(redemption, now) for redemption in ghosts])
        if crowded:
            self._devices[course.clerk].show(course, len(course.meetings), course.crowd())

    def _close(self, group: Group) -> None:
        self._log_in("bureau1", "bureau-clerk", *(course.clerk for course in group.everywhere), CROOKED_CLERK)
        self._together(Course.close, group.courses)
        self._together(DoomedCourse.condemn, group.doomed)
        group.crooked.claim_it_was_held()
        eager = [one for one in group.residents if one.part.manner is Manner.EAGER]
        self._together(Resident.claim_the_next, eager)

    def _certify(self, group: Group) -> None:
        """Enter results and certificates; whoever bought a number comes when the number is on record."""
        self._log_in("bureau-clerk", *(course.clerk for course in group.courses))
        self._together(Course.examine, group.courses)
        for course in group.courses[:1]:
            self._be_hasty(course)
        self._at_each_door(self._show_own, group.courses)
        self._at_each_door(self._show_sold, group.courses)
        self._at_each_door(Course.claim_uncounted, group.courses)

    def _be_hasty(self, course: Course) -> None:
        """Show one certificate before the class was inspected and filmed; without one nobody is caught."""
        own = next((one for one in course.residents if one.part.certifies_own), None)
        if own is None:
            course.hasty = False
            _supervise(course)
        else:
            self._show_own(course, own)

    def _show_own(self, course: Course, resident: Resident) -> None:
        if resident.part.manner is Manner.SOLD_NUMBER:
            return
        course.certify(resident)
        if not self._sold_number and resident.part.fate is Fate.CERTIFIED:
            self._sold_number = course.certificate(resident)["number"]

    def _show_sold(self, course: Course, resident: Resident) -> None:
        if resident.part.manner is Manner.SOLD_NUMBER:
            course.certify(resident, self._sold_number)

    def _course(self, kind: type[Kind], residents: list[Resident]) -> Kind:
        """Open the next course: the honest schools take turns, and each goes through its trades."""
        lap, number = divmod(self._courses_opened, HONEST_SCHOOLS)
        place = (self._courses_opened - self._first_of_round) // HONEST_SCHOOLS
        self._courses_opened += 1
        trades, clerk = self._trades[number], HONEST_CLERKS[number]
        trade = trades[lap % len(trades)]
        for resident in residents:
            resident.field = self._fields[trade[0]]
        return kind(self._offices, clerk, trade, self._faculties[clerk].team(place), residents)

    def _log_in(self, *login_names: str) -> None:
        for login_name in login_names:
            self._offices.token(login_name)

    def _at_each_door(self, act: Callable[[Course, Resident], None], courses: Sequence[Course]) -> None:
        pairs = [(course, resident) for course in courses for resident in course.residents]
        self._together(lambda pair: act(*pair), pairs)

    def _together(
        self, act: Callable[[Thing], None], things: Iterable[Thing], done: Callable[[int], None] | None = None
    ) -> None:
        for _ in self._pool.map(act, things):
            if done:
                done(1)


def _supervise(course: Course) -> None:
    course.inspect()
    course.film()


def _trades(school: int) -> list[tuple[str, str]]:
    """(occupation, level) that a school of the demonstration may teach, each trade at its lowest level."""
    code = rows("institutions")[school]["demo_code"]
    held = [row for row in rows("institution-licences") if row["institution_demo_code"] == code]
    return [(row["occupation_demo_code"], row["level_min"]) for row in held]


def _strangers(parts: Sequence[Part]) -> dict[int, Person]:
    """Whose card somebody may show by mistake: the next person's in the queue."""
    return {part.number: parts[place - 1].person for place, part in enumerate(parts)}
