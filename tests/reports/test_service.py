"""The funnel of a city with a few vouchers, now and as of past days, and the rows behind its numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.city import PEOPLE, Worker, redeem_body
from voucher_service.database import db, unit_of_work
from voucher_service.identifiers import to_hex
from voucher_service.ledger.sealing import seal_once
from voucher_service.programmes.models import Programme

if TYPE_CHECKING:
    from tests.journey.city import Town

MARCH_2, MARCH_20, APRIL_9, MAY_5 = (
    datetime(2026, month, day, 1, 0, tzinfo=UTC) for month, day in ((3, 2), (3, 20), (4, 9), (5, 5))
)


@pytest.fixture
def lived(town: Town) -> Town:
    """Two claims on 2 March, one on 20 March which is redeemed on 9 April and undone the next day; now is 5 May."""
    first, second, third = (Worker(town, person, 411281) for person in (PEOPLE[0], PEOPLE[1], PEOPLE[2]))
    claim(town, first, MARCH_2)
    claim(town, second, MARCH_2)
    seal(town)
    claim(town, third, MARCH_20)
    town.clock.moment = APRIL_9.replace(day=1)
    redemption = redeem(town, third)
    seal(town)
    town.clock.moment = APRIL_9.replace(day=2)
    town.tokens.clear()
    path = f"/api/v1/redemptions/411281/{redemption}/undo"
    asked = town.post(f"{path}-request", town.staff_token("school1-clerk"), {"reason": "wrong_class"})
    assert asked.status_code == 201, asked.text
    undone = town.post(path, town.staff_token("bureau-clerk"), {"confirmed": True})
    assert undone.status_code == 200, undone.text
    town.clock.moment = MAY_5
    town.tokens.clear()
    return town


def claim(town: Town, worker: Worker, when: datetime) -> None:
    town.clock.moment = when
    assert worker.log_in().claim().status_code == 201


def redeem(town: Town, worker: Worker) -> str:
    class_id = next(class_id for region_id, class_id in town.city.classes if region_id == 411281)
    town.tokens.clear()
    answer = town.post(
        "/api/v1/redemptions",
        town.staff_token("school1-clerk"),
        redeem_body(worker.log_in().open_code(), to_hex(class_id)),
    )
    assert answer.status_code == 201, answer.text
    return str(answer.get_json(force=True)["redemption"])


def seal(town: Town) -> None:
    with town.app.app_context():
        seal_once(town.clock.now())


def funnel(town: Town, on: str = "", reader: str = "bureau1") -> Any:
    query = f"?on={on}" if on else ""
    answer = town.get(f"/api/v1/reports/funnel/{town.city.programme_id}{query}", town.staff_token(reader))
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def rows(town: Town, query: str, reader: str = "bureau1") -> Any:
    answer = town.get(f"/api/v1/reports/funnel/{town.city.programme_id}/rows?{query}", town.staff_token(reader))
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.parametrize(
    ("on", "issued", "redeemed"),
    [
        ("2026-03-01", 0, 0),
        ("2026-03-02", 2, 0),
        ("2026-03-19", 2, 0),
        ("2026-03-31", 3, 0),
        ("2026-04-01", 3, 1),
        ("2026-04-02", 3, 0),
        ("2026-04-30", 3, 0),
        ("2026-05-05", 3, 0),
        ("2030-01-01", 3, 0),
    ],
)
def test_any_report_can_be_had_as_of_the_end_of_a_past_day(lived: Town, on: str, issued: int, redeemed: int) -> None:
    found = funnel(lived, on)
    assert (found["total"]["issued"], found["total"]["redeemed"]) == (issued, redeemed)
    assert found["as_of"] == min(on, "2026-05-05")
    behind = rows(lived, f"stage=redeemed&on={on}")["rows"]
    assert sum(row["counts"] for row in behind) == redeemed


def test_a_past_report_is_the_same_before_and_after_sealing(lived: Town) -> None:
    before = [funnel(lived, on) for on in ("2026-03-10", "2026-04-01", "2026-04-02")]
    seal(lived)
    assert [funnel(lived, on) for on in ("2026-03-10", "2026-04-01", "2026-04-02")] == before


def test_the_funnel_says_where_vouchers_wait_and_since_when(lived: Town) -> None:
    waiting = {here["state"]: here for here in funnel(lived)["waiting"]}
    assert (waiting["claimed"]["vouchers"], waiting["claimed"]["old"]) == (3, 0)
    assert waiting["claimed"]["by_region"] == {"411281": 3}
    assert waiting["redeemed"]["vouchers"] == 0
    lived.clock.moment = MAY_5.replace(month=6)
    lived.tokens.clear()
    assert next(here for here in funnel(lived)["waiting"] if here["state"] == "claimed")["old"] == 3


def test_every_number_is_the_sum_of_the_rows_behind_it(lived: Town) -> None:
    total = funnel(lived)["total"]
    for stage, count in total.items():
        assert sum(row["counts"] for row in rows(lived, f"stage={stage}")["rows"]) == count
    moves = rows(lived, "stage=redeemed&region_id=411281&month=202604")["rows"]
    assert [(row["kind"], row["counts"]) for row in moves] == [("VoucherRedeemed", 1), ("RedemptionUndone", -1)]
    assert rows(lived, "stage=redeemed&month=202603")["rows"] == []
    assert len(rows(lived, "state=claimed&month=202603")["rows"]) == 3


def test_rows_come_in_pages_that_neither_miss_nor_repeat(lived: Town) -> None:
    seen, after = [], ""
    while True:
        page = rows(lived, f"stage=issued&limit=1{after}")
        seen += [row["voucher"] for row in page["rows"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len(seen) == len(set(seen)) == 3


@pytest.mark.parametrize(
    "query",
    ["stage=claimed", "state=unknown", "", "stage=issued&state=claimed", "stage=issued&after=1", "on=2026-02-30"],
)
def test_rows_that_cannot_be_asked_for_are_refused(town: Town, query: str) -> None:
    path = f"/api/v1/reports/funnel/{town.city.programme_id}/rows?{query}"
    answer = town.get(path, town.staff_token("bureau1"))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize(("used", "count"), [("certified", 0), ("redeemed", 1), ("completed", 0), ("paid", 0)])
def test_what_counts_as_used_is_the_programmes_choice(lived: Town, used: str, count: int) -> None:
    with lived.app.app_context(), unit_of_work():
        db.session.get_one(Programme, lived.city.programme_id).counts_as_used = used
    found = funnel(lived, "2026-04-01")
    assert (found["counts_as_used"], found["pace"]["used"]["reached"]) == (used, count)
    assert found["pace"]["used"]["stage"] == used
    assert found["definition"].startswith("有效使用＝")


def test_a_funnel_of_no_programme_is_absent(town: Town) -> None:
    answer = town.get("/api/v1/reports/funnel/999", town.staff_token("bureau1"))
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_the_targets_are_read_over_the_api(town: Town) -> None:
    found = town.get("/api/v1/reports/targets", town.staff_token("auditor1")).get_json()
    assert [table["table"] for table in found["tables"]] == ["counties", "units", "projects"]
    assert found["differences"]["projects"] == {"trainings": 0, "skilled": 20, "high_skilled": 50}
    assert (found["issued_target"], found["used_target"]) == (20_000, 5_000)


@pytest.mark.parametrize("path", ["targets", "funnel/1", "funnel/1/rows?stage=issued"])
def test_reports_are_not_for_institutions(town: Town, path: str) -> None:
    assert town.get(f"/api/v1/reports/{path}", town.staff_token("school1-admin")).status_code == 403


def test_as_of_days_follow_the_citys_wall_clock(town: Town) -> None:
    worker = Worker(town, PEOPLE[3], 411202)
    claim(town, worker, datetime(2026, 3, 4, 16, 30, tzinfo=UTC))  # half past midnight of the 5th in the city
    town.clock.moment = MAY_5
    town.tokens.clear()
    assert funnel(town, date(2026, 3, 4).isoformat())["total"]["issued"] == 0
    assert funnel(town, date(2026, 3, 5).isoformat())["total"]["issued"] == 1
