"""Where each rule that a function decides is held at its edge: the test functions themselves, none only named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.attendance import test_rules as attendance_rules
from tests.classes import test_boundaries, test_institution_rules, test_registers_bite
from tests.exams import test_rules as exam_rules
from tests.holders import test_rules as holder_rules
from tests.institutions import test_suspending
from tests.roll_calls import test_codes, test_make_ups
from tests.rosters import test_rows
from tests.rulebook import test_who_decides
from tests.sign_ins import test_face_devices, test_signing_in, test_two_regions, test_wrong_digits
from tests.sign_ins import test_rules as sign_in_rules
from tests.supervision import test_rules as supervision_rules
from tests.vouchers import test_declarations
from tests.vouchers import test_rules as voucher_rules

if TYPE_CHECKING:
    from collections.abc import Callable

Test = "Callable[..., None]"

_AT_THE_EDGE: Final = test_boundaries.test_a_limit_is_kept_at_its_edge_and_broken_one_beyond
_ALONE: Final = test_institution_rules.test_a_rule_says_what_the_plan_says

BOUNDARIES: Final[dict[str, tuple[Callable[..., None], ...]]] = {
    "R01": (
        voucher_rules.test_every_question_has_to_be_answered_with_yes,
        voucher_rules.test_the_fourth_training_of_a_year_waits_for_the_next,
        holder_rules.test_a_leap_day_child_may_claim_on_the_very_day_named,
    ),
    "R03": (holder_rules.test_a_presented_card_is_compared_by_number_then_by_skeleton,),
    "R05": (_ALONE, test_suspending.test_a_finding_of_before_the_named_year_stops_nothing),
    "R06": (_ALONE, test_registers_bite.test_a_broken_share_is_approved_with_a_reason_only),
    "R07": (_ALONE, test_registers_bite.test_nobody_trains_outside_the_region_without_the_provinces_consent),
    "R09": (_ALONE,),
    "R10": (_AT_THE_EDGE,),
    "R12": (voucher_rules.test_every_question_has_to_be_answered_with_yes,),
    "R13": (_ALONE, test_registers_bite.test_where_names_are_required_a_class_without_them_is_refused),
    "R14": (
        supervision_rules.test_the_average_present_is_rounded_down,
        supervision_rules.test_the_cap_lets_the_last_place_go_and_not_one_more,
    ),
    "R15": (supervision_rules.test_one_inspection_or_one_effective_recording_is_enough,),
    "R16": (
        test_rows.test_employees_learn_their_own_or_a_similar_occupation,
        test_declarations.test_a_former_post_counts_for_whoever_has_one_and_a_post_for_employees,
    ),
    "R17a": (_AT_THE_EDGE,),
    "R17b": (_AT_THE_EDGE,),
    "R17c": (_AT_THE_EDGE,),
    "R17d": (_AT_THE_EDGE,),
    "R17e": (_AT_THE_EDGE,),
    "R17f": (_AT_THE_EDGE, _ALONE),
    "R17g": (_AT_THE_EDGE,),
    "R17h": (_ALONE, test_registers_bite.test_a_licence_counts_from_the_day_of_change),
    "R17i": (_ALONE,),
    "R17j": (
        test_rows.test_universities_and_special_schools_are_no_reason,
        test_declarations.test_only_another_school_keeps_to_start_up_courses,
    ),
    "R18a": (supervision_rules.test_one_inspection_or_one_effective_recording_is_enough,),
    "R18b": (
        attendance_rules.test_ticks_count_up_to_their_share_rounded_down,
        supervision_rules.test_a_session_without_a_recording_is_named,
    ),
    "R18c": (supervision_rules.test_fifteen_unbroken_minutes_of_each_lesson_are_enough_and_fourteen_are_not,),
    "R18d": (supervision_rules.test_the_third_strike_takes_the_subsidy,),
    "R18e": (supervision_rules.test_recordings_are_kept_three_calendar_years,),
    "R18f": (
        test_make_ups.test_a_make_up_follows_is_as_long_and_overlaps_with_nothing,
        exam_rules.test_whoever_completed_by_the_day_of_the_exam_has_a_result_and_nobody_later,
    ),
    "R18g": (
        supervision_rules.test_eighty_five_in_a_hundred_are_enough_and_a_little_less_is_not,
        supervision_rules.test_a_repair_takes_a_calendar_month_and_not_one_day_less,
    ),
    "R18h": (
        supervision_rules.test_each_of_the_six_faults_is_found,
        supervision_rules.test_what_is_not_reported_or_not_listed_is_not_recognised,
    ),
    "R19": (_ALONE,),
    "R20": (exam_rules.test_only_classes_that_are_alike_share_an_exam,),
    "R21": (_ALONE,),
    "R22": (
        exam_rules.test_the_notice_counts_whole_days,
        exam_rules.test_a_certificate_wants_as_many_filed_exams_as_the_pack_says,
    ),
    "R23": (voucher_rules.test_an_exam_bars_for_one_calendar_month_that_is_cut_at_its_end,),
    "R24": (test_who_decides.test_nobody_signs_a_review_twice,),
    "R27": (test_registers_bite.test_the_industry_department_has_ten_working_days_swapped_ones_included,),
    "S01": (test_registers_bite.test_a_teacher_may_go_straight_from_one_class_to_the_next,),
    "S02": (test_registers_bite.test_a_new_school_trains_as_many_as_its_confirmed_teachers_and_workstations_carry,),
    "S11": (
        test_signing_in.test_a_sign_in_outside_the_sessions_time_is_flagged,
        test_signing_in.test_who_is_too_late_was_not_there,
    ),
    "S12": (
        test_codes.test_a_step_begins_with_its_second_and_ends_with_the_next,
        test_signing_in.test_a_nonce_lasts_two_minutes,
        test_wrong_digits.test_so_many_tries_are_left,
    ),
    "S13": (test_signing_in.test_a_sign_in_from_too_far_away_is_flagged,),
    "S14": (test_two_regions.test_nobody_signs_in_in_two_regions_within_half_an_hour,),
    "S15": (
        sign_in_rules.test_sixty_within_twenty_seconds_are_too_many_wherever_the_last_of_them_falls,
        sign_in_rules.test_one_second_holds_three_people_before_one_device,
    ),
    "S16": (
        test_face_devices.test_what_proves_nothing_is_recorded_flagged_and_not_counted,
        test_face_devices.test_a_record_that_comes_days_later_is_flagged,
    ),
    "S17": (
        attendance_rules.test_the_threshold_itself_is_enough,
        attendance_rules.test_two_persons_take_out_what_decides,
    ),
    "S18": (supervision_rules.test_the_answers_needed_are_rounded_up_and_at_least_one,),
}
