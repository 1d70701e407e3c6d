"""The fields of work that a claim can declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journey.city import ANSWERS
from tests.journey.town import claimed, newcomer
from voucher_service.programmes import service as programmes

if TYPE_CHECKING:
    from tests.journey.city import Town


def test_every_occupation_is_in_one_field_and_each_field_can_be_declared(town: Town) -> None:
    found = town.client().get("/api/v1/programmes/fields").get_json()["fields"]
    codes = [taught["occupation_code"] for field in found for taught in field["occupations"]]
    with town.app.app_context():
        assert sorted(codes) == sorted(programmes.occupations())
        families = {code: programmes.family_of(code) for code in codes}
    for field in found:
        assert {families[taught["occupation_code"]] for taught in field["occupations"]} == {field["family"]}
        worker = claimed(town, "enterprise_employee", post=field["family"], former_post=None)
        shown = town.get(f"/api/v1/vouchers/{worker.voucher}", worker.token).get_json()
        assert (shown["only_family"], shown["not_family"]) == (field["family"], None)


def test_whoever_is_bound_to_nothing_is_shown_so(town: Town) -> None:
    assert ANSWERS["former_post"] not in {None, ""}
    worker = newcomer(town)
    assert worker.claim().status_code == 201
    shown = town.get(f"/api/v1/vouchers/{worker.voucher}", worker.token).get_json()
    assert (shown["only_family"], shown["not_family"]) == (None, None)


def test_what_nobody_knows_is_like_itself_only(town: Town) -> None:
    with town.app.app_context():
        assert programmes.family_of("ZZ99") == "ZZ99"
