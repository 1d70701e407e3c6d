"""What a new pack would change, the list of rules, and the check of a plan: by API, terminal and page."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from tests.classes.test_routes import Desk, proposal
from tests.programmes.test_packs import document
from voucher_service import rulebook
from voucher_service.classes.commands import groups
from voucher_service.classes.rules import RULES
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from voucher_service.demo.loading import City

STRICTER = document("2023-12-01", trainees_max=39, practical_share_min_permille=626)


@pytest.fixture
def school(app: Flask, served_city: City) -> Desk:
    return Desk(app, served_city, "school1-admin")


@pytest.fixture
def bureau(app: Flask, served_city: City) -> Desk:
    return Desk(app, served_city, "bureau1")


def run(app: Flask, *arguments: str) -> Any:
    rules, classes = groups(lambda: app, lambda: app)
    return CliRunner().invoke({"rules": rules, "classes": classes}[arguments[0]], arguments[1:])


def written(folder: Path, document: object) -> str:
    path = folder / "document.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_a_preview_names_the_open_classes_that_would_be_judged_differently(school: Desk, bureau: Desk) -> None:
    drafted = school.post("/", proposal()).json["class_id"]
    told = bureau.post("/pack-preview", STRICTER).json
    assert told["numbers"] == [
        {"key": "trainees_max", "now": 80, "then": 39},
        {"key": "practical_share_min_permille", "now": 600, "then": 626},
    ]
    own = {change["after"]["rule_id"]: change for change in told["changes"] if change["class_id"] == drafted}
    assert set(own) == {"R17c", "R17e"}
    assert own["R17c"]["takes_effect"] is True
    assert [own["R17c"][side]["light"] for side in ("before", "after")] == ["green", "red"]
    assert own["R17c"]["after"]["figures"] == {"trainees": 40, "trainees_max": 39}
    approved = [change for change in told["changes"] if change["state"] == "approved"]
    assert approved
    assert not any(change["takes_effect"] for change in approved)


def test_a_pack_that_changes_nothing_previews_as_nothing(bureau: Desk) -> None:
    told = bureau.post("/pack-preview", document("2023-12-01")).json
    assert (told["numbers"], told["changes"]) == ([], [])
    assert told["classes_looked_at"] >= 12


def test_a_school_previews_no_pack(school: Desk) -> None:
    assert school.post("/pack-preview", STRICTER).json["code"] == "forbidden"


def test_the_terminal_previews_a_pack(app: Flask, served_city: City, tmp_path: Path) -> None:  # noqa: ARG001
    told = run(app, "rules", "preview", written(tmp_path, STRICTER))
    assert told.exit_code == 0, told.output
    assert "trainees_max: 80 → 39" in told.output
    assert "R17c: green → red" in told.output
    as_json = json.loads(run(app, "rules", "preview", "--json", written(tmp_path, STRICTER)).output)
    assert len(as_json["numbers"]) == 2
    wrong = run(app, "rules", "preview", written(tmp_path, {**STRICTER, "numbers": STRICTER["numbers"][1:]}))
    assert wrong.exit_code == 1
    assert "pack_numbers_wrong" in wrong.output


def test_a_plan_is_checked_before_anything_of_it_is_kept(school: Desk) -> None:
    before = len(school.get("/?state=draft&limit=200").json["classes"])
    answer = school.post("/preflight", proposal(capacity=81))
    lights = {found["rule_id"]: found["light"] for found in answer.json["findings"]}
    assert list(lights) == list(RULES)
    assert {rule_id for rule_id, light in lights.items() if light == "red"} == {"R17a", "R17c"}
    assert lights["R13"] == "amber"
    assert lights["R17h"] == "green"
    assert len(school.get("/?state=draft&limit=200").json["classes"]) == before


def test_the_terminal_checks_a_plan(app: Flask, served_city: City, tmp_path: Path) -> None:
    own = ("--institution", to_hex(served_city.schools[0].institution_id))
    good = run(app, "classes", "preflight", written(tmp_path, proposal()), *own)
    assert good.exit_code == 0, good.output
    assert "green  R17c  二(三)1" in good.output
    bad = run(app, "classes", "preflight", "--json", written(tmp_path, proposal(capacity=81)), *own)
    assert bad.exit_code == 1
    red = [found["rule_id"] for found in json.loads(bad.output)["findings"] if found["light"] == "red"]
    assert red == ["R17a", "R17c"]


@pytest.mark.parametrize(
    ("text", "institution"),
    [("{", "0" * 16), ("[]", "0" * 16), ('{"capacity": 0}', "0" * 16), (json.dumps(proposal()), "f" * 16),
     (json.dumps(proposal()), "none")],
)  # fmt: skip
def test_the_terminal_says_what_it_cannot_read(app: Flask, tmp_path: Path, text: str, institution: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    told = run(app, "classes", "preflight", str(path), "--institution", institution)
    assert (told.exit_code, told.output.startswith("Error: ")) == (1, True)


def test_the_terminal_lists_every_rule_with_what_decides_it(app: Flask) -> None:
    rows = {row["rule"]: row for row in json.loads(run(app, "rules", "list", "--json").output)["rules"]}
    assert next(iter(rows)) == "R01"
    assert {f"R{number:02}" for number in range(4, 24)} - {"R11", "R17", "R18"} <= {name[:3] for name in rows}
    assert rows["R17c"]["decided_by"] == ["classes.lesson_rules.rule_r17c"]
    assert rows["R17c"]["numbers"] == ["trainees_max"]
    assert "R17c  二(三)1  refuse" in run(app, "rules", "list").output


@pytest.mark.parametrize("rule_id", RULES)
def test_each_rule_of_a_class_stands_in_the_rule_book_with_its_function(rule_id: str) -> None:
    assert rulebook.demands()[rule_id].decided_by


@pytest.mark.usefixtures("app")
def test_every_declared_function_is_there_and_decides_a_rule_of_the_book() -> None:
    for rule_id, names in rulebook.declared().items():
        assert rule_id in rulebook.demands()
        for name in names:
            module, _, function = name.rpartition(".")
            assert callable(getattr(importlib.import_module(f"voucher_service.{module}"), function))


def test_what_a_rule_demands_is_said_in_both_languages() -> None:
    for demand in rulebook.demands().values():
        assert demand.zh.endswith("。")
        assert demand.en.endswith(".")
        assert set(demand.kinds) <= set(rulebook.KINDS)
        assert set(demand.numbers) <= set(rulebook.numbers())
