"""Rules of reports and of payment: what is counted is shown with its target, and no fact leads to payment yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import voucher_service
from tests.objections.test_objections import answer, clerk, object_to
from tests.rulebook.breaking import Broken, breaks, certified_door, problem, staff

if TYPE_CHECKING:
    from tests.journey.city import Town

TOWARDS_PAYMENT = ("VoucherValued", "VoucherPublicised", "VoucherReleased", "VoucherPaid")
"""The facts that lead from a certificate to payment; a voucher's state is reached through its fact only."""
READ_ONLY = {"ledger/rules.py", "ledger/standalone_verifier.py", "faces/wording.py"}
"""Where those facts are named and not written: the law, its verifier, and the words for them."""


def writers() -> set[str]:
    """The modules that could write a fact that leads to payment."""
    root = Path(voucher_service.__file__).parent
    return {
        path
        for module in root.rglob("*.py")
        if (path := module.relative_to(root).as_posix()) not in READ_ONLY
        and any(kind in module.read_text(encoding="utf-8") for kind in TOWARDS_PAYMENT)
    }


@breaks("R08", "R25", "R26", "R29", "R32")
def nothing_is_paid_that_is_not_settled(town: Town) -> Broken:
    """Publicity, the provincial system, finance and recovery belong to the settlement, which nobody can reach yet.

    Whoever gives a room the means to write one of these facts has to give each of these rules a row of its own.
    """
    assert writers() == set()
    _, trainee, certified = certified_door(town)
    assert certified.status_code == 200, certified.text
    worker = trainee.worker.log_in()
    (voucher,) = town.get("/api/v1/vouchers", worker.token).get_json()["vouchers"]
    assert voucher["state"] == "certified"
    facts = town.get(f"/api/v1/vouchers/{worker.voucher}/facts", worker.token).get_json()["facts"]
    assert not {fact["kind"] for fact in facts} & set(TOWARDS_PAYMENT)
    return Broken({}, {}, refuses=False)


@breaks("R31")
def an_objection_that_is_answered_twice(town: Town) -> Broken:
    _, trainee, _ = certified_door(town)
    worker = trainee.worker.log_in()
    filed = object_to(worker, voucher=worker.voucher).get_json()
    token = clerk(town, worker.region_id)
    assert answer(town, token, filed).status_code == 200
    problem(answer(town, token, filed), 409, "objection_answered")
    (own,) = town.get("/api/v1/objections", worker.token).get_json()["objections"]
    assert own["objection"]["receipt_no"] == filed["receipt_no"]
    assert own["answer"]
    return Broken({}, {}, refuses=False)


@breaks("R04", "R30")
def a_year_below_its_targets(town: Town) -> Broken:
    path = f"/api/v1/reports/funnel/{town.city.programme_id}"
    shown = town.get(path, staff(town, "bureau1")).get_json()
    assert shown["total"]["issued"] < shown["target_issued"]
    assert shown["used"] < shown["target_used"]
    assert {line["month"] for line in shown["pace"]["issued"]["months"]} >= {202601, 202603, 202612}
    past = town.get(f"{path}?on=2026-03-01", staff(town, "bureau1")).get_json()
    assert (past["as_of"], past["total"]["issued"]) == ("2026-03-01", 0)
    return Broken({"figures": shown}, {"target_issued": 20_000, "target_used": 5_000}, refuses=False)


@breaks("R28")
def a_share_of_the_fund_that_the_city_keeps(town: Town) -> Broken:
    packs = town.client().get("/api/v1/rule-packs/").get_json()["rule_packs"]
    (share,) = [number for number in packs[-1]["numbers"] if number["key"] == "fund_share_min_permille"]
    assert share["rule"] == "R28"
    return Broken({"figures": share}, {"value": 150}, refuses=False)
