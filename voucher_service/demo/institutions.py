"""The demonstration's teachers and rooms: entered by their school, confirmed by the bureau, all invented.

Teachers are born before anybody of `people.Population`, so that no ID number is given twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from voucher_service.classes.service import Proposal
from voucher_service.demo.tables import rows
from voucher_service.holders.citizen_id import check_character
from voucher_service.identifiers import new_id
from voucher_service.institutions import registers
from voucher_service.institutions import service as institutions
from voucher_service.institutions.models import Institution
from voucher_service.institutions.registers import TeacherEntry, VenueEntry
from voucher_service.web.access import BUREAU_CLERK, INSTITUTION_ADMIN, Caller


def load_registers(keys: Sequence[tuple[int, int]], now: datetime) -> None:
    """Fill the registers of the table's institutions, (region_id, institution_id) in its order, in an open unit."""
    codes = [row["demo_code"] for row in rows("institutions")]
    by_code = {code: institutions.get(*key) for code, key in zip(codes, keys, strict=True)}
    bureau = Caller(BUREAU_CLERK, new_id(), 411200, person_id=new_id())
    for number, row in enumerate(rows("institution-teachers")):
        school = by_code[row["institution_demo_code"]]
        entry = TeacherEntry(
            name=row["name_invented"],
            id_number=_id_number(school.region_id, number),
            phone=f"1650000{number:04}",
            qualification="示例：相应专业高级工以上",
            teaching_certificate=row["teaching_certificate"] == "yes",
        )
        entered = registers.register_teacher(school, entry, _office(school), now)
        registers.confirm_teacher(school, entered.teacher_id, bureau, now)
    for row in rows("institution-rooms"):
        school = by_code[row["institution_demo_code"]]
        room = VenueEntry(f"{school.name}（虚构地址）", row["name"], row["kind"], int(row["workstations"]))
        entered_room = registers.register_venue(school, room, _office(school), now)
        registers.confirm_venue(school, entered_room.venue_id, bureau, now)


def naming_staff(region_id: int, institution_id: int, proposal: Proposal) -> Proposal:
    """Name as many teachers of a school's register as the plan counts, and its rooms."""
    institution = institutions.get(region_id, institution_id)
    teachers = institutions.confirmed_teachers(institution, proposal.ends_on)
    rooms = institutions.confirmed_venues(institution)
    lessons = replace(
        proposal.lessons,
        teacher_ids=[teacher.teacher_id for teacher in teachers[: proposal.lessons.teachers]],
        venue_ids=[room.venue_id for room in rooms],
    )
    return replace(proposal, lessons=lessons)


def _office(school: Institution) -> Caller:
    return Caller(
        INSTITUTION_ADMIN, new_id(), school.region_id, person_id=new_id(), institution_id=school.institution_id
    )


def _id_number(region_id: int, number: int) -> str:
    first_17 = f"4199{region_id % 100:02}{1960 + number % 6}{1 + number % 12:02}{1 + number % 28:02}{number:03}"
    return first_17 + check_character(first_17)
