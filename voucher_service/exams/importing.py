"""Exam results as a table: each row against the exam's candidates, all of them entered or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from voucher_service.calendar import local_date
from voucher_service.errors import Refusal
from voucher_service.exams import service
from voucher_service.exams.errors import NotACandidate, OutcomeUnreadable, ResultReasonMissing
from voucher_service.holders import service as holders
from voucher_service.holders.errors import IdentityNotConfirmed
from voucher_service.sheets import service as sheets
from voucher_service.sheets.service import Field, Row, Sheet, Verdict
from voucher_service.web.access import Caller

KIND: Final = "results"
FIELDS: Final = (
    Field("name", "姓名", ("姓名", "学员姓名", "学员", "name")),
    Field("id_number", "公民身份号码", ("公民身份号码", "身份证号", "身份证号码", "身份证", "证件号码", "idnumber")),
    Field("outcome", "成绩", ("成绩", "考核成绩", "考核结果", "结果", "outcome", "result")),
    Field("reason", "更正理由", ("更正理由", "理由", "说明", "reason"), required=False),
)
OUTCOMES: Final = {
    **dict.fromkeys(("合格", "通过", "及格", "passed", "pass"), "passed"),
    **dict.fromkeys(("不合格", "未通过", "不及格", "failed", "fail"), "failed"),
    **dict.fromkeys(("缺考", "未参加", "absent"), "absent"),
}


def admit(exam_id: int, caller: Caller, now: datetime) -> None:
    """Let pass an exam of the caller's that is over. Refuses with NotFound, ExamWithdrawn, ExamNotYetHeld."""
    service.require_over(service.find(exam_id, caller), now)


def check(sheet: Sheet, rows: Sequence[Row], now: datetime) -> Sequence[Verdict]:
    """Judge some rows of a sheet. Refuses with NotFound, ExamWithdrawn."""
    exam = service.find(sheet.subject_id, sheets.author_of(sheet))
    candidates = service.candidates(exam)
    latest, late = service.results(exam), service.against_sitting(exam, candidates.values())
    people = [_read(row, now) for row in rows]
    known = holders.recognised([(one.name, one.id_number) for one in people if one.name and one.id_number])
    return [
        _verdict(row, one, known.get((one.name or "", one.id_number or "")), candidates, latest, late=late)
        for row, one in zip(rows, people, strict=True)
    ]


def accept(sheet: Sheet, rows: Iterable[Row], now: datetime) -> None:
    """Enter every result as the institution would one by one. Refuses as `service.enter_results` does."""
    author = sheets.author_of(sheet)
    candidates = service.candidates(service.find(sheet.subject_id, author))
    read = [(row, _read(row, now)) for row in rows]
    known = holders.recognised([_pair(person) for _, person in read])  # of all rows at once
    given = [_given(row, known.get(_pair(person)), candidates) for row, person in read]
    service.enter_results(sheet.subject_id, given, author, now)


def _verdict(
    row: Row,
    person: holders.Person,
    known: Any,
    candidates: Mapping[int, Any],
    latest: Mapping[int, Any],
    *,
    late: Mapping[int, Refusal],
) -> Verdict:
    against = [*person.refusals, *_of_outcome(row)]
    candidate = candidates.get(known.holder_id) if known else None
    if known and not known.same_name:
        against.append(IdentityNotConfirmed())
    elif person.name and person.id_number and candidate is None:
        against.append(NotACandidate(unknown=1))
    elif candidate is not None and candidate.redemption_id in late:
        against.append(late[candidate.redemption_id])
    elif candidate is not None and not against:
        against += _of_correction(row, latest.get(candidate.redemption_id))
    return Verdict(against, [holders.person_digest(person.id_number)] if person.id_number else [])


def _of_outcome(row: Row) -> list[Refusal]:
    said = row.cells["outcome"]
    return [] if said is None or _outcome(row) else [OutcomeUnreadable()]


def _of_correction(row: Row, earlier: Any) -> list[Refusal]:
    changes = earlier is not None and earlier.outcome != _outcome(row)
    return [ResultReasonMissing()] if changes and not sheets.text_of(row.cells["reason"]) else []


def _outcome(row: Row) -> str | None:
    return OUTCOMES.get(sheets.text_of(row.cells["outcome"]).strip().lower())


def _pair(person: holders.Person) -> tuple[str, str]:
    return person.name or "", person.id_number or ""


def _given(row: Row, known: Any, candidates: Mapping[int, Any]) -> dict[str, Any]:
    if known is None or (candidate := candidates.get(known.holder_id)) is None:
        raise NotACandidate(unknown=1)
    reason = sheets.text_of(row.cells["reason"])[:200]
    return {"redemption": candidate.redemption_id, "outcome": _outcome(row), "reason": reason}


def _read(row: Row, now: datetime) -> holders.Person:
    number = row.cells["id_number"]
    return holders.read_person(
        sheets.text_of(row.cells["name"]),
        sheets.text_of(number),
        local_date(now),
        damaged=sheets.is_damaged_number(number),
    )


TABLE: Final = sheets.Kind(FIELDS, admit, check, accept)
