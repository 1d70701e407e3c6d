"""Rules that look past the class: the year's shares, apprentices, and a stronger certificate that could be had.

A share is shown as it is and as it would be with this class, in thousandths; without anybody yet it reads 0.
"""

from __future__ import annotations

from typing import Final

from voucher_service.classes.terms import COMPLETION, WEAK, Finding, Numbers, Plan, Rule, found, warned
from voucher_service.rulebook import decides


def permille(part: int, whole: int) -> int:
    """A share in whole thousandths, rounded down; 0 of nothing."""
    return part * 1000 // whole if whole else 0


@decides("R06")
def rule_r06(plan: Plan, numbers: Numbers) -> Finding:
    """Manufacturing's share of the year; warns of a class of other work that leaves it under the limit."""
    least, year = numbers["manufacturing_share_min_permille"], plan.year
    total = year.trainees + plan.trainees
    manufacturing = year.manufacturing + (plan.trainees if plan.manufacturing else 0)
    return warned(
        "R06",
        plan.manufacturing is not False or manufacturing * 1000 >= total * least,
        permille_now=permille(year.manufacturing, year.trainees),
        permille_with=permille(manufacturing, total),
        trainees_now=year.trainees,
        manufacturing_share_min_permille=least,
        year=year.year,
    )


@decides("R09")
def rule_r09(plan: Plan, numbers: Numbers) -> Finding:
    """The weak certificates' share of the year; warns of a class for one of them that takes it beyond the limit."""
    most, year = numbers["weak_certificates_share_max_permille"], plan.year
    total = year.trainees + plan.trainees
    weak = year.weak + (plan.trainees if plan.certificate_type in WEAK else 0)
    return warned(
        "R09",
        plan.certificate_type not in WEAK or weak * 1000 <= total * most,
        permille_now=permille(year.weak, year.trainees),
        permille_with=permille(weak, total),
        trainees_now=year.trainees,
        weak_certificates_share_max_permille=most,
        year=year.year,
    )


@decides("R17f")
def rule_r17f(plan: Plan, numbers: Numbers) -> Finding:
    """New apprentices of one enterprise and occupation, and of the institution's year; other classes pass."""
    same_max = numbers["apprentices_per_enterprise_occupation_max"]
    schooling = "schooling" if plan.provider.schooling else "other"
    year_max = numbers[f"apprentices_per_year_{schooling}_max"]
    here = plan.trainees if plan.apprentices_of else 0
    same, in_year = plan.year.apprentices_same + here, plan.year.apprentices + here
    return found(
        "R17f",
        not here or (same <= same_max and in_year <= year_max),
        apprentices_same=same,
        apprentices_same_max=same_max,
        apprentices_in_year=in_year,
        apprentices_in_year_max=year_max,
        year=plan.year.year,
    )


@decides("R19")
def rule_r19(plan: Plan, numbers: Numbers) -> Finding:  # noqa: ARG001 - it counts with no number
    """No completion certificate where one of the five stronger ones can be had."""
    stronger = plan.strongest_certificate not in {"", COMPLETION}
    return found(
        "R19",
        plan.certificate_type != COMPLETION or not stronger,
        certificate_type=plan.certificate_type,
        strongest_certificate=plan.strongest_certificate or "—",
    )


SHARE_RULES: Final = {
    "R06": Rule(
        rule_r06,
        "{year}年已批{trainees_now}人次，制造业占{permille_now:%}；加上本班为{permille_with:%}，"
        "下限{manufacturing_share_min_permille:%}。",
        "{year}: {trainees_now} approved, manufacturing {permille_now:%}; with this class {permille_with:%}, "
        "at least {manufacturing_share_min_permille:%}.",
        wants_reason=True,
    ),
    "R09": Rule(
        rule_r09,
        "{year}年已批{trainees_now}人次，专项能力和合格证书占{permille_now:%}；加上本班为{permille_with:%}，"
        "上限{weak_certificates_share_max_permille:%}。",
        "{year}: {trainees_now} approved, weak certificates {permille_now:%}; with this class "
        "{permille_with:%}, at most {weak_certificates_share_max_permille:%}.",
        wants_reason=True,
    ),
    "R17f": Rule(
        rule_r17f,
        "同一企业同一工种学徒{apprentices_same}人（上限{apprentices_same_max}），"
        "本机构{year}年学徒{apprentices_in_year}人（上限{apprentices_in_year_max}）。",
        "{apprentices_same} apprentices of one enterprise and occupation (at most {apprentices_same_max}), "
        "{apprentices_in_year} of the institution in {year} (at most {apprentices_in_year_max}).",
    ),
    "R19": Rule(
        rule_r19,
        "申报{certificate_type}，可取得的最强证书是{strongest_certificate:#|未登记}：能取得较强证书的，不补贴直接考合格证书。",
        "The class leads to a {certificate_type}; the strongest that can be had: "
        "{strongest_certificate:#|not on record}. Where there is a "
        "stronger one, a completion certificate is not subsidised.",
    ),
}
