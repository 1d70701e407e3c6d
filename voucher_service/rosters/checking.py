"""Judging the rows of a roster: each against every person rule, many at a time, with the same few questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.errors import Refusal
from voucher_service.holders import service as holders
from voucher_service.holders.errors import IdentityNotConfirmed
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.rosters import rules
from voucher_service.rosters.errors import (
    AnswerUnreadable,
    CategoryNotEligible,
    CategoryUnreadable,
    FormerPostSimilar,
    PersonCannotJoin,
    PostMissing,
    PostNotSimilar,
    PupilNotEligible,
)
from voucher_service.rosters.rules import Past
from voucher_service.sheets import service as sheets
from voucher_service.sheets.service import Field, Row, Sheet, Verdict
from voucher_service.vouchers import service as vouchers

QUESTIONS: Final = {"wants_training": "培训意愿", "wants_work": "就业意愿", "able_to_attend": "就业能力"}
FIELDS: Final = (
    Field("name", "姓名", ("姓名", "学员姓名", "学员", "name", "fullname")),
    Field(
        "id_number", "公民身份号码", ("公民身份号码", "身份证号", "身份证号码", "身份证", "证件号码", "idnumber", "id")
    ),
    Field("category", "人员类别", ("人员类别", "类别", "人员性质", "category")),
    Field("wants_training", "培训意愿", ("培训意愿", "愿意培训", "参加培训意愿", "wantstraining")),
    Field("wants_work", "就业意愿", ("就业意愿", "愿意就业", "就业创业意愿", "wantswork")),
    Field("able_to_attend", "就业能力", ("就业能力", "能否到课", "到课能力", "abletoattend")),
    Field("post", "现岗位工种", ("现岗位工种", "现岗位", "岗位工种", "岗位", "post"), required=False),
    Field(
        "former_post", "转岗前工种", ("转岗前工种", "原岗位工种", "原岗位", "转岗前岗位", "formerpost"), required=False
    ),
    Field("schooling", "在校情况", ("在校情况", "是否在校", "在校生", "毕业学年在校生", "schooling"), required=False),
)


class Standard(NamedTuple):
    """What the rows of one class are held to."""

    training_class: Any
    occupation: str
    """What the class teaches, in words."""
    families: Mapping[str, str]
    """Each known occupation's family by its name and by its code; a post that it does not know is similar to none."""
    categories: frozenset[str]
    capacity: int
    numbers: Mapping[str, int]


def standard_of(region_id: int, class_id: int) -> Standard:
    """Refuses with NotFound."""
    found = classes.get(region_id, class_id)
    numbers = programmes.rule_numbers(found.rule_pack_id)
    occupations = programmes.occupations()
    own = occupations.get(found.occupation_code)
    families = {
        key: programmes.family_of(each.occupation_code)
        for each in occupations.values()
        for key in (each.occupation_code, each.name)
    }
    every = [category.slug for category in holders.categories()]
    return Standard(
        training_class=found,
        occupation=own.name if own else found.occupation_code,
        families={**families, found.occupation_code: found.family},
        categories=frozenset(programmes.get(found.programme_id).settings.get("categories", every)),
        capacity=min(found.capacity, numbers["trainees_max"]),
        numbers=numbers,
    )


def check(sheet: Sheet, rows: Sequence[Row], now: datetime) -> Sequence[Verdict]:
    """Judge some rows of a sheet, which follow those that are checked already. Refuses with NotFound."""
    standard = standard_of(sheet.region_id, sheet.subject_id)
    people = [_read(row, now, standard.numbers["age_min"]) for row in rows]
    digests = holders.person_digests(one.id_number for one in people if one.id_number)
    known = holders.recognised([(one.name, one.id_number) for one in people if one.name and one.id_number], digests)
    pasts = _pasts(known.values(), sheet)
    found = [known.get((one.name or "", one.id_number or "")) for one in people]
    places = enumerate(zip(rows, people, found, strict=True), start=sheet.rows_checked + 1)
    return [
        Verdict(
            _against(row, one, holder, pasts, standard=standard, place=place),
            [digests[one.id_number]] if one.id_number else (),
            (holder.region_id, holder.holder_id) if holder else None,
        )
        for place, (row, one, holder) in places
    ]


def _read(row: Row, now: datetime, age_min: int) -> holders.Person:
    number = row.cells["id_number"]
    return holders.read_person(
        sheets.text_of(row.cells["name"]),
        sheets.text_of(number),
        local_date(now),
        damaged=sheets.is_damaged_number(number),
        age_min=age_min,
    )


def _against(
    row: Row, person: holders.Person, known: Any, pasts: Mapping[int, list[Past]], *, standard: Standard, place: int
) -> list[Refusal]:
    against = [*rules.over_capacity(place, standard.capacity), *person.refusals, *_of_file(row, standard)]
    if known and not known.same_name:
        against.append(IdentityNotConfirmed())
    elif known:
        against += _of_record(known, pasts.get(known.holder_id, []), standard)
    return against


def _of_file(row: Row, standard: Standard) -> Iterator[Refusal]:
    """What the row itself says against its person."""
    answers = {field: sheets.yes_or_no(row.cells[field]) for field in QUESTIONS}
    for field, answer in answers.items():
        if answer is None and row.cells[field] is not None:
            yield AnswerUnreadable(field=field, question=QUESTIONS[field])
    yield from rules.unwilling(answers, QUESTIONS)
    category = _category(_text(row, "category"))
    if category is None:
        if row.cells["category"] is not None:
            yield CategoryUnreadable()
    elif category not in standard.categories:
        yield CategoryNotEligible()
    yield from _of_work(row, standard)


def _of_work(row: Row, standard: Standard) -> Iterator[Refusal]:
    """What the row says of the post and the schooling, held against the class by the rules of a claim."""
    post, schooling = _bounds(row, standard)
    family, former_post = standard.training_class.family, _text(row, "former_post")
    taught = {"occupation": standard.occupation, "occupation_code": standard.training_class.occupation_code}
    is_employee = _category(_text(row, "category")) == vouchers.EMPLOYEE
    if is_employee and not former_post and not _text(row, "post"):
        yield PostMissing()
    elif not post.admits(family):
        yield FormerPostSimilar(**taught) if former_post else PostNotSimilar(**taught)
    if not schooling.admits(family):
        yield PupilNotEligible(**taught)


def _bounds(row: Row, standard: Standard) -> tuple[vouchers.Bound, vouchers.Bound]:
    category, former = _category(_text(row, "category")) or "", _text(row, "former_post")
    post = standard.families.get(_text(row, "post"), vouchers.NOTHING)
    former_post = standard.families.get(former, vouchers.NOTHING) if former else None
    return (
        vouchers.bound_of_post(category, post, former_post),
        vouchers.bound_of_schooling(rules.schooling_of(_text(row, "schooling"))),
    )


def bound_of(row: Row, standard: Standard) -> vouchers.Bound:
    """Return what a row leaves to learn: a voucher that is offered to its person carries it."""
    post, schooling = _bounds(row, standard)
    return post.and_(schooling)


def _of_record(known: Any, past: Sequence[Past], standard: Standard) -> list[Refusal]:
    """What the person's record says; no institution learns a category from it, or where somebody was."""
    found = rules.hindered(
        past,
        standard.training_class.occupation_code,
        standard.training_class.level,
        standard.training_class.starts_on,
        rest_months=standard.numbers["rest_after_exam_months"],
        trainings_max=standard.numbers["subsidised_trainings_per_year_max"],
    )
    silent = any(isinstance(reason, PersonCannotJoin) for reason in found)
    return [*found, *([PersonCannotJoin()] if known.category not in standard.categories and not silent else [])]


def _pasts(known: Any, sheet: Sheet) -> dict[int, list[Past]]:
    """The earlier vouchers of all these holders, each with whether it was spent at this institution, in this class."""
    held = vouchers.of_holders([(holder.region_id, holder.holder_id) for holder in known])
    spent = redemptions.live_of(
        [
            (voucher.region_id, voucher.voucher_id)
            for of_one in held.values()
            for voucher in of_one
            if voucher.state in rules.IN_TRAINING_OR_AFTER
        ]
    )
    return {
        holder_id: [_past(voucher, spent.get(voucher.voucher_id), sheet) for voucher in of_one]
        for holder_id, of_one in held.items()
    }


def _past(voucher: Any, redemption: Any, sheet: Sheet) -> Past:
    return Past(
        state=voucher.state,
        year=voucher.period // 100,
        examined_on=voucher.examined_on,
        occupation_code=voucher.occupation_code,
        level=voucher.level,
        ours=redemption is not None and redemption.institution_id == sheet.institution_id,
        here=redemption is not None and redemption.class_id == sheet.subject_id,
    )


@lru_cache(maxsize=100)
def _category(said: str) -> str | None:
    """Read a category by its slug or by its Chinese name, which people shorten."""
    for category in holders.categories():
        if said in {category.slug, category.zh} or (len(said) > 1 and category.zh.startswith(said)):
            return category.slug
    return None


def _text(row: Row, name: str) -> str:
    return sheets.text_of(row.cells.get(name)).strip()
