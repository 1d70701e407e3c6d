"""Every route of the service as a test can call it, and an acceptable body for each that takes one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from voucher_service.web.access import allowed_roles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

SESSION = {"starts_at": "2026-03-10T01:00:00+00:00", "ends_at": "2026-03-10T07:00:00+00:00", "kind": "theory"}
LESSONS = {
    "teachers": 4,
    "workstations": 20,
    "lesson_minutes": 45,
    "theory_lessons": 24,
    "practical_lessons": 40,
    "online_lessons": 0,
    "online_platform": "",
}
BODIES: dict[str, dict[str, Any]] = {
    "accounts.log_in_staff": {"login_name": "nobody", "password": "wrong", "code": "000000"},
    "holders.request_log_in": {
        "name": "测甲乙",
        "id_number": "419902199001010019",
        "phone": "16400000000",
        "region_id": 411202,
        "category": "other",
    },
    "holders.log_in": {"challenge_id": "0" * 15 + "1", "code": "000000"},
    "institutions.enrol_device": {"name": "前台手机", "public_key": "04" + "0" * 128, "proof": "0" * 128},
    "institutions.revoke_device": {"reason": "手机遗失"},
    "institutions.ask_lift": {"reason": "已整改"},
    "institutions.confirm_lift": {"request": "0" * 32},
    "registers.confirm_exit": {"request": "0" * 32},
    "registers.register_institution": {"region_id": 411202, "name": "示例", "kind": "none", "schooling_licence": None},
    "registers.grant_licence": {"occupation_code": "DM01", "level": "junior", "valid_from": "2026-03-01"},
    "registers.end_licence": {"occupation_code": "DM01", "level": "junior", "last_day": "2026-03-01"},
    "registers.register_teacher": {
        "name": "示师甲",
        "id_number": "419902199001010019",
        "phone": "16400000000",
        "qualification": "示例",
        "teaching_certificate": True,
        "valid_until": None,
    },
    "registers.register_venue": {"address": "示例路1号", "room": "101", "kind": "theory", "workstations": 0},
    "registers.record_finding": {"found_on": "2026-01-01", "document": "示例〔2026〕1号"},
    "registers.grant_consent": {
        "into_region_id": 411203,
        "document": "示例〔2026〕2号",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
    },
    "registers.ask_listing": {
        "reason": "示例",
        "document": "示例〔2026〕3号",
        "listed_from": "2026-01-01",
        "listed_until": None,
    },
    "registers.ask_exit": {"reason": "已整改"},
    "risk.dispute": {"redemption": "0" * 15 + "1", "session_no": None},
    "risk.place": {"voucher": "0" * 15 + "1", "reason": "under_investigation", "note": ""},
    "risk.decide": {"verdict": "lift", "reason": "示例"},
    "rulings.rule": {"class_id": "0" * 15 + "1", "kind": "suspend", "reason": "inspection", "note": ""},
    "rulings.settle": {"confirmed": True},
    "classes.preview_pack": {
        "pack": "2099",
        "in_force_from": "2026-12-01",
        "numbers": [
            {"key": "no_such_key", "value": 1, "rule": None, "clause": None, "unit": "x", "zh": "示例", "en": "example"}
        ],
    },
    "rule_packs.propose": {
        "pack": "2099",
        "in_force_from": "2026-12-01",
        "numbers": [
            {"key": "no_such_key", "value": 1, "rule": None, "clause": None, "unit": "x", "zh": "示例", "en": "example"}
        ],
    },
    "rule_packs.decide": {"verdict": "adopt"},
    "classes.plan_class": {
        "programme_id": 1,
        "occupation_code": "NOT-LICENSED",
        "level": "初级工",
        "certificate_type": "职业资格证书",
        "capacity": 80,
        "enrols_until": "2026-04-01T00:00:00+00:00",
        "starts_on": "2026-03-10",
        "ends_on": "2026-05-09",
        "lessons": LESSONS,
        "sessions": [SESSION],
    },
    "classes.check_proposal": {
        "programme_id": 1,
        "occupation_code": "NOT-LICENSED",
        "level": "初级工",
        "certificate_type": "职业资格证书",
        "capacity": 80,
        "enrols_until": "2026-04-01T00:00:00+00:00",
        "starts_on": "2026-03-10",
        "ends_on": "2026-05-09",
        "lessons": LESSONS,
        "sessions": [SESSION],
    },
    "cancellations.cancel": {"class_id": "0" * 15 + "1", "reason": "教师生病，班次取消"},
    "classes.sign_opinion": {"step": "bureau", "verdict": "approve", "note": ""},
    "vouchers.claim": {
        "programme_id": 1,
        "answers": {"wants_training": False, "wants_work": True, "able_to_attend": True, "schooling": "none"},
    },
    "vouchers.accept": {
        "answers": {"wants_training": True, "wants_work": True, "able_to_attend": True, "schooling": "none"}
    },
    "sheets.confirm": {"mapping": {"name": 0}},
    "rosters.decide_offer": {"approved": True},
    "assistances.ask_to_help": {
        "name": "测甲乙",
        "id_number": "419902199001010019",
        "phone": "16400000000",
        "region_id": 411202,
        "category": "other",
        "relation": "parent",
    },
    "assistances.begin": {"challenge_id": "0" * 15 + "1", "code": "000000"},
    "assistances.receive": {
        "name": "测甲乙",
        "id_number": "419902199001010019",
        "phone": "26400000000",
        "region_id": 411202,
        "category": "other",
        "place": "示例窗口",
        "phone_reason": "",
    },
    "phone_changes.ask": {
        "name": "测甲乙",
        "id_number": "419902199001010019",
        "phone": "26400000000",
        "place": "示例窗口",
        "phone_reason": "",
    },
    "phone_changes.change": {"challenge_id": "0" * 15 + "1", "code": "000000"},
    "assistances.claim": {
        "programme_id": 1,
        "answers": {"wants_training": True, "wants_work": True, "able_to_attend": True, "schooling": "none"},
    },
    "vouchers.ask_end": {"voucher": "0" * 15 + "1", "kind": "void", "reason": "claimed_in_error", "note": ""},
    "vouchers.decide_end": {"confirmed": True},
    "vouchers.open_code_session": {"header": "0" * 48, "anchor": "0" * 32},
    "redemptions.redeem": {
        "code": "1" * 300,
        "class_id": "0" * 15 + "1",
        "person": {"id_number": "419902199001010019", "name": "测甲乙", "method": "typed", "waiver_reason": None},
    },
    "redemptions.send_one_time_code": {
        "code": "1" * 212,
        "person": {"id_number": "419902199001010019", "name": "测甲乙", "method": "typed", "waiver_reason": None},
        "channel": "sms",
    },
    "objections.file_objection": {"about": "other", "words": "短", "voucher": None},
    "objections.answer": {"words": "已核实，记录已更正。"},
    "redemptions.ask_undo": {"reason": "wrong_class", "note": ""},
    "redemptions.undo": {"confirmed": True},
    "scanning.look": {
        "code": "1" * 300,
        "class_id": "0" * 15 + "1",
        "person": {"id_number": "419902199001010019", "name": "测甲乙", "method": "typed", "waiver_reason": ""},
    },
    "scanning.sync": {
        "device": "0" * 15 + "1",
        "nonce": "0" * 64,
        "head_number": 0,
        "head_digest": "0" * 64,
        "signature": "0" * 128,
    },
    "scanning.receive": {
        "device": "0" * 15 + "1",
        "nonce": "0" * 64,
        "entries": [{"entry": "00" * 140, "signature": "0" * 128, "person": None}],
        "signature": "0" * 128,
    },
    "attendance.record_attendance": {"session_no": 1, "present": ["0" * 15 + "1"]},
    "attendance.decide_flagged": {"genuine": True, "reason": "已与教师核对"},
    "attendance.void": {"reason": "本人未到"},
    "attendance.settle_void": {"confirmed": True},
    "roll_calls.enter_make_up": {
        "makes_up": 1,
        "starts_at": "2026-04-10T01:00:00+00:00",
        "ends_at": "2026-04-10T07:00:00+00:00",
        "recording": "",
    },
    "roll_calls.record_make_up": {"recording": "示例录像-0001"},
    "sign_ins.sign_in": {
        "nonce": "0" * 64,
        "digits": "00000000",
        "place": {"latitude_e6": 34773000, "longitude_e6": 111200000},
    },
    "sign_ins.receive_faces": {
        "device": "0" * 15 + "1",
        "records": [{"record": "00" * 50, "signature": "0" * 128}],
    },
    "supervision.record_inspection": {
        "kind": "first_day",
        "inspected_at": "2026-03-09T02:00:00+00:00",
        "place": "示例教室",
        "teachers": 2,
        "present": 20,
    },
    "supervision.register_recordings": {
        "recordings": [
            {
                "session_no": 1,
                "reference": "示例/1",
                "sha256": "0" * 64,
                "starts_at": "2026-03-09T01:00:00+00:00",
                "ends_at": "2026-03-09T07:00:00+00:00",
            }
        ]
    },
    "supervision.judge": {"shows_everyone": True, "effective": True, "present": 20},
    "supervision.answer": {"score": 5},
    "supervision.open_next_round": {"repaired_by": "示例整改"},
    "supervision.record_faults": {"session_no": 1, "faults": ["fast_forward"]},
    "exams.file_exam": {"classes": ["0" * 15 + "1"], "held_on": "2026-06-01", "place": "示例考场"},
    "exams.enter_results": {"results": [{"redemption": "0" * 15 + "1", "outcome": "passed"}]},
    "certificates.enter": {
        "region_id": 411202,
        "redemption": "0" * 15 + "1",
        "issuer": "示例评价机构",
        "number": "DEMO-0001",
        "occupation_code": "X",
        "level": "X",
        "certificate_type": "X",
        "examined_on": "2026-06-01",
        "issued_on": "2026-06-02",
    },
    "certificates.decide": {"genuine": True},
}
"""Each is well formed, and refused all the same: for a reason, not for its shape."""


class Route(NamedTuple):
    method: str
    path: str
    endpoint: str
    roles: frozenset[str]


def routes(app: Flask) -> Iterator[Route]:
    """Yield each route once for each method, with something absent in the place of each parameter."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(method, path_of(rule.rule), rule.endpoint, allowed_roles(app, rule.endpoint))


def path_of(rule: str, *, number: str | None = None, text: str = "0" * 15 + "1") -> str:
    """Return a rule's path with `text` and `number` in it; without a number, one that the rule admits."""

    def value(found: re.Match[str]) -> str:
        if choice := re.match(r"any\((\w+)", found[1]):
            return choice[1]
        if (length := re.search(r"length=(\d+)", found[1])) and text.isdecimal():
            return text.zfill(int(length[1]))
        if not found[1].startswith("int"):
            return text
        return number or ("411202" if "region" in found[1] else "1")

    return re.sub(r"<([^>]*)>", value, rule)


def api_routes(app: Flask, *methods: str) -> list[Route]:
    return [route for route in routes(app) if route.path.startswith("/api/v1") and route.method in methods]
