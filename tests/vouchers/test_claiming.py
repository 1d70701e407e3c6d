"""Claiming through the API: every refusal, what a retry is told, and how little is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from tests.journey.city import ANSWERS, Town, new_key
from tests.journey.town import a_door, assert_sound, claimed, newcomer, refused, row
from voucher_service.database import db, unit_of_work
from voucher_service.programmes.models import Allotment, Programme
from voucher_service.vouchers import routes as vouchers_routes
from voucher_service.vouchers import service as vouchers
from voucher_service.vouchers.claiming import CLAIM
from voucher_service.vouchers.models import Questionnaire


@contextmanager
def programme(town: Town, **bent: Any) -> Iterator[None]:
    """Bend the programme for a while."""
    with town.app.app_context(), unit_of_work() as session:
        before = {name: getattr(session.get_one(Programme, town.city.programme_id), name) for name in bent}
        session.execute(update(Programme).values(**bent))
    yield
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(Programme).values(**before))


def test_a_claim_is_good_to_the_end_of_a_day_three_months_later(town: Town) -> None:
    worker = newcomer(town)
    answer = worker.claim().get_json(force=True)
    assert answer["state"] == "claimed"
    assert datetime.fromisoformat(answer["expires_at"]) == datetime(2026, 6, 2, 16, tzinfo=UTC)
    with town.app.app_context():
        kept = db.session.scalars(select(Questionnaire.answers).order_by(Questionnaire.answered_at.desc())).first()
    assert kept == ANSWERS
    assert_sound(town)


@pytest.mark.parametrize("bent", [{"state": "closed"}, {"state": "draft"}, {"closes_on": date(2026, 3, 1)}])
def test_a_programme_that_does_not_run_today_is_refused(town: Town, bent: dict[str, Any]) -> None:
    worker = newcomer(town)
    with programme(town, **bent):
        answer = worker.claim()
    assert refused(answer) == (409, "programme_not_running")
    assert answer.get_json()["figures"] == {"day": "2026-03-02"}


def test_a_programme_that_is_not_there_is_refused(town: Town) -> None:
    worker = newcomer(town)
    body = {"programme_id": 99, "answers": ANSWERS}
    assert refused(town.post("/api/v1/vouchers", worker.token, body)) == (404, "not_found")


def test_an_unwilling_answer_is_refused_with_the_rule_and_its_clause(town: Town) -> None:
    worker = newcomer(town)
    body = {"programme_id": town.city.programme_id, "answers": {**ANSWERS, "wants_work": False}}
    answer = town.post("/api/v1/vouchers", worker.token, body)
    assert refused(answer) == (409, "not_eligible")
    (finding,) = answer.get_json()["figures"]["findings"]
    assert (finding["rule_id"], finding["clause"]) == ("R01", "二(三)1")


@pytest.mark.parametrize(
    "body",
    [
        {"programme_id": 1},
        {"programme_id": "1", "answers": ANSWERS},
        {"programme_id": 2**31, "answers": ANSWERS},
        {"programme_id": 1, "answers": {**ANSWERS, "wants_work": "yes"}},
        {"programme_id": 1, "answers": {**ANSWERS, "wants_money": True}},
        {"programme_id": 1, "answers": ANSWERS, "region_id": 411202},
    ],
)
def test_a_claim_of_another_shape_is_refused(town: Town, body: dict[str, Any]) -> None:
    assert town.post("/api/v1/vouchers", newcomer(town).token, body).status_code == 422


def test_an_empty_quota_is_refused(town: Town) -> None:
    worker = newcomer(town)
    here = (Allotment.region_id == worker.region_id,)
    with town.app.app_context(), unit_of_work() as session:
        quota = session.scalars(select(Allotment.quota).where(*here)).one()
        session.execute(update(Allotment).where(*here).values(quota=Allotment.issued))
    assert refused(worker.claim()) == (409, "quota_exhausted")
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(Allotment).where(*here).values(quota=quota))
    assert worker.claim().status_code == 201


def test_a_second_voucher_is_refused_and_the_quota_untouched(town: Town) -> None:
    worker = claimed(town)
    assert refused(worker.claim()) == (409, "voucher_already_held")
    assert_sound(town)


def test_a_trainee_who_is_not_examined_yet_is_refused(town: Town) -> None:
    (trainee,) = a_door(town).complete()
    worker = trainee.worker.log_in()
    answer = worker.claim()
    assert refused(answer) == (409, "not_eligible")
    assert [finding["rule_id"] for finding in answer.get_json()["figures"]["findings"]] == ["R23"]


def test_a_retry_is_told_what_the_first_was_told_whatever_happened_since(town: Town) -> None:
    worker, key = newcomer(town), new_key()
    first = worker.claim(key)
    assert town.post(f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {}).status_code == 200
    with programme(town, state="closed"):
        again = worker.claim(key)
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotency-Hit"] == "true"


def test_a_refused_claim_stays_refused_under_its_key(town: Town) -> None:
    worker, key = newcomer(town), new_key()
    with programme(town, state="closed"):
        assert refused(worker.claim(key)) == (409, "programme_not_running")
    assert refused(worker.claim(key)) == (409, "programme_not_running")
    assert worker.claim().status_code == 201


def test_a_key_of_another_claim_is_refused(town: Town) -> None:
    worker, key = newcomer(town), new_key()
    assert worker.claim(key).status_code == 201
    body = {"programme_id": town.city.programme_id, "answers": {**ANSWERS, "wants_work": False}}
    assert refused(town.post("/api/v1/vouchers", worker.token, body, key)) == (422, "idempotency_key_reused")


def test_a_taken_key_without_an_answer_is_a_refusal_that_says_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, key = newcomer(town), new_key()
    assert worker.claim(key).status_code == 201
    town.post(f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {})
    monkeypatch.setattr(vouchers_routes, "kept_answer", lambda *_: None)
    assert refused(worker.claim(key)) == (409, "answer_unsettled")


def test_a_claim_reads_three_rows_by_their_keys_and_sends_one_statement(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = newcomer(town)
    town.get("/api/v1/vouchers", worker.token)  # From here on the session and the rule pack are remembered.
    claimed(town)
    read: list[str] = []
    sent: list[object] = []
    run = type(CLAIM).run
    monkeypatch.setattr(type(CLAIM), "run", lambda chain, parameters: (sent.append(chain), run(chain, parameters))[1])

    def note(*given: Any) -> None:
        read.append(given[2])

    with town.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert worker.claim().status_code == 201
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    asked = [statement for statement in read if statement.startswith("SELECT")]
    assert [statement.split("FROM ")[1].split()[0] for statement in asked] == ["programme", "holder", "voucher"]
    assert sent == [CLAIM]


def test_giving_back_twice_is_refused(town: Town) -> None:
    worker = claimed(town)
    path = f"/api/v1/vouchers/{worker.voucher}/return"
    assert town.post(path, worker.token, {}).get_json()["state"] == "returned"
    assert refused(town.post(path, worker.token, {})) == (409, "voucher_not_in_state")


def test_somebody_elses_voucher_is_as_absent_as_none(town: Town) -> None:
    worker, stranger = claimed(town), newcomer(town)
    for path in ("", "/facts", "/code-header"):
        assert refused(town.get(f"/api/v1/vouchers/{worker.voucher}{path}", stranger.token)) == (404, "not_found")
    for voucher in (worker.voucher, "0" * 15 + "1", "Z" * 16):
        assert refused(town.post(f"/api/v1/vouchers/{voucher}/return", stranger.token, {})) == (404, "not_found")
    assert row(town, worker).state == "claimed"


@pytest.mark.parametrize("age", [timedelta(minutes=3), timedelta(minutes=-1)])
def test_a_header_that_would_not_be_signed_now_is_refused(town: Town, age: timedelta) -> None:
    worker = claimed(town)
    town.clock.advance(minutes=10)
    given = town.get(f"/api/v1/vouchers/{worker.voucher}/code-header", worker.token).get_json()
    town.clock.moment += age
    body = {"header": given["header"], "anchor": "00" * 16}
    refusal = town.post(f"/api/v1/vouchers/{worker.voucher}/code-sessions", worker.token, body)
    assert refused(refusal) == (409, "code_header_outdated")


def test_an_ended_voucher_has_no_code(town: Town) -> None:
    worker = claimed(town)
    town.post(f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {})
    answer = town.get(f"/api/v1/vouchers/{worker.voucher}/code-header", worker.token)
    assert (refused(answer), answer.get_json()["figures"]) == ((409, "voucher_not_in_state"), {"state": "returned"})


def test_the_sweep_meets_an_overdue_voucher_once(town: Town) -> None:
    worker = claimed(town)
    overdue = town.clock.now() + timedelta(days=100)
    with town.app.app_context():
        with unit_of_work():
            assert vouchers.expire_overdue(overdue) >= 1
        with unit_of_work():
            assert vouchers.expire_overdue(overdue) == 0
    assert row(town, worker).state == "expired"
    assert_sound(town)
