"""Rules of who teaches: the institution's standing, licence, region, teachers and rooms on the class's first day."""

from __future__ import annotations

from typing import Final

from voucher_service.classes.terms import Finding, Numbers, Outcome, Plan, Rule, found
from voucher_service.rulebook import decides

TECHNICAL_SCHOOL: Final = "technical_school"
ENTERPRISE_CENTRE: Final = "enterprise_centre"


@decides("R05")
def rule_r05(plan: Plan, numbers: Numbers) -> Finding:
    """No clear finding of an audit or inspection since the named year."""
    since, year = numbers["audit_findings_since_year"], plan.provider.finding_year
    barred = plan.provider.flagged or (year is not None and year >= since)
    return found("R05", not barred, finding_year=year or 0, since_year=since)


@decides("R07")
def rule_r07(plan: Plan, numbers: Numbers) -> Finding:  # noqa: ARG001 - it counts with no number
    """In its own region, or a technical school, or with the province's consent.

    The clause speaks of regions that have such an institution themselves; where there is none, it only warns.
    """
    figures: dict[str, int | str] = {
        "outside_region": int(plan.outside_region),
        "local_institutions": plan.provider.local_institutions,
        "consent": plan.provider.consent or "—",
    }
    if not plan.outside_region or plan.provider.kind == TECHNICAL_SCHOOL or plan.provider.consent:
        return Finding("R07", Outcome.PASS, figures)
    return Finding("R07", Outcome.REFUSE if plan.provider.local_institutions else Outcome.WARN, figures)


@decides("R13")
def rule_r13(plan: Plan, numbers: Numbers) -> Finding:  # noqa: ARG001 - it counts with no number
    """Each teacher and workstation that the plan counts is named from the register; where names are optional, warn."""
    figures: dict[str, int | str] = {
        "teachers": plan.teachers,
        "named_teachers": plan.named_teachers,
        "workstations": plan.workstations,
        "named_workstations": plan.named_workstations,
        "unfit_named": plan.unfit_named,
    }
    named = plan.named_teachers >= plan.teachers and plan.named_workstations >= plan.workstations
    if plan.unfit_named or (plan.named_required and not named):
        return Finding("R13", Outcome.REFUSE, figures)
    return Finding("R13", Outcome.PASS if named else Outcome.WARN, figures)


@decides("R17h")
def rule_r17h(plan: Plan, numbers: Numbers) -> Finding:  # noqa: ARG001 - it counts with no number
    """Licensed for the occupation and level on the first day; a change counts from its own day on."""
    since = plan.provider.licensed_from
    return found("R17h", since is not None, starts_on=plan.starts_on, licensed_from=since.isoformat() if since else "—")


@decides("R17i")
def rule_r17i(plan: Plan, numbers: Numbers) -> Finding:
    """An enterprise's centre that trains for manufacturing has certified teachers, a practice room and equipment.

    The clause asks for "so many" teachers as the training needs: those of the ratio of R17a, and never under R17b's.
    """
    per_teacher, per_workstation = numbers["trainees_per_teacher_max"], numbers["trainees_per_workstation_max"]
    provider, least = plan.provider, numbers["teachers_min"]
    concerned = provider.kind == ENTERPRISE_CENTRE and plan.manufacturing is not False
    taught = provider.certified_teachers >= least and provider.certified_teachers * per_teacher >= plan.trainees
    equipped = provider.practice_rooms > 0 and provider.workstations * per_workstation >= plan.trainees
    return found(
        "R17i",
        not concerned or (taught and equipped),
        trainees=plan.trainees,
        certified_teachers=provider.certified_teachers,
        teachers_min=least,
        trainees_per_teacher_max=per_teacher,
        practice_rooms=provider.practice_rooms,
        workstations=provider.workstations,
        trainees_per_workstation_max=per_workstation,
    )


@decides("R21")
def rule_r21(plan: Plan, numbers: Numbers) -> Finding:  # noqa: ARG001 - it counts with no number
    """Neither on the black list on the first day nor suspended now."""
    since = plan.provider.blacklisted_from
    return found(
        "R21",
        since is None and not plan.provider.suspended,
        blacklisted_from=since.isoformat() if since else "—",
        suspended=int(plan.provider.suspended),
    )


@decides("S01")
def rule_s01(plan: Plan, numbers: Numbers) -> Finding:  # noqa: ARG001 - it counts with no number
    """No named teacher or room is in another class at the time."""
    return found("S01", plan.clashes == 0, clashes=plan.clashes, first_clash=plan.first_clash or "—")


@decides("S02")
def rule_s02(plan: Plan, numbers: Numbers) -> Finding:
    """A new or dormant institution trains no more at a time than its registered teachers and workstations carry."""
    provider, at_once = plan.provider, plan.year.trainees_at_once + plan.trainees
    ceiling = min(
        provider.teachers * numbers["trainees_per_teacher_max"],
        provider.workstations * numbers["trainees_per_workstation_max"],
    )
    figures: dict[str, int | str] = {
        "trainees_at_once": at_once,
        "ceiling": ceiling,
        "on_probation": int(provider.on_probation),
        "teachers": provider.teachers,
        "workstations": provider.workstations,
    }
    return Finding("S02", Outcome.REFUSE if provider.on_probation and at_once > ceiling else Outcome.PASS, figures)


INSTITUTION_RULES: Final = {
    "R05": Rule(
        rule_r05,
        "{finding_year:最近一次审计、检查发现问题在#年|没有登记过审计、检查问题}："
        "{since_year}年以来有明显问题的机构不得参加。",
        "{finding_year:Latest audit finding in #|No audit finding on record}; a finding since {since_year} bars.",
    ),
    "R07": Rule(
        rule_r07,
        "{outside_region:跨区域办班|在本区域办班}；当地有同类资质的机构{local_institutions}家；"
        "{consent:省级同意文件：#|没有省级同意文件}。当地已有同类机构的，跨区域须有省级同意，技工学校除外。",
        "{outside_region:Outside|Inside} its region; institutions there with the licence: "
        "{local_institutions}; {consent:the province's consent is #|no consent of the province}. Where "
        "there are any, a class from outside needs that consent; technical schools do not.",
        wants_reason=True,
    ),
    "R13": Rule(
        rule_r13,
        "计划教师{teachers}人，已写明{named_teachers}人；计划工位{workstations}个，已写明{named_workstations}个；"
        "不合格{unfit_named}项：教师和场地要从登记册中写明。",
        "{named_teachers} of {teachers} teachers and {named_workstations} of {workstations} workstations are named, "
        "{unfit_named} of the named are not fit: name them from the register.",
    ),
    "R17h": Rule(
        rule_r17h,
        "开班日{starts_on}，{licensed_from:资质自#起有效|没有这项资质}：开班当天必须有该工种、等级的资质。",
        "The class starts on {starts_on}; {licensed_from:licensed from #|not licensed}: the licence must be in "
        "force that day.",
    ),
    "R17i": Rule(
        rule_r17i,
        "学员{trainees}人，登记的持教师资格证教师{certified_teachers}人（至少{teachers_min}人，"
        "每人最多对应{trainees_per_teacher_max}名），实训场地{practice_rooms}处，工位{workstations}个"
        "（每个最多对应{trainees_per_workstation_max}名）：制造业企业培训中心须具备。",
        "{trainees} trainees; on record {certified_teachers} certified teachers (at least {teachers_min}, one to "
        "{trainees_per_teacher_max}), {practice_rooms} practice rooms, {workstations} workstations (one to "
        "{trainees_per_workstation_max}): a manufacturing enterprise's centre has them.",
    ),
    "R21": Rule(
        rule_r21,
        "{blacklisted_from:#起列入黑名单|没有列入黑名单}，{suspended:已暂停|没有暂停}。名单上或暂停中的机构不能办班。",
        "{blacklisted_from:On the black list from #|Not on the black list}, {suspended:suspended|not suspended}; "
        "neither may hold a class.",
    ),
    "S01": Rule(
        rule_s01,
        "{clashes:有#次课的教师或场地已被其他班次占用，最早一次在|各次课的教师和场地都没有被其他班次占用}"
        "{first_clash:#|}。",
        "{clashes:In # sessions a teacher or room is taken by another class, first at |No teacher or room is taken "
        "by another class}{first_clash:#|}.",
    ),
    "S02": Rule(
        rule_s02,
        "{on_probation:新登记或停办后恢复的机构|不是新登记或停办后恢复的机构}；同时在训{trainees_at_once}人，"
        "登记教师{teachers}人、工位{workstations}个可承担{ceiling}人。",
        "{on_probation:New or dormant|Neither new nor dormant}; {trainees_at_once} trainees at a time, and its "
        "{teachers} teachers and {workstations} workstations carry {ceiling}.",
    ),
}
