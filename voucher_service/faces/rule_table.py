"""The public table of rules, and a class's check against them with the time that its review has left."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template

from voucher_service import rulebook
from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.faces import forms
from voucher_service.faces.named import class_named
from voucher_service.programmes import service as programmes
from voucher_service.programmes.errors import RulePackMissing
from voucher_service.web.access import BUREAU, INDUSTRY_REVIEWER, INSTITUTION, PUBLIC, allow, caller

blueprint = Blueprint("rules", __name__, url_prefix="/rules")

UNITS = {
    "apprentices": "人",
    "days": "天",
    "exams": "次",
    "hours": "小时",
    "inspections": "次",
    "lessons": "学时",
    "metres": "米",
    "minutes": "分钟",
    "months": "个月",
    "permille": "‰",
    "persons": "人",
    "points": "分",
    "recordings": "次",
    "seconds": "秒",
    "sign-ins": "人次",
    "teachers": "人",
    "trainees": "人",
    "trainings": "次",
    "tries": "次",
    "vouchers": "张",
    "working days": "个工作日",
    "year": "年",
    "years": "年",
}
"""What the rule book counts in → how it is read."""
KINDS = {"refuse": "不通过", "warn": "提醒并说明理由", "report": "统计", "data": "留存"}


@blueprint.get("")
@allow(PUBLIC)
def list_rules() -> str:
    """Show anyone every rule: its clause, what it demands, the numbers in force, and which function decides."""
    today = local_date(forms.now())
    numbers, in_force_from = _numbers_in_force(today)
    rows = [
        {"demand": demand, "numbers": [numbers[key] for key in demand.numbers if key in numbers]}
        for demand in rulebook.demands().values()
    ]
    return render_template("rules/list.html", rows=rows, kinds=KINDS, units=UNITS, in_force_from=in_force_from)


@blueprint.get("/classes/<string(length=16):training_class>")
@allow(*INSTITUTION, *BUREAU, INDUSTRY_REVIEWER)
def show_check(training_class: str) -> str:
    """Show each rule's light for a class, before it is submitted or after, and its review's working days."""
    found = class_named(training_class)
    return render_template(
        "rules/class.html",
        training_class=found,
        occupations=programmes.occupations(),
        findings=[classes.explained(finding) for finding in classes.findings(found)],
        back=f"/{'institution' if caller().institution_id else 'bureau'}/classes/{training_class}",
        clock=classes.review_clock(found, local_date(forms.now())),
    )


def _numbers_in_force(today: date) -> tuple[dict[str, Any], date | None]:
    """Return the pack in force in words, by key; before any pack is in force there is nothing to show."""
    try:
        pack = programmes.pack_in_force(today)
    except RulePackMissing:
        return {}, None
    return {row["key"]: row for row in programmes.pack_in_words(pack)}, pack.effective_from
