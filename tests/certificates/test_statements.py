"""Certificates of many trainees: as many statements as for few, entered all or none, whoever comes at that moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from tests.certificates.test_certificates_table import HEADINGS, Table
from tests.journey import supervising
from tests.journey.town import a_door, assert_sound, certificates_of, row
from tests.rosters.school import School
from tests.sheets.tables import xlsx
from tests.statements import counted
from voucher_service.certificates import service as certificates
from voucher_service.certificates.errors import CertificateNumberUsed, VoucherHasCertificate
from voucher_service.certificates.schemas import CertificateEntrySchema
from voucher_service.database import retry_on_conflict, unit_of_work
from voucher_service.errors import Refusal
from voucher_service.redemptions import service as redemptions
from voucher_service.web.access import INSTITUTION_CLERK, Caller

if TYPE_CHECKING:
    from tests.journey.city import Town
    from tests.journey.town import Door

FEW, MANY = 3, 12


def examined(town: Town, *counts: int) -> list[Door]:
    """Classes of so many people each, all of whom have passed."""
    doors = [a_door(town, number) for number in range(len(counts))]
    for door, count in zip(doors, counts, strict=True):
        door.seat(count)
    exams = [_filed(door) for door in doors]
    town.clock.advance(days=4)
    for door, exam in zip(doors, exams, strict=True):
        results = [{"redemption": one.redemption, "outcome": "passed"} for one in door.seated]
        assert door.post(f"/api/v1/exams/{exam}/results", {"results": results}).status_code == 200
    return doors


def _filed(door: Door) -> str:
    door.teach([one.redemption for one in door.seated])
    assert door.close().get_json()["completed"] == len(door.seated)
    supervising.ask(door.town, door.hex, door.token(), [one.worker for one in door.seated])
    return str(door.file_exam().get_json()["exam"])


def entered_by_table(door: Door) -> list[str]:
    """Enter everybody's certificate; return what was sent to check the table and to accept it."""
    school = School(door, "certificates")
    table = Table(school)
    sheet = school.upload(xlsx([HEADINGS, *(table.row(one) for one in door.seated)])).get_json()["sheet"]
    assert school.confirm(sheet).status_code == 200
    with counted(door.town) as sent:
        school.work()
    assert school.show(sheet)["sheet"]["state"] == "accepted"
    assert [certificates_of(door.town, one.worker) for one in door.seated] == [["entered"]] * len(door.seated)
    return sent


def test_a_table_of_twelve_takes_as_many_statements_as_one_of_three(fresh_town: Town) -> None:
    few, many = (entered_by_table(door) for door in examined(fresh_town, FEW, MANY))
    assert len(many) == len(few), "\n".join(many)
    assert_sound(fresh_town)


def test_the_deadline_of_twelve_takes_as_many_statements_as_that_of_three(fresh_town: Town) -> None:
    (door,) = examined(fresh_town, FEW + MANY)
    waiting, *late = door.seated
    assert door.post("/api/v1/certificates", door.certificate(waiting)).status_code == 201
    deadline = max(row(fresh_town, one.worker).certify_by or fresh_town.clock.now() for one in door.seated)
    ended, sent = [], []
    for limit in (FEW, MANY + 1):  # the one that waits may come up in both
        with counted(fresh_town) as statements, fresh_town.app.app_context(), unit_of_work():
            ended.append(certificates.forfeit_overdue(deadline + timedelta(seconds=1), limit))
        sent.append(statements)
    assert sum(ended) == len(late)
    assert [row(fresh_town, one.worker).state for one in door.seated] == ["completed", *["forfeited"] * len(late)]
    assert len(sent[0]) == len(sent[1]), "\n".join(sent[1])
    assert_sound(fresh_town)


def entries(door: Door, **changes: str) -> list[tuple[Any, dict[str, Any]]]:
    """Everybody's certificate in the order of their seats, as the verb takes it."""
    found = {redemption.redemption_id: redemption for redemption in redemptions.of_class(door.region_id, door.class_id)}
    schema = CertificateEntrySchema()
    given = [schema.load(door.certificate(one, **changes)) for one in door.seated]
    return [(found[certificate["redemption"]], certificate) for certificate in given]


def as_clerk(door: Door) -> Caller:
    return Caller(INSTITUTION_CLERK, door.clerk_id, door.region_id, door.clerk_id, door.institution_id)


def test_one_number_that_is_used_enters_nobodys_certificate(fresh_town: Town) -> None:
    (door,) = examined(fresh_town, FEW)
    first, *_ = door.seated
    assert door.post("/api/v1/certificates", door.certificate(first)).status_code == 201
    with fresh_town.app.app_context():
        others = entries(door)[1:]
        used = door.certificate(first)["number"]
        others[-1][1]["number"] = used
        with pytest.raises(CertificateNumberUsed), unit_of_work():
            certificates.enter_all(others, as_clerk(door), fresh_town.clock.now())
        with pytest.raises(VoucherHasCertificate), unit_of_work():
            certificates.enter_all(entries(door, issuer="另一机构"), as_clerk(door), fresh_town.clock.now())
        with unit_of_work():
            assert certificates.enter_all([], as_clerk(door), fresh_town.clock.now()) == []
    assert [certificates_of(fresh_town, one.worker) for one in door.seated] == [["entered"], [], []]


def test_of_many_who_enter_the_same_table_at_once_one_enters_all_of_it(fresh_town: Town) -> None:
    (door,) = examined(fresh_town, FEW)
    crowd = 6
    start = Barrier(crowd, timeout=60)

    @retry_on_conflict
    def enter() -> str:
        try:
            with fresh_town.app.app_context(), unit_of_work():
                return str(len(certificates.enter_all(entries(door), as_clerk(door), fresh_town.clock.now())))
        except Refusal as refusal:
            return refusal.code

    def run(_: int) -> str:
        start.wait()
        return enter()

    with ThreadPoolExecutor(crowd) as pool:
        said = sorted(pool.map(run, range(crowd)))
    assert said[0] == str(FEW)
    assert set(said[1:]) <= {"certificate_number_used", "voucher_has_certificate"}
    assert [certificates_of(fresh_town, one.worker) for one in door.seated] == [["entered"]] * FEW
