"""The plan's tables of targets: as printed, summed, and never made to agree."""

from __future__ import annotations

import pytest

from voucher_service.reports import plan

COUNTIES, UNITS, PROJECTS = plan.tables()


def test_annex_1_sums_to_what_it_prints() -> None:
    assert list(COUNTIES.sums.values()) == [60_000, 32_000, 45_000, 12_859, 18_000, 500, 500]
    assert COUNTIES.sums == COUNTIES.printed


def test_annex_2_keeps_the_three_departments_of_its_note_apart() -> None:
    assert len(UNITS.lines) == 30
    assert [line.key for line in UNITS.apart] == ["31", "32", "33"]
    assert list(UNITS.sums.values()) == [60_000, 45_000, 18_000]
    assert UNITS.sums == UNITS.printed
    assert list(UNITS.sums_apart.values()) == [1_240, 1_120, 70]


def test_the_ten_projects_print_no_sum_and_have_another() -> None:
    assert PROJECTS.printed is None
    assert PROJECTS.sums == {"trainings": 60_000, "skilled": 45_020, "high_skilled": 18_050, "technicians": 500}


def test_the_differences_are_told_and_not_evened_out() -> None:
    assert plan.differences() == {
        "units": {"trainings": 0, "skilled": 0, "high_skilled": 0},
        "projects": {"trainings": 0, "skilled": 20, "high_skilled": 50},
    }


@pytest.mark.parametrize(
    ("key", "figures"), [("27", (3_000, 3_150, 3_120)), ("28", (8_500, 9_330, 9_600))], ids=["unit 27", "unit 28"]
)
def test_the_two_colleges_stay_as_printed(key: str, figures: tuple[int, ...]) -> None:
    line = next(line for line in UNITS.lines if line.key == key)
    assert tuple(line.figures.values()) == figures


def test_every_oddity_of_the_plan_is_stated_once() -> None:
    assert [odd.zh for odd in plan.oddities()] == [
        "十大项目的新增技能人才逐行相加为 45,020，比附件1多 20。",
        "十大项目的新增高技能人才逐行相加为 18,050，比附件1多 50。",
        "附件1 各县（市、区）的市本级有名称而无数字。",
        "附件2 市直单位第 27 行社会管理学院：新增技能人才 3,150，多于职业培训人次 3,000。",
        "附件2 市直单位第 28 行职业技术学院：新增技能人才 9,330，多于职业培训人次 8,500。",
        "附件2 市直单位第 28 行职业技术学院：新增高技能人才 9,600，多于新增技能人才 9,330。",
        "十大项目第 4 行安全河南：新增技能人才 3,370，多于职业培训人次 3,000。",
    ]


def test_a_dash_of_the_plan_is_no_nought() -> None:
    blank = {line.name for line in COUNTIES.lines if line.figures["skilled_poverty_alleviated"] is None}
    assert blank == {"义马市", "开发区", "市本级"}
    assert not any(next(line for line in COUNTIES.lines if line.name == "市本级").figures.values())
