"""Rules of what is taught: trainees, teachers and workstations, lessons, practice, online theory.

Shares are compared as integers in thousandths, so that a class at exactly the limit passes.
"""

from __future__ import annotations

from typing import Final

from voucher_service.classes.terms import COMPLETION, Finding, Numbers, Outcome, Plan, Rule, found
from voucher_service.rulebook import decides


@decides("R17a")
def rule_r17a(plan: Plan, numbers: Numbers) -> Finding:
    """Trainees to a teacher and to a workstation, each within the limit."""
    per_teacher, per_workstation = numbers["trainees_per_teacher_max"], numbers["trainees_per_workstation_max"]
    kept = plan.trainees <= min(plan.teachers * per_teacher, plan.workstations * per_workstation)
    return found(
        "R17a",
        kept,
        trainees=plan.trainees,
        teachers=plan.teachers,
        workstations=plan.workstations,
        trainees_per_teacher_max=per_teacher,
        trainees_per_workstation_max=per_workstation,
    )


@decides("R17b")
def rule_r17b(plan: Plan, numbers: Numbers) -> Finding:
    least = numbers["teachers_min"]
    return found("R17b", plan.teachers >= least, teachers=plan.teachers, teachers_min=least)


@decides("R17c")
def rule_r17c(plan: Plan, numbers: Numbers) -> Finding:
    most = numbers["trainees_max"]
    return found("R17c", plan.trainees <= most, trainees=plan.trainees, trainees_max=most)


@decides("R17d")
def rule_r17d(plan: Plan, numbers: Numbers) -> Finding:
    """A lesson is long enough, as stated and as scheduled. A plan without sessions is only warned."""
    least = numbers["lesson_minutes_min"]
    scheduled = plan.scheduled_minutes
    kept = plan.lesson_minutes >= least and (scheduled is None or scheduled >= plan.lessons * least)
    figures: dict[str, int | str] = {
        "lesson_minutes": plan.lesson_minutes,
        "lessons": plan.lessons,
        "scheduled_minutes": scheduled or 0,
        "lesson_minutes_min": least,
    }
    if kept and scheduled is None:
        return Finding("R17d", Outcome.WARN, figures)
    return found("R17d", kept, **figures)


@decides("R17e")
def rule_r17e(plan: Plan, numbers: Numbers) -> Finding:
    least = numbers["practical_share_min_permille"]
    return found(
        "R17e",
        plan.lessons > 0 and plan.practical_lessons * 1000 >= plan.lessons * least,
        practical_lessons=plan.practical_lessons,
        lessons=plan.lessons,
        practical_share_min_permille=least,
    )


@decides("R17g")
def rule_r17g(plan: Plan, numbers: Numbers) -> Finding:
    """Online theory within its share of all lessons, and on a listed platform only."""
    most = numbers["online_share_max_permille"]
    listed = plan.online_lessons == 0 or plan.online_platform in plan.listed_platforms
    return found(
        "R17g",
        listed and plan.online_lessons * 1000 <= plan.lessons * most,
        online_lessons=plan.online_lessons,
        lessons=plan.lessons,
        online_platform=plan.online_platform,
        online_share_max_permille=most,
    )


@decides("R10")
def rule_r10(plan: Plan, numbers: Numbers) -> Finding:
    """A course for a completion certificate is long enough; other certificates pass.

    Where the programme states a course's lessons, that number stands in the place of the general one. Source: 二(三).
    """
    least = numbers["completion_lessons_min"] if plan.lessons_stated is None else plan.lessons_stated
    kept = plan.certificate_type != COMPLETION or plan.lessons >= least
    return found("R10", kept, lessons=plan.lessons, completion_lessons_min=least)


LESSON_RULES: Final = {
    "R17a": Rule(
        rule_r17a,
        "学员{trainees}人，教师{teachers}人，工位{workstations}个："
        "每名教师最多对应{trainees_per_teacher_max}名学员，每个工位最多对应{trainees_per_workstation_max}名。",
        "{trainees} trainees, {teachers} teachers, {workstations} workstations: at most {trainees_per_teacher_max} "
        "trainees to a teacher and {trainees_per_workstation_max} to a workstation.",
    ),
    "R17b": Rule(
        rule_r17b,
        "教师{teachers}人，至少{teachers_min}人。",
        "{teachers} teachers; at least {teachers_min}.",
    ),
    "R17c": Rule(
        rule_r17c,
        "学员{trainees}人，最多{trainees_max}人。",
        "{trainees} trainees; at most {trainees_max}.",
    ),
    "R17d": Rule(
        rule_r17d,
        "每课时{lesson_minutes}分钟，共{lessons}课时，已排{scheduled_minutes}分钟：每课时至少{lesson_minutes_min}分钟。",
        "{lessons} lessons of {lesson_minutes} minutes, {scheduled_minutes} minutes scheduled: a lesson has at least "
        "{lesson_minutes_min} minutes.",
    ),
    "R17e": Rule(
        rule_r17e,
        "实操{practical_lessons}课时，共{lessons}课时：实操至少占{practical_share_min_permille:%}。",
        "{practical_lessons} practical of {lessons} lessons: at least {practical_share_min_permille:%}.",
    ),
    "R17g": Rule(
        rule_r17g,
        "线上理论{online_lessons}课时，共{lessons}课时{online_platform:，平台“#”|}："
        "线上最多占{online_share_max_permille:%}，且只能用目录清单内的平台。",
        "{online_lessons} online of {lessons} lessons{online_platform: on platform “#”|}: at most "
        "{online_share_max_permille:%}, and on a listed platform only.",
    ),
    "R10": Rule(
        rule_r10,
        "共{lessons}课时：培训合格证书的课程至少{completion_lessons_min}课时。",
        "{lessons} lessons: a course for a completion certificate has at least {completion_lessons_min}.",
    ),
}
