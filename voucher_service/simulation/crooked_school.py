"""A school that tries, in every round of the year, what has been tried elsewhere; it never gets a trainee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from voucher_service.calendar import local_date
from voucher_service.classes.proposal import Proposal
from voucher_service.classes.schemas import ProposalSchema
from voucher_service.demo.people import Person
from voucher_service.simulation.actors import Offices, Resident
from voucher_service.simulation.connection import UnexpectedAnswer
from voucher_service.simulation.course import EXAMINED_AFTER, SIGNERS, Course, opinion
from voucher_service.simulation.disputes import uphold
from voucher_service.simulation.faculty import Faculty
from voucher_service.simulation.frauds import (
    APPRENTICE_CLASSES,
    CATCHES,
    COMPLETION_COURSE,
    COURSE_OF_THE_CONDEMNED,
    COURSE_OF_THE_CROOKED,
    CROOKED_PLANS,
    ENTERPRISE,
    FAULTS,
    UNLICENSED_COURSE,
    Manner,
    Scheme,
    one_lesson_short,
)
from voucher_service.simulation.sheet import Sheet

BUREAU = ("bureau1", "bureau2")
"""Two persons, who list an institution and let it off again."""

ROSTER_HEADINGS = ["姓名", "身份证号码", "人员类别", "培训意愿", "就业意愿", "就业能力"]


class CrookedSchool:
    """The school and the one class of the round that it got approved; `condemned` is the clerk of the one beside it."""

    def __init__(self, offices: Offices, faculty: Faculty, condemned: Faculty) -> None:
        self.clerk = faculty.clerk
        self._offices = offices
        self._faculty, self._beside = faculty, condemned

    def hire(self) -> None:
        """Engage a team for the class that is approved, and one for all those that are not."""
        self._class, self._bent = (self._planned(COURSE_OF_THE_CROOKED, place) for place in (0, 1))
        team = self._beside.team(0)
        self._condemned = Course(self._offices, self._beside.clerk, COURSE_OF_THE_CONDEMNED, team)

    def plan(self) -> None:
        """Hand in plans that break one rule each, then one that passes, then its teachers' second class."""
        unlicensed = self._planned(UNLICENSED_COURSE, 1).drafted()
        self._class.refused("/api/v1/classes/", ProposalSchema().dump(unlicensed), CATCHES[Scheme.UNLICENSED])
        for scheme, bend in CROOKED_PLANS.items():
            self._hand_in(bend(self._bent.drafted()), scheme)
        completion = self._planned(COMPLETION_COURSE, 1).drafted()
        self._hand_in(one_lesson_short(completion), Scheme.SHORT_COMPLETION)
        self._class.propose()
        self._hand_in(self._class.drafted(), Scheme.TEACHER_TWICE)

    def name_twice(self, people: Sequence[Person]) -> None:
        """Hand in a roster on which the first of some people, whom nobody knows yet, stands again at its end."""
        sheet = Sheet(self._offices, self.clerk, "roster", self._class.class_id)
        sheet.hand_in([ROSTER_HEADINGS, *(_on_roster(one) for one in (*people, people[0]))])
        sheet.require_only_fault(len(people) + 2, FAULTS[Scheme.TWICE_ON_ROSTER])

    def take_apprentices(self) -> None:
        """Hand in as many classes of one enterprise's apprentices as there may be, and one more; all are called off."""
        kept = [self._planned(COURSE_OF_THE_CROOKED, 2 + number) for number in range(APPRENTICE_CLASSES)]
        for course in kept:
            course.propose(_of_apprentices)
        self._hand_in(_of_apprentices(self._bent.drafted()), Scheme.APPRENTICES)
        for course in kept:
            self._office(BUREAU[0], f"/api/v1/classes/{course.class_id}/cancel", {})

    def hand_in_after_an_audit(self) -> None:
        """Have an audit's finding written down, and hand a plan in all the same."""
        school = self._condemned
        found_on = local_date(self._offices.service.now()).isoformat()
        finding = {"found_on": found_on, "document": "模拟审计文号"}
        self._office(BUREAU[0], f"/api/v1/institutions/{self._beside.institution_id}/findings", finding)
        self._hand_in(school.drafted(), Scheme.CONDEMNED, school)

    def get_approved(self) -> None:
        """Have the class approved, after one reviewer tried to be two."""
        self._class.sign(SIGNERS[0])
        self._office(SIGNERS[0], f"/api/v1/classes/{self._class.class_id}/opinions", opinion(SIGNERS[0]), refused=True)
        for signer in SIGNERS[1:]:
            self._class.sign(signer)

    def go_on_while_black_listed(self, resident: Resident | None) -> None:
        """Plan and scan while two persons have the school on the black list; afterwards two let it off."""
        path = f"/api/v1/institutions/{self._class.described['institution_id']}/blacklistings"
        draft = self._class.post("/api/v1/classes/", ProposalSchema().dump(self._bent.drafted()))
        today = local_date(self._offices.service.now()).isoformat()
        why = {"reason": "模拟：伪造签到", "document": "模拟文号", "listed_from": today}
        listed = self._office(BUREAU[0], path, why)["blacklisting_id"]
        self._office(BUREAU[1], f"{path}/{listed}/confirm", {})
        self._class.refused(f"/api/v1/classes/{draft['class_id']}/submit", {}, CATCHES[Scheme.BLACK_LISTED])
        if resident:
            self._class.turn_away(resident, resident.code(), CATCHES[Scheme.SCANS_BLACK_LISTED])
        asked = self._office(BUREAU[0], f"{path}/{listed}/exit", {"reason": "模拟：已整改"})
        self._office(BUREAU[1], f"{path}/{listed}/exit/confirm", {"request": asked["exit_request"]})

    def redeem_without(self, resident: Resident) -> None:
        """Redeem the voucher of somebody who is not there; two persons of the bureau give it back."""
        if resident.part.manner is Manner.ABSENT:
            self._class.admit(resident, resident.part.person)
            uphold(self._offices, resident, resident.deny())
            if (state := resident.state()) != "claimed":
                raise UnexpectedAnswer(f"voucher {resident.voucher} should be given back: {state}")

    def lure(self, resident: Resident) -> None:
        """Scan somebody who has a seat elsewhere."""
        if resident.part.manner is Manner.ELSEWHERE:
            self._class.turn_away(resident, resident.code(), CATCHES[Manner.ELSEWHERE])

    def bring_the_unfit(self, resident: Resident) -> None:
        """Scan somebody whom the plan does not let learn what the class teaches."""
        if resident.part.manner in {Manner.OTHER_TRADE, Manner.PUPIL}:
            self._class.turn_away(resident, resident.code(), CATCHES[resident.part.manner])

    def borrow_names(self, residents: Sequence[Resident]) -> None:
        """Record people present who are in another institution's class."""
        names = [resident.redemption for resident in residents]
        if names:
            self._class.refused(*self._class.attendance(1, names), CATCHES[Scheme.BORROWED_NAMES])

    def claim_it_was_held(self) -> None:
        """File an exam for the class that nobody attended; the bureau calls the class off."""
        self._class.refused(*self._class.filing(EXAMINED_AFTER), CATCHES[Scheme.NEVER_HELD])
        self._office(BUREAU[0], f"/api/v1/classes/{self._class.class_id}/cancel", {})

    def _hand_in(self, proposal: Proposal, scheme: Scheme, school: Course | None = None) -> None:
        by = school or self._class
        draft = by.post("/api/v1/classes/", ProposalSchema().dump(proposal))
        by.refused(f"/api/v1/classes/{draft['class_id']}/submit", {}, CATCHES[scheme])

    def _planned(self, occupation: tuple[str, str], place: int) -> Course:
        return Course(self._offices, self.clerk, occupation, self._faculty.team(place))

    def _office(self, who: str, path: str, body: Any, *, refused: bool = False) -> Any:
        """Post as one of the city's offices."""
        token = self._offices.token(who)
        if refused:
            return self._offices.service.post_refused(path, body, token, CATCHES[Scheme.SIGNED_TWICE])
        return self._offices.service.post(path, body, token)


def _on_roster(person: Person) -> list[str]:
    return [person.name, person.id_number, "其他", "是", "是", "是"]


def _of_apprentices(honest: Proposal) -> Proposal:
    return replace(honest, apprentices_of=ENTERPRISE)
