"""Rules of who teaches and of the year's shares, each at its limit and beyond."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.classes.test_rules import NUMBERS, PLAN, SCHOOL, YEAR
from voucher_service.classes.rules import RULES, Outcome, Plan, YearSoFar, unexplained

CENTRE = replace(SCHOOL, kind="enterprise_centre", certified_teachers=4, workstations=4, practice_rooms=1)
NEW = replace(SCHOOL, on_probation=True, teachers=4, workstations=4)
APPRENTICES = replace(PLAN, apprentices_of="91411200MA0000000X")
OTHER_WORK = replace(PLAN, year=YEAR, manufacturing=False)
WEAK = replace(PLAN, year=YEAR, certificate_type="special_ability")
OUTSIDE = replace(PLAN, outside_region=True, provider=replace(SCHOOL, local_institutions=1))
PASS, WARN, REFUSE = Outcome.PASS, Outcome.WARN, Outcome.REFUSE


def of(plan: Plan, **provider: object) -> Plan:
    return replace(plan, provider=replace(plan.provider, **provider))


def year(plan: Plan, **so_far: int) -> Plan:
    return replace(plan, year=replace(plan.year, **so_far))


@pytest.mark.parametrize(
    ("rule_id", "plan", "outcome"),
    [
        pytest.param("R05", of(PLAN, finding_year=2021), PASS, id="a finding of 2021"),
        pytest.param("R05", of(PLAN, finding_year=2022), REFUSE, id="a finding of 2022"),
        pytest.param("R05", of(PLAN, flagged=True), REFUSE, id="a finding without a date"),
        pytest.param("R06", OTHER_WORK, PASS, id="25.0 % manufacturing with this class"),
        pytest.param("R06", year(OTHER_WORK, manufacturing=2_499), WARN, id="24.99 % manufacturing"),
        pytest.param("R06", replace(OTHER_WORK, year=YearSoFar()), WARN, id="the year's first class, of other work"),
        pytest.param("R06", replace(OTHER_WORK, manufacturing=True, year=YearSoFar()), PASS, id="manufacturing itself"),
        pytest.param("R06", replace(OTHER_WORK, manufacturing=None), PASS, id="an occupation of no register"),
        pytest.param("R07", replace(OUTSIDE, outside_region=False), PASS, id="at home"),
        pytest.param("R07", OUTSIDE, REFUSE, id="outside, where there is another school"),
        pytest.param("R07", of(OUTSIDE, local_institutions=0), WARN, id="outside, where there is none"),
        pytest.param("R07", of(OUTSIDE, consent="示例〔2023〕1号"), PASS, id="outside with consent"),
        pytest.param("R07", of(OUTSIDE, kind="technical_school"), PASS, id="a technical school outside"),
        pytest.param("R09", WEAK, PASS, id="10.0 % weak with this class"),
        pytest.param("R09", year(WEAK, weak=921), WARN, id="10.01 % weak"),
        pytest.param("R09", replace(year(WEAK, weak=5_000), certificate_type="skill_level"), PASS, id="a strong one"),
        pytest.param("R13", replace(PLAN, named_teachers=3), REFUSE, id="a teacher is not named"),
        pytest.param("R13", replace(PLAN, named_workstations=3), REFUSE, id="a workstation is not named"),
        pytest.param("R13", replace(PLAN, unfit_named=1), REFUSE, id="a named teacher is not fit"),
        pytest.param("R13", replace(PLAN, named_teachers=0, named_required=False), WARN, id="names are optional"),
        pytest.param(
            "R17f", year(APPRENTICES, apprentices_same=120, apprentices=320), PASS, id="200 and 400 apprentices"
        ),
        pytest.param(
            "R17f", year(APPRENTICES, apprentices_same=121, apprentices=121), REFUSE, id="201 of one enterprise"
        ),
        pytest.param("R17f", year(APPRENTICES, apprentices=321), REFUSE, id="401 in the year"),
        pytest.param("R17f", year(of(APPRENTICES, schooling=True), apprentices=920), PASS, id="1,000 with schooling"),
        pytest.param("R17f", year(of(APPRENTICES, schooling=True), apprentices=921), REFUSE, id="1,001 with schooling"),
        pytest.param("R17f", year(PLAN, apprentices=5_000), PASS, id="no apprentices in this class"),
        pytest.param("R17h", of(PLAN, licensed_from=None), REFUSE, id="no licence that day"),
        pytest.param("R17i", replace(PLAN, provider=CENTRE), PASS, id="a centre with all it needs"),
        pytest.param("R17i", of(replace(PLAN, provider=CENTRE), certified_teachers=3), REFUSE, id="3 certified for 80"),
        pytest.param("R17i", of(replace(PLAN, provider=CENTRE), practice_rooms=0), REFUSE, id="no practice room"),
        pytest.param("R17i", of(replace(PLAN, provider=CENTRE), workstations=3), REFUSE, id="3 workstations for 80"),
        pytest.param(
            "R17i", replace(PLAN, provider=replace(CENTRE, certified_teachers=1), trainees=20), REFUSE, id="1"
        ),
        pytest.param(
            "R17i", replace(PLAN, provider=replace(CENTRE, certified_teachers=0), manufacturing=False), PASS, id="other"
        ),
        pytest.param("R19", replace(PLAN, certificate_type="completion"), PASS, id="no stronger certificate"),
        pytest.param(
            "R19",
            replace(PLAN, certificate_type="completion", strongest_certificate="special_ability"),
            REFUSE,
            id="a stronger certificate",
        ),
        pytest.param("R21", of(PLAN, blacklisted_from=date(2023, 6, 8)), REFUSE, id="on the black list"),
        pytest.param("R21", of(PLAN, suspended=True), REFUSE, id="suspended"),
        pytest.param("S01", replace(PLAN, clashes=1, first_clash="2023-06-08"), REFUSE, id="a teacher in two places"),
        pytest.param("S02", replace(PLAN, provider=NEW), PASS, id="new, within its ceiling"),
        pytest.param("S02", year(replace(PLAN, provider=NEW), trainees_at_once=1), REFUSE, id="new, one beyond"),
        pytest.param("S02", of(replace(PLAN, provider=NEW), teachers=3), REFUSE, id="new, a teacher short"),
        pytest.param("S02", year(PLAN, trainees_at_once=10_000), PASS, id="long established"),
    ],
)
def test_a_rule_says_what_the_plan_says(rule_id: str, plan: Plan, outcome: Outcome) -> None:
    assert RULES[rule_id].check(plan, NUMBERS).outcome is outcome


def test_a_share_is_shown_as_it_is_and_as_it_would_be() -> None:
    figures = RULES["R06"].check(OTHER_WORK, NUMBERS).figures
    assert (figures["permille_now"], figures["permille_with"]) == (252, 250)


def test_a_warning_of_a_share_wants_a_reason_and_others_do_not() -> None:
    plan = replace(year(OTHER_WORK, manufacturing=0), named_teachers=0, named_required=False)
    findings = [RULES[rule_id].check(plan, NUMBERS) for rule_id in ("R06", "R13")]
    assert [found.rule_id for found in unexplained(findings, "  ")] == ["R06"]
    assert unexplained(findings, "县里只有这一类需求") == []
