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


class PackNumbersWrong(Refusal):
    """`missing`, `unknown` and `beyond` name the keys; a number in thousandths is at most 1,000."""

    code = "pack_numbers_wrong"
    status = 422
    zh = "规则参数不齐或有误：缺少{missing}，多出{unknown}，超出范围{beyond}。"
    en = "The pack's numbers are not those of the rule book: missing {missing}, unknown {unknown}, too large {beyond}."


class PackInThePast(Refusal):
    code = "pack_in_the_past"
    status = 422
    zh = "规则参数只能从以后的日期起生效：{effective_from}不晚于今天{today}。"
    en = "A pack takes effect on a day to come: {effective_from} is not after today, {today}."


class PackDayTaken(Refusal):
    code = "pack_day_taken"
    zh = "已有从{effective_from}起生效的规则参数。"
    en = "A pack takes effect on {effective_from} already."


class PackDecided(Refusal):
    code = "pack_decided"
    zh = "这份规则参数已经有了决定。"
    en = "This pack is decided already."


class PackProposerDecides(Refusal):
    code = "pack_proposer_decides"
    clause = "二(三)4"
    zh = "提出和批准规则参数必须是两个人。"
    en = "Whoever proposed a pack may not adopt it: it takes two persons."


class WorkingYearUnsound(Refusal):
    """`fault` is `no source`, `no holiday`, or the first day that is of another year."""

    code = "working_year_unsound"
    status = 422
    zh = "{year}年的工作日历录入有误（{fault}）：须注明文件依据，日期都在该年内，并至少有一个工作日放假。"
    en = "The working days of {year} are unsound ({fault}): name the source, keep to the year, give a weekday off."
