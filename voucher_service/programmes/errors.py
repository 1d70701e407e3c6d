"""What programmes refuse."""

from __future__ import annotations

from voucher_service.errors import Refusal


class ProgrammeNotRunning(Refusal):
    code = "programme_not_running"
    zh = "该批次在{day}没有开放。"
    en = "The programme is not open on {day}."


class BudgetExhausted(Refusal):
    code = "budget_exhausted"
    zh = "该批次的资金预算只剩{left_fen}分，不够预留本班次需要的{asked_fen}分。"
    en = "The programme's budget has {left_fen} fen left, which does not cover the {asked_fen} fen asked for."


class StandardMissing(Refusal):
    code = "standard_missing"
    zh = "{day}没有工种{occupation_code}、等级“{level}”、证书类型{certificate_type}的补贴标准。"
    en = "On {day} there is no subsidy standard for occupation {occupation_code}, level {level!r}, {certificate_type}."


class RulePackMissing(Refusal):
    code = "rule_pack_missing"
    zh = "{day}没有生效的规则参数，请先录入。"
    en = "No rule pack is in force on {day}; enter one first."
