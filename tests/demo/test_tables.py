"""The demonstration's data: carried over as printed, and consistent where it is ours."""

from __future__ import annotations

from datetime import date

from voucher_service.demo.tables import rows, rule_pack
from voucher_service.holders.person_name import canonical_name

LEVELS = ["junior", "intermediate", "senior", "technician", "senior_technician"]
CERTIFICATE_TYPES = {
    "vocational_qualification",
    "skill_level",
    "special_operation",
    "special_equipment",
    "special_ability",
    "completion",
}
OCCUPATIONS = {row["demo_code"]: row for row in rows("occupations")}
INSTITUTIONS = {row["demo_code"]: row for row in rows("institutions")}


def test_a_region_is_named_once() -> None:
    codes = [row["code"] for row in rows("counties-2023")]
    assert len(codes) == len(set(codes)) == 9


def test_standards_price_every_level_of_every_occupation_once() -> None:
    priced = [(row["occupation_demo_code"], row["level"], row["certificate_type"]) for row in rows("standards-2023")]
    expected = [
        (code, level, row["certificate_type"])
        for code, row in OCCUPATIONS.items()
        for level in levels_between(row["level_min"], row["level_max"])
    ]
    assert priced == expected
    assert {row["certificate_type"] for row in OCCUPATIONS.values()} == CERTIFICATE_TYPES


def test_a_higher_level_is_worth_more_and_amounts_are_whole_yuan() -> None:
    amounts: dict[str, list[int]] = {}
    for row in rows("standards-2023"):
        amounts.setdefault(row["occupation_demo_code"], []).append(int(row["amount_fen_invented"]))
    for series in amounts.values():
        assert series == sorted(set(series))
        assert all(amount > 0 and amount % 100 == 0 for amount in series)


def test_licences_name_known_institutions_and_levels_that_the_occupation_has() -> None:
    for row in rows("institution-licences"):
        occupation = OCCUPATIONS[row["occupation_demo_code"]]
        licensed = levels_between(row["level_min"], row["level_max"])
        assert licensed
        assert set(licensed) <= set(levels_between(occupation["level_min"], occupation["level_max"]))
    assert {row["institution_demo_code"] for row in rows("institution-licences")} == INSTITUTIONS.keys()


def test_every_institution_is_invented_and_stands_in_a_region_of_the_city() -> None:
    regions = {row["code"] for row in rows("counties-2023")}
    assert {row["region_id"] for row in INSTITUTIONS.values()} == regions
    assert all(any(word in row["name"] for word in ("示例", "样本", "虚拟")) for row in INSTITUTIONS.values())
    kinds = {row["kind"] for row in INSTITUTIONS.values()}
    assert kinds == {"technical_school", "private_school", "enterprise_centre", "vocational_college"}


def test_every_institution_can_open_a_class() -> None:
    rooms, teachers = rows("institution-rooms"), rows("institution-teachers")
    for code in INSTITUTIONS:
        mine = [row for row in rooms if row["institution_demo_code"] == code]
        assert {row["kind"] for row in mine} == {"theory", "practical"}
        assert all(int(row["workstations"]) >= 20 for row in mine)
        assert sum(row["institution_demo_code"] == code for row in teachers) >= 2
    for teacher in teachers:
        assert canonical_name(teacher["name_invented"]).startswith("示师")
    assert len({row["name_invented"] for row in teachers}) == len(teachers)


def test_the_rule_pack_holds_the_plan_s_numbers() -> None:
    pack = rule_pack()
    assert (pack.pack, pack.in_force_from) == ("2023", date(2023, 1, 1))
    plan = {number.key: number.value for number in pack.numbers if number.clause}
    assert plan == {
        "issued_target": 20_000,
        "used_target": 5_000,
        "audit_findings_since_year": 2022,
        "manufacturing_share_min_permille": 250,
        "weak_certificates_share_max_permille": 100,
        "completion_lessons_min": 40,
        "trainees_per_teacher_max": 20,
        "trainees_per_workstation_max": 20,
        "teachers_min": 2,
        "trainees_max": 80,
        "lesson_minutes_min": 40,
        "practical_share_min_permille": 600,
        "apprentices_per_enterprise_occupation_max": 200,
        "apprentices_per_year_schooling_max": 1000,
        "apprentices_per_year_other_max": 400,
        "online_share_max_permille": 400,
        "inspections_min": 1,
        "practical_recording_minutes_min": 15,
        "incomplete_recordings_disqualify": 3,
        "recordings_kept_years": 3,
        "satisfaction_permille_min": 850,
        "repair_months_min": 1,
        "popup_interval_minutes_max": 5,
        "exam_notice_days_min": 3,
        "exams_filed_min": 1,
        "rest_after_exam_months": 1,
        "reviewers_min": 2,
        "publicity_working_days_min": 5,
        "industry_review_working_days_max": 10,
        "fund_share_min_permille": 150,
    }


def test_the_city_s_own_settings_are_told_apart_by_having_no_clause() -> None:
    own = {number.key: number.value for number in rule_pack().numbers if number.clause is None}
    assert own == {
        "valid_months": 3,
        "live_vouchers_per_person_max": 1,
        "subsidised_trainings_per_year_max": 3,
        "subsidised_per_occupation_level_max": 1,
        "certificate_deadline_months": 12,
        "live_code_seconds_max": 60,
        "undo_days_max": 5,
        "attendance_permille_min": 800,
        "satisfied_score_min": 4,
        "survey_answers_min_permille": 300,
        "age_min": 16,
        "sign_in_opens_minutes": 30,
        "late_minutes_max": 30,
        "unconfirmed_permille_max": 1000,
        "roll_code_seconds": 30,
        "sign_in_nonce_seconds": 120,
        "wrong_digits_max": 10,
        "place_metres_max": 500,
        "two_places_minutes_min": 30,
        "burst_seconds": 20,
        "burst_sign_ins": 60,
        "same_second_max": 3,
        "face_score_permille_min": 800,
        "face_record_hours_max": 24,
    }


def test_each_number_of_the_pack_is_whole_and_said_in_both_languages() -> None:
    numbers = rule_pack().numbers
    assert len({number.key for number in numbers}) == len(numbers) == len(rule_pack().values)
    for number in numbers:
        assert type(number.value) is int
        assert number.zh
        assert number.en
        assert (number.rule is None) == (number.clause is None)


def levels_between(first: str, last: str) -> list[str]:
    return LEVELS[LEVELS.index(first) : LEVELS.index(last) + 1] if first else [""]
