"""The teachers and rooms that a school engages for the year: so many for each class that it holds at a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from voucher_service.classes.proposal import Proposal
from voucher_service.holders.citizen_id import check_character
from voucher_service.identifiers import from_hex
from voucher_service.simulation.actors import Offices

TEACHERS_A_CLASS: Final = 5
"""One more than an honest class needs, which is one for a class of 81."""

WORKSTATIONS: Final = 25
CONFIRMED_BY: Final = "bureau-clerk"
QUALIFICATION, ADDRESS = "模拟：相应专业高级工以上", "（模拟地址）"
"""How those who were engaged are known; an address is the school's own, because a room is one in the whole city."""

BORN_IN: Final = 1950
"""Before anybody who claims a voucher, and before the demonstration's own teachers."""

TEACHERS_MAX: Final = 1000
"""So many ID numbers are there for one school."""


class Team(NamedTuple):
    """Who teaches one class, and where."""

    teachers: list[int]
    rooms: list[int]

    def named_in(self, proposal: Proposal) -> Proposal:
        """Name the whole team in a plan."""
        return replace(proposal, lessons=replace(proposal.lessons, teacher_ids=self.teachers, venue_ids=self.rooms))


@dataclass
class Faculty:
    """The teams of one school, by the place of a class among those held at the same time.

    Whoever was engaged in an earlier simulation teaches on.
    """

    offices: Offices
    clerk: str
    _institution: dict[str, Any] = field(default_factory=dict)
    _teams: list[Team] = field(default_factory=list)

    @property
    def institution_id(self) -> str:
        if not self._institution:
            found = self.offices.service.get("/api/v1/institutions/", self.offices.token(self.clerk))
            self._institution = found["institutions"][0]
            self._teams = self._engaged_before()
        institution_id: str = self._institution["institution_id"]
        return institution_id

    def team(self, place: int) -> Team:
        """Return the team of a place, engaging as many as it takes."""
        path = f"/api/v1/institutions/{self.institution_id}"
        while len(self._teams) <= place:
            number = len(self._teams)
            teachers = [
                self._enter(f"{path}/teachers", self._teacher(number * TEACHERS_A_CLASS + one), "teacher_id")
                for one in range(TEACHERS_A_CLASS)
            ]
            self._teams.append(Team(teachers, [self._enter(f"{path}/venues", self._room(number), "venue_id")]))
        return self._teams[place]

    def _enter(self, path: str, entry: dict[str, Any], name: str) -> int:
        """Have the school enter somebody or something in its register, and the bureau confirm it."""
        service = self.offices.service
        entered: str = service.post(path, entry, self.offices.token(self.clerk))[name]
        service.post(f"{path}/{entered}/confirm", {}, self.offices.token(CONFIRMED_BY))
        return from_hex(entered)

    def _engaged_before(self) -> list[Team]:
        """Read the teams back from the register, in the order in which they were entered."""
        path = f"/api/v1/institutions/{self._institution['institution_id']}"
        token = self.offices.token(self.clerk)
        teachers = [known["teacher"] for known in self.offices.service.get(f"{path}/teachers", token)["teachers"]]
        rooms = self.offices.service.get(f"{path}/venues", token)["venues"]
        own = sorted((one for one in teachers if one["qualification"] == QUALIFICATION), key=_entered)
        places = sorted((one for one in rooms if one["address"].endswith(ADDRESS)), key=_entered)
        return [
            Team(
                [from_hex(one["teacher_id"]) for one in own[place * TEACHERS_A_CLASS :][:TEACHERS_A_CLASS]],
                [from_hex(room["venue_id"])],
            )
            for place, room in enumerate(places)
        ]

    def _teacher(self, serial: int) -> dict[str, Any]:
        if serial >= TEACHERS_MAX:
            raise ValueError(f"a school engages at most {TEACHERS_MAX} teachers: plan a smaller year")
        school_no = int(self.clerk.removeprefix("school").partition("-")[0])
        birthday = f"{BORN_IN + school_no}{1 + serial % 12:02}{1 + serial % 28:02}"
        first_17 = f"4199{self._institution['region_id'] % 100:02}{birthday}{serial:03}"
        return {
            "name": "示模拟",
            "id_number": first_17 + check_character(first_17),
            "phone": f"1650{school_no}{serial:06}",
            "qualification": QUALIFICATION,
            "teaching_certificate": True,
        }

    def _room(self, number: int) -> dict[str, Any]:
        return {
            "address": f"{self._institution['name']}{ADDRESS}",
            "room": f"实训室{number + 1}",
            "kind": "practical",
            "workstations": WORKSTATIONS,
        }


def _entered(known: dict[str, Any]) -> Any:
    return known["entered_at"]
