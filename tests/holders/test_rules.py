from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from voucher_service.errors import Refusal
from voucher_service.holders import citizen_id
from voucher_service.holders.categories import CATEGORIES
from voucher_service.holders.errors import HolderTooYoung
from voucher_service.holders.rules import Identity, Match, identity, match, require_age

TODAY = date(2023, 6, 1)
ID_NUMBER = "41990219900307001" + citizen_id.check_character("41990219900307001")
HOLDER = Identity("阿测·示拉", ID_NUMBER, "16400000001")


def test_an_identity_is_brought_into_canonical_spelling() -> None:
    assert identity(" 阿测·示拉 ", f" {ID_NUMBER.lower()} ", "+86 164-0000-0001", TODAY) == HOLDER


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "测"}, "name_malformed"),
        ({"id_number": ID_NUMBER[:-1]}, "id_number_malformed"),
        ({"id_number": "419902900307001"}, "id_number_old_15_digits"),
        ({"phone": "123"}, "phone_malformed"),
    ],
)
def test_each_unfit_particular_has_its_own_refusal_without_the_data(change: dict[str, str], code: str) -> None:
    unfit = replace(HOLDER, **change)
    with pytest.raises(Refusal) as refused:
        identity(unfit.name, unfit.id_number, unfit.phone, TODAY)
    assert (refused.value.code, refused.value.status, refused.value.figures) == (code, 422, {})


def test_an_identity_never_shows_itself() -> None:
    assert not any(part in repr(HOLDER) for part in (HOLDER.name, HOLDER.id_number, HOLDER.phone))


@pytest.mark.parametrize(
    ("id_number", "name", "verdict"),
    [
        (ID_NUMBER, "阿测·示拉", Match.MATCH),
        (ID_NUMBER, "阿测•示拉", Match.MATCH),
        (ID_NUMBER, "阿测示拉", Match.NAME_MISMATCH),
        (ID_NUMBER, "样甲", Match.NAME_MISMATCH),
        ("419902199003070029", "阿测·示拉", Match.ID_MISMATCH),
    ],
)
def test_a_presented_card_is_compared_by_number_then_by_skeleton(id_number: str, name: str, verdict: Match) -> None:
    assert match(HOLDER, id_number, name) is verdict


def test_one_too_young_to_work_is_refused_and_told_from_when() -> None:
    require_age(ID_NUMBER, date(2006, 3, 7), 16)
    with pytest.raises(HolderTooYoung) as refused:
        require_age(ID_NUMBER, date(2006, 3, 6), 16)
    assert refused.value.figures == {"age_min": 16, "eligible_from": "2006-03-07"}
    assert "2006-03-07" in refused.value.sentence_zh


def test_a_leap_day_child_may_claim_on_the_very_day_named() -> None:
    leap_day_child = "41990220040229001" + citizen_id.check_character("41990220040229001")
    with pytest.raises(HolderTooYoung) as refused:
        require_age(leap_day_child, date(2022, 2, 27), 18)
    require_age(leap_day_child, date.fromisoformat(str(refused.value.figures["eligible_from"])), 18)


def test_there_are_seventeen_categories_and_four_are_sensitive() -> None:
    assert len(CATEGORIES) == len({category.zh for category in CATEGORIES.values()}) == 17
    sensitive = {slug for slug, category in CATEGORIES.items() if category.sensitive}
    assert sensitive == {"disabled", "community_corrections", "drug_rehabilitation", "prisoner"}
