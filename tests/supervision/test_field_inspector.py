"""The field inspector: the pages of supervision on a phone and the visit, in the own region, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faces.browsing import Visitor
from tests.journey import supervising
from tests.journey.town import refused
from tests.supervision.doors import new_door
from tests.supervision.test_inspections import at_session, told
from voucher_service.accounts import service as accounts
from voucher_service.database import unit_of_work
from voucher_service.web.access import FIELD_INSPECTOR, FINANCE, PUBLIC, SYSTEM_ADMIN, Caller, allowed_roles

if TYPE_CHECKING:
    from tests.journey.city import Town

INSPECTOR = "inspector1"
MAY = {
    "supervision.show",
    "supervision.record_inspection",
    "supervision.record_faults",
    "supervision.fetch_reports",
    "bureau.inspecting.list_classes",
    "bureau.inspecting.show_class",
    "bureau.inspecting.show_form",
    "bureau.inspecting.record_inspection",
    "bureau.inspecting.record_faults",
}


def test_the_role_has_these_rights_and_no_others(town: Town) -> None:
    may: dict[str, set[str]] = {}
    for endpoint in {rule.endpoint for rule in town.app.url_map.iter_rules()}:
        for role in allowed_roles(town.app, endpoint):
            may.setdefault(role, set()).add(endpoint)
    everybodys = may[PUBLIC] | (may[FINANCE] & may[SYSTEM_ADMIN])
    assert may[FIELD_INSPECTOR] - everybodys == MAY


def test_a_visit_is_written_down_on_the_phone(town: Town) -> None:
    door = new_door(town)
    at_session(door)
    phone = Visitor(town).log_in_as_staff(INSPECTOR)
    listed = phone.open("/bureau/supervision")
    assert (listed.status_code, f"/bureau/classes/{door.hex}/inspection" in listed.text) == (200, True)
    assert 'href="/bureau/"' not in listed.text
    form = f"/bureau/classes/{door.hex}/inspection"
    sent = phone.send(
        form, kind="first_day", inspected_at=town.clock.now().strftime("%Y-%m-%dT09:05"), place="示例教室",
        teachers="2", present="20", photo="", photo_sha256="", note="",
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    (visit,) = told(door)["inspections"]
    assert visit["row"]["present"] == 20
    page = phone.open(f"/bureau/classes/{door.hex}/supervision")
    assert (page.status_code, "开班审核情况" in page.text) == (200, False)
    assert f'href="/bureau/classes/{door.hex}"' not in page.text


def test_over_the_api_it_inspects_and_decides_nothing(town: Town) -> None:
    door = new_door(town)
    at_session(door)
    assert supervising.inspect(town, door.hex, 20, INSPECTOR).status_code == 201
    assert told(door, INSPECTOR)["opening_head_count"] == 20
    token = supervising.bureau_token(town, INSPECTOR)
    for path, body in (
        (f"/api/v1/classes/{door.hex}/opinions", {"step": "bureau", "verdict": "approve"}),
        (f"{supervising.address(door.hex)}/recordings/{'0' * 15}1/judgements", {"shows_everyone": True}),
        (f"{supervising.address(door.hex)}/survey/close", {}),
        ("/api/v1/class-rulings", {"class_id": door.hex, "kind": "suspend", "reason": "inspection", "note": ""}),
        (f"/api/v1/certificates/{'0' * 15}1/decision", {"genuine": True}),
        (f"/api/v1/holds/{door.region_id}", {"voucher": "0" * 15 + "1", "reason": "under_investigation", "note": ""}),
    ):
        assert refused(town.post(path, token, body)) == (403, "forbidden"), path
    for path in (f"/api/v1/classes/{door.hex}", f"/api/v1/attendance/{door.hex}", "/api/v1/reports/targets"):
        assert refused(town.get(path, token)) == (403, "forbidden"), path


@pytest.mark.parametrize("page", ["/bureau/", "/bureau/classes", "/bureau/certificates", "/bureau/holds", "/counter/"])
def test_other_desks_are_closed(town: Town, page: str) -> None:
    assert Visitor(town).log_in_as_staff(INSPECTOR).open(page).status_code == 403


def test_an_inspector_of_a_region_sees_its_classes_only(town: Town) -> None:
    door = new_door(town)
    at_session(door)
    elsewhere = next(
        school.region_id for school in town.city.schools if school.region_id not in {door.region_id, 411200}
    )
    for region_id, status in ((door.region_id, 200), (elsewhere, 404)):
        with town.app.app_context(), unit_of_work():
            token = accounts.open_session(Caller(FIELD_INSPECTOR, 77, region_id, person_id=77))
        assert town.get(supervising.address(door.hex), token).status_code == status
