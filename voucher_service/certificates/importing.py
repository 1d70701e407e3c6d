"""Certificates of a class as a table: each row against its trainee, its number and its days, all entered or none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, NamedTuple

from voucher_service.calendar import local_date
from voucher_service.certificates import service
from voucher_service.certificates.errors import CertificateNumberEmpty, NotATrainee
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
AT_ONCE: Final = 1000
"""Rows that are read and entered together: what accepting a table costs in memory does not grow with it."""

DAYS: Final = {"examined_on": "考核日期", "issued_on": "发证日期"}


def admit(class_id: int, caller: Caller, now: datetime) -> None:  # noqa: ARG001 - the kind's signature
    """Let pass a class of the caller's. Refuses with NotFound."""
    classes.find(class_id, caller)


def check(sheet: Sheet, rows: Sequence[Row], now: datetime) -> Sequence[Verdict]:
    """Judge some rows of a sheet by the rules that a single entry is judged by. Refuses with NotFound."""
    read = _read(rows, sheet, now)
    entries = [(one.redemption, one.given) for one in read if one.redemption is not None and one.given is not None]
    if not entries:
        return [Verdict(one.against) for one in read]
    desk = service.desk_of([redemption for redemption, _ in entries], now)
    taken = service.taken_among(
        {named for _, given in entries if (named := _canonical(given))},
        {(redemption.region_id, redemption.voucher_id) for redemption, _ in entries},
    )
    return [_verdict(one, desk, taken) for one in read]


def accept(sheet: Sheet, rows: Iterable[Row], now: datetime) -> None:
    """Enter every certificate as the institution would one by one. Refuses as `service.enter` does."""
    author, waiting = sheets.author_of(sheet), iter(rows)
    while some := list(islice(waiting, AT_ONCE)):
        service.enter_all([_entry(one) for one in _read(some, sheet, now)], author, now)


class _Certified(NamedTuple):
    """A row as it was read: whose certificate it is, the certificate, and what stands against either."""

    redemption: Any
    given: Mapping[str, Any] | None
    against: Sequence[Refusal]


def _read(rows: Sequence[Row], sheet: Sheet, now: datetime) -> list[_Certified]:
    """Find the trainees of many rows at once, and read their certificates."""
    held = classes.get(sheet.region_id, sheet.subject_id)
    people = [_person(row, now) for row in rows]
    known = holders.recognised([(one.name, one.id_number) for one in people if one.name and one.id_number])
    seated = redemptions.of_class(sheet.region_id, sheet.subject_id, {one.holder_id for one in known.values()})
    trainees = {redemption.holder_id: redemption for redemption in seated}
    read = []
    for row, person in zip(rows, people, strict=True):
        redemption, against = _trainee(person, known, trainees)
        read.append(_Certified(redemption, _given(row, held), [*against, *_of_days(row)]))
    return read


def _entry(read: _Certified) -> tuple[Any, Mapping[str, Any]]:
    if read.redemption is None or read.given is None:
        raise next(iter(read.against), NotATrainee())
    return read.redemption, read.given


def _verdict(read: _Certified, desk: Any, taken: Any) -> Verdict:
    redemption, given, against = read
    if redemption is None or given is None:
        return Verdict(against)
    keys = [_digest("voucher", str(redemption.redemption_id)), _digest(given["issuer"], given["number"])]
    return Verdict([*against, *_of_entry(redemption, given, desk, taken)], keys)


def _of_entry(redemption: Any, given: Mapping[str, Any], desk: Any, taken: Any) -> list[Refusal]:
    try:
        desk.require_enterable(redemption, given)
        against = taken.against(redemption, canonical_issuer(given["issuer"]), canonical_number(given["number"]))
    except Refusal as refusal:
        return [refusal]
    return [against] if against else []


def _canonical(given: Mapping[str, Any]) -> tuple[str, str] | None:
    """A certificate's issuer and number as they are kept; None when there is no number to speak of."""
    try:
        return canonical_issuer(given["issuer"]), canonical_number(given["number"])
    except CertificateNumberEmpty:
        return None


def _person(row: Row, now: datetime) -> holders.Person:
    number = row.cells["id_number"]
    return holders.read_person(
        sheets.text_of(row.cells["name"]),
        sheets.text_of(number),
        local_date(now),
        damaged=sheets.is_damaged_number(number),
    )


def _trainee(
    person: holders.Person, known: Mapping[tuple[str, str], Any], trainees: Mapping[int, Any]
) -> tuple[Any, Sequence[Refusal]]:
    """Whose certificate a row is, and what its particulars are turned down for."""
    if not person.name or not person.id_number:
        return None, person.refusals
    holder = known.get((person.name, person.id_number))
    if holder is None or (redemption := trainees.get(holder.holder_id)) is None:
        return None, [NotATrainee()]
    return (redemption, []) if holder.same_name else (None, [IdentityNotConfirmed()])


def _of_days(row: Row) -> list[Refusal]:
    return [
        DayUnreadable(field=DAYS[field])
        for field in DAYS
        if row.cells[field] is not None and sheets.day_of(row.cells[field]) is None
    ]


def _given(row: Row, held: Any) -> dict[str, Any] | None:
    """The certificate as a row states it, of the class's work, level and kind; None while something is missing."""
    stated = {field: sheets.text_of(row.cells[field]) for field in ("issuer", "number")}
    days = {field: sheets.day_of(row.cells[field]) for field in DAYS}
    if not all(stated.values()) or not all(days.values()):
        return None
    kind = {name: getattr(held, name) for name in ("occupation_code", "level", "certificate_type")}
    return {**kind, **stated, **days}


def _digest(first: str, second: str) -> bytes:
    """Of what no two rows may share, in canonical spelling."""
    spelt = f"{canonical_issuer(first)}\n" + "".join(canonical_issuer(second).upper().split("-"))
    return hashlib.sha256(spelt.encode()).digest()


TABLE: Final = sheets.Kind(FIELDS, admit, check, accept)
