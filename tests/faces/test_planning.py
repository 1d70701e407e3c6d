"""Planning a class through the page: every rule's answer before anything is kept, and names from the registers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.faces.browsing import PAGE, Visitor
from tests.faces.test_staff import plan
from voucher_service.classes.models import TrainingClass
from voucher_service.database import db
from voucher_service.identifiers import from_hex

if TYPE_CHECKING:
    from tests.journey.city import Town

PATH = "/institution/plan"
ENTERPRISE = "91410000MA40ABCD1X"


@pytest.fixture
def admin(visitor: Visitor) -> Visitor:
    return visitor.log_in_as_staff("school1-admin")


def choices(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([0-9a-f]{{16}})"', page)


def send(admin: Visitor, **fields: Any) -> Any:
    return admin.http.post(PATH, data={**admin.hidden(PATH), **plan(admin.town), **fields}, headers=PAGE)


def row(page: str, rule_id: str) -> str:
    found = re.search(rf'<tr><td class="outcome (\w+)">(?:(?!</tr>).)*{rule_id}</td></tr>', page)
    assert found, rule_id
    return found[1]


def drafts(town: Town) -> int:
    with town.app.app_context():
        return db.session.query(TrainingClass).filter_by(state="draft").count()


def test_the_page_offers_what_the_registers_hold(admin: Visitor) -> None:
    page = admin.open(PATH).text
    assert len(choices(page, "teacher")) == 5
    assert len(choices(page, "venue")) == 3
    assert "个工位" in page
    assert "登记册中没有有效的同意文件" in page
    assert "示例网络学习平台" in page


def test_a_plan_is_checked_and_nothing_is_kept(admin: Visitor) -> None:
    before = drafts(admin.town)
    answer = send(admin, act="check", capacity="81", teacher=[], venue=[])
    assert answer.status_code == 200
    assert row(answer.text, "R17c") == "refuse"
    assert row(answer.text, "R17b") == "pass"
    assert row(answer.text, "R13") == "refuse"
    assert 'name="capacity" type="number" value="81"' in answer.text
    page = admin.open(PATH).text
    named = {"teacher": choices(page, "teacher")[:4], "venue": choices(page, "venue")}
    answer = send(admin, act="check", **named)
    assert row(answer.text, "R13") == "pass"
    assert answer.text.count(" checked>") == 7
    assert drafts(admin.town) == before


def test_named_people_and_rooms_are_kept_and_booked_when_it_is_handed_in(admin: Visitor) -> None:
    page = admin.open(PATH).text
    named = {"teacher": choices(page, "teacher")[:4], "venue": choices(page, "venue")}
    saved = send(admin, **named)
    assert saved.status_code == 303, saved.text
    with admin.town.app.app_context():
        drafted = db.session.query(TrainingClass).filter_by(class_id=from_hex(saved.location[-16:])).one()
        assert drafted.plan["teacher_ids"] == [from_hex(text) for text in named["teacher"]]
        assert drafted.plan["venue_ids"] == [from_hex(text) for text in named["venue"]]
    submitted = admin.http.post(f"{saved.location}/submit", data=admin.hidden(saved.location), headers=PAGE)
    assert submitted.status_code == 303, submitted.text
    assert row(send(admin, act="check", **named).text, "S01") == "refuse"


def test_another_region_wants_a_consent_and_apprentices_an_enterprise(admin: Visitor) -> None:
    own = admin.town.city.schools[0].region_id
    other = next(school.region_id for school in admin.town.city.schools if school.region_id != own)
    answer = send(admin, act="check", held_in=str(other), apprentices_of=ENTERPRISE)
    assert row(answer.text, "R07") in {"refuse", "warn", "pass"}
    assert f'<option value="{other}" selected>' in answer.text
    saved = send(admin, held_in=str(other), apprentices_of=ENTERPRISE.lower(), online_lessons="0")
    assert saved.status_code == 303, saved.text
    with admin.town.app.app_context():
        drafted = db.session.query(TrainingClass).filter_by(class_id=from_hex(saved.location[-16:])).one()
        assert (drafted.held_in_region_id, drafted.apprentices_of) == (other, ENTERPRISE)
    home = send(admin, held_in=str(own))
    assert home.status_code == 303


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"held_in": "999999"}, 422),
        ({"apprentices_of": "123"}, 422),
        ({"teacher": "zz"}, 404),
        ({"teacher": ["0" * 15 + "1"] * 41}, 422),
        ({"online_lessons": "x"}, 422),
        ({"sessions": "2026-03-09 09:00-15:00 理论\n" * 401}, 422),
    ],
)
def test_what_cannot_be_read_is_refused_and_the_form_stays_filled(
    admin: Visitor, fields: dict[str, Any], status: int
) -> None:
    answer = send(admin, **fields)
    assert answer.status_code == status
    assert 'name="capacity" type="number" value="80"' in answer.text


def test_a_name_that_is_not_on_the_register_is_red(admin: Visitor) -> None:
    assert row(send(admin, act="check", teacher="0" * 15 + "1").text, "R13") == "refuse"
