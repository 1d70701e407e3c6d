"""What the service's own role may do to each table: a new table gets a line here, and its migration the same rights.

PostgreSQL is asked for exactly this in tests/migrations/test_rights.py. `voucher_app` owns nothing, so what it is not
granted it cannot do, whatever the code or an intruder in it wants: a table that only grows stays as it was written.
"""

from __future__ import annotations

from typing import Final

READ: Final = frozenset({"SELECT"})
ONLY_GROWS: Final = READ | {"INSERT"}
"""Written once; corrected by another row. Its migration also adds the triggers that refuse the rest to everyone."""

KEPT: Final = ONLY_GROWS | {"UPDATE"}
"""Rows change and never go away: what they say ends with a state or a date."""

PASSING: Final = KEPT | {"DELETE"}
"""Rows that time makes worthless, or that a person may have erased."""

RIGHTS: Final[dict[str, frozenset[str]]] = {
    "alembic_version": READ,
    "state_rule": READ,
    **dict.fromkeys(
        ("voucher_fact", "seal", "head", "refused_scan", "code_session", "questionnaire"),
        ONLY_GROWS,
    ),
    **dict.fromkeys(("rollup", "region_log", "tree_tile"), KEPT),
    **dict.fromkeys(("programme", "allotment", "rule_pack", "standard"), KEPT),
    **dict.fromkeys(("voucher", "voucher_decision", "redemption", "certificate"), KEPT),
    **dict.fromkeys(("paper_voucher",), KEPT),
    **dict.fromkeys(("hold", "hold_opinion", "hold_end"), ONLY_GROWS),
    **dict.fromkeys(("class_ruling",), KEPT),
    **dict.fromkeys(("paper_voucher", "assistance", "assistance_count", "notice"), KEPT),
    **dict.fromkeys(("paper_voucher", "assistance", "assistance_count", "notice", "objection"), KEPT),
    **dict.fromkeys(("assisted_claim", "phone_change"), ONLY_GROWS),
    **dict.fromkeys(("sign_in", "attendee", "roll_call", "make_up", "sign_in_decision", "wrong_digits"), KEPT),
    **dict.fromkeys(("exam", "exam_class"), KEPT),
    **dict.fromkeys(("exam_result",), ONLY_GROWS),
    **dict.fromkeys(("inspection", "recording", "recording_judgement", "survey_answer", "online_record"), ONLY_GROWS),
    **dict.fromkeys(("survey_round",), KEPT),
    **dict.fromkeys(("training_class", "class_session", "class_opinion", "institution", "licence", "device"), KEPT),
    **dict.fromkeys(("teacher", "venue", "blacklisting", "region_consent", "institution_suspension"), KEPT),
    **dict.fromkeys(("bookable", "booking", "rule_pack_proposal"), KEPT),
    **dict.fromkeys(("institution_finding", "working_year", "staff_person"), ONLY_GROWS),
    **dict.fromkeys(("offline_scan",), KEPT),
    **dict.fromkeys(("device_sync",), ONLY_GROWS),
    **dict.fromkeys(("staff_account", "api_client", "holder_access"), KEPT),
    **dict.fromkeys(("sheet", "roster", "roster_entry", "roster_offer"), KEPT),
    **dict.fromkeys(("occupation", "sheet_part", "introduced_person"), PASSING),
    **dict.fromkeys(("holder", "login_session", "login_failure", "sms_code", "idempotency"), PASSING),
}
