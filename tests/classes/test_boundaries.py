"""Each limit of the plan at its edge and one beyond, over HTTP, with the clause and the figure that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.classes.test_routes import Desk, proposal
from voucher_service.classes.terms import CERTIFICATE_NAMES

if TYPE_CHECKING:
    from flask import Flask

    from voucher_service.demo.loading import City

PLATFORM = "示例网络学习平台"
ENTERPRISE = "91411200MA0000000X"
LESSONS = proposal()["lessons"]


def plan(capacity: int = 40, *, certificate_type: str = "skill_level", apprentices_of: str | None = None,
         **lessons: object) -> dict[str, Any]:  # fmt: skip
    bent = {"capacity": capacity, "certificate_type": certificate_type, "apprentices_of": apprentices_of}
    return proposal(**bent, lessons={**LESSONS, **lessons})


def lessons(theory: int, practical: int, online: int = 0) -> dict[str, object]:
    platform = PLATFORM if online else ""
    counts = {"theory_lessons": theory, "practical_lessons": practical, "online_lessons": online}
    return {**counts, "online_platform": platform}


EDGES = [
    pytest.param("R17c", plan(79), "green", {"trainees": 79, "trainees_max": 80}, id="79 trainees"),
    pytest.param("R17c", plan(80), "green", {"trainees": 80}, id="80 trainees"),
    pytest.param("R17c", plan(81), "red", {"trainees": 81}, id="81 trainees"),
    pytest.param("R17a", plan(40, teachers=2), "green", {"trainees": 40, "teachers": 2}, id="20 to a teacher"),
    pytest.param("R17a", plan(41, teachers=2), "red", {"trainees": 41, "teachers": 2}, id="21 to a teacher"),
    pytest.param("R17a", plan(40, workstations=2), "green", {"workstations": 2}, id="20 to a workstation"),
    pytest.param("R17a", plan(41, workstations=2), "red", {"workstations": 2}, id="21 to a workstation"),
    pytest.param("R17b", plan(20, teachers=2), "green", {"teachers": 2}, id="2 teachers"),
    pytest.param("R17b", plan(20, teachers=1), "red", {"teachers": 1}, id="1 teacher"),
    pytest.param("R17d", plan(lesson_minutes=40), "green", {"lesson_minutes": 40}, id="40 minutes"),
    pytest.param("R17d", plan(lesson_minutes=39), "red", {"lesson_minutes": 39}, id="39 minutes"),
    pytest.param("R17e", plan(**lessons(401, 599)), "red", {"practical_lessons": 599, "lessons": 1000}, id="59.9 %"),
    pytest.param("R17e", plan(**lessons(400, 600)), "green", {"practical_lessons": 600}, id="60 % practical"),
    pytest.param("R17g", plan(**lessons(0, 600, 400)), "green", {"online_lessons": 400}, id="40 % online"),
    pytest.param("R17g", plan(**lessons(0, 599, 401)), "red", {"online_lessons": 401}, id="40.1 % online"),
    pytest.param(
        "R10", plan(certificate_type="completion", **lessons(16, 24)), "green", {"lessons": 40}, id="40 lessons"
    ),
    pytest.param(
        "R10", plan(certificate_type="completion", **lessons(15, 24)), "red", {"lessons": 39}, id="39 lessons"
    ),
    pytest.param(
        "R17f", plan(200, apprentices_of=ENTERPRISE), "green", {"apprentices_same": 200}, id="200 apprentices"
    ),
    pytest.param("R17f", plan(201, apprentices_of=ENTERPRISE), "red", {"apprentices_same": 201}, id="201 apprentices"),
    pytest.param("R19", plan(certificate_type="completion"), "red", {"strongest_certificate": "skill_level"}, id="R19"),
]


@pytest.fixture
def school(app: Flask, served_city: City) -> Desk:
    return Desk(app, served_city, "school1-admin")


@pytest.mark.parametrize(("rule_id", "asked", "light", "figures"), EDGES)
def test_a_limit_is_kept_at_its_edge_and_broken_one_beyond(
    school: Desk, rule_id: str, asked: dict[str, Any], light: str, figures: dict[str, object]
) -> None:
    answer = school.post("/preflight", asked)
    assert answer.status_code == 200, answer.text
    found = next(found for found in answer.json["findings"] if found["rule_id"] == rule_id)
    assert found["light"] == light
    assert found["figures"].items() >= figures.items()
    told = str(next(iter(figures.values())))
    for named, sentence in zip(CERTIFICATE_NAMES.get(told, (told, told)), (found["zh"], found["en"]), strict=True):
        assert named in sentence


CLAUSES = {"R10": "二(三)", "R17g": "三(二)", "R19": "二(三)3"}


@pytest.mark.parametrize(
    ("rule_id", "asked", "figures"),
    [
        pytest.param(case.values[0], case.values[1], case.values[3], id=str(case.id))
        for case in EDGES
        if case.values[2] == "red" and case.values[0] != "R19" and case.values[1]["certificate_type"] == "skill_level"
    ],
)
def test_what_is_beyond_a_limit_is_not_submitted(
    school: Desk, rule_id: str, asked: dict[str, Any], figures: dict[str, object]
) -> None:
    drafted = school.post("/", asked).json
    answer = school.post(f"/{drafted['class_id']}/submit")
    assert (answer.status_code, answer.json["code"]) == (422, "class_breaks_rules")
    found = next(found for found in answer.json["figures"]["findings"] if found["rule_id"] == rule_id)
    assert found["clause"] == CLAUSES.get(rule_id, "二(三)1")
    assert found["figures"].items() >= figures.items()
    assert school.get(f"/{drafted['class_id']}").json["training_class"]["state"] == "draft"
