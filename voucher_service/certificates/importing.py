"""Certificates of a class as a table: each row against its trainee, its number and its days, all entered or none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from voucher_service.calendar import local_date
from voucher_service.certificates import service
from voucher_service.certificates.errors import NotATrainee
from voucher_service.certificates.rules import canonical_issuer, canonical_number
from voucher_service.classes import service as classes
from voucher_service.errors import Refusal
from voucher_service.holders import service as holders
from voucher_service.holders.errors import IdentityNotConfirmed
from voucher_service.redemptions import service as redemptions
from voucher_service.sheets import service as sheets
from voucher_service.sheets.errors import DayUnreadable
from voucher_service.sheets.service import Field, Row, Sheet, Verdict
from voucher_service.web.access import Caller

KIND: Final = "certificates"
FIELDS: Final = (
    Field("name", "姓名", ("姓名", "学员姓名", "持证人", "name")),
    Field("id_number", "公民身份号码", ("公民身份号码", "身份证号", "身份证号码", "身份证", "证件号码", "idnumber")),
    Field("issuer", "发证机构", ("发证机构", "评价机构", "发证单位", "issuer")),
    Field("number", "证书编号", ("证书编号", "证书号", "证书号码", "编号", "number")),
    Field("examined_on", "考核日期", ("考核日期", "考试日期", "评价日期", "examinedon")),
    Field("issued_on", "发证日期", ("发证日期", "颁证日期", "issuedon")),
)
DAYS: Final = {"examined_on": "考核日期", "issued_on": "发证日期"}


def admit(class_id: int, caller: Caller, now: datetime) -> None:  # noqa: ARG001 - the kind's signature
    """Let pass a class of the caller's. Refuses with NotFound."""
    classes.find(class_id, caller)


def check(sheet: Sheet, rows: Sequence[Row], now: datetime) -> Sequence[Verdict]:
    """Judge some rows of a sheet by the rules that a single entry is judged by. Refuses with NotFound."""
    trainees = _trainees(sheet)
    return [_verdict(row, trainees, sheet, now) for row in rows]


def accept(sheet: Sheet, rows: Iterable[Row], now: datetime) -> None:
    """Enter every certificate as the institution would one by one. Refuses as `service.enter` does."""
    trainees, author = _trainees(sheet), sheets.author_of(sheet)
    for row in rows:
        redemption, against = _trainee(row, trainees, now)
        given = _given(row, sheet)
        if redemption is None or given is None:
            raise next(iter(against), NotATrainee())
        service.enter(redemption, given, author, now)


def _verdict(row: Row, trainees: Mapping[int, Any], sheet: Sheet, now: datetime) -> Verdict:
    redemption, against = _trainee(row, trainees, now)
    against += [
        DayUnreadable(field=DAYS[field])
        for field in DAYS
        if row.cells[field] is not None and sheets.day_of(row.cells[field]) is None
    ]
    given = _given(row, sheet)
    keys = []
    if redemption is not None and given is not None:
        against += _of_entry(redemption, given, now)
        keys = [_digest("voucher", str(redemption.redemption_id)), _digest(given["issuer"], given["number"])]
    return Verdict(against, keys)


def _of_entry(redemption: Any, given: Mapping[str, Any], now: datetime) -> list[Refusal]:
    try:
        service.require_enterable(redemption, given, now)
        taken = service.taken(canonical_issuer(given["issuer"]), canonical_number(given["number"]), redemption)
    except Refusal as refusal:
        return [refusal]
    return [taken] if taken else []


def _trainees(sheet: Sheet) -> dict[int, Any]:
    """The class's redemptions by holder."""
    return {redemption.holder_id: redemption for redemption in redemptions.of_class(sheet.region_id, sheet.subject_id)}


def _trainee(row: Row, trainees: Mapping[int, Any], now: datetime) -> tuple[Any, list[Refusal]]:
    """Whose certificate a row is, and what its particulars are turned down for."""
    number = row.cells["id_number"]
    person = holders.read_person(
        sheets.text_of(row.cells["name"]),
        sheets.text_of(number),
        local_date(now),
        damaged=sheets.is_damaged_number(number),
    )
    if not person.name or not person.id_number:
        return None, list(person.refusals)
    pair = (person.name, person.id_number)
    known = holders.recognised([pair]).get(pair)
    if known and known.holder_id in trainees and not known.same_name:
        return None, [IdentityNotConfirmed()]
    redemption = trainees.get(known.holder_id) if known else None
    return redemption, [] if redemption else [NotATrainee()]


def _given(row: Row, sheet: Sheet) -> dict[str, Any] | None:
    """The certificate as a row states it, of the class's work, level and kind; None while something is missing."""
    stated = {field: sheets.text_of(row.cells[field]) for field in ("issuer", "number")}
    days = {field: sheets.day_of(row.cells[field]) for field in DAYS}
    if not all(stated.values()) or not all(days.values()):
        return None
    held = classes.get(sheet.region_id, sheet.subject_id)
    kind = {name: getattr(held, name) for name in ("occupation_code", "level", "certificate_type")}
    return {**kind, **stated, **days}


def _digest(first: str, second: str) -> bytes:
    """Of what no two rows may share, in canonical spelling."""
    spelt = f"{canonical_issuer(first)}\n" + "".join(canonical_issuer(second).upper().split("-"))
    return hashlib.sha256(spelt.encode()).digest()


TABLE: Final = sheets.Kind(FIELDS, admit, check, accept)
