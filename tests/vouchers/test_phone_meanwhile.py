"""What the old phone does while a counter changes it: a request waits and is refused, or it ends with the change."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.city import redeem_body
from tests.journey.town import a_door, assert_sound, claimed, newcomer, refused, row
from tests.vouchers.test_assistance import CLERK, told
from tests.vouchers.test_assistance import PATH as ASSISTANCES
from tests.vouchers.test_phone_changes import PATH, ask, change, code_of, new_phone, opened_at
from voucher_service.accounts import service as accounts
from voucher_service.holders import assistance
from voucher_service.holders import service as holders
from voucher_service.vouchers import helping, live_codes
from voucher_service.web.access import Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.journey.city import Town, Worker


def test_a_log_in_by_the_old_phone_at_that_moment_ends_with_the_change(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, token = newcomer(town), town.staff_token(CLERK)
    sent, shown = code_of(opened_at(town, worker.person)), code_of(ask(town, worker.person, new_phone()))
    changed: list[Any] = []
    counter = Thread(target=lambda: changed.append(town.post(PATH, token, shown)))

    def open_late(who: Caller) -> str:
        counter.start()
        counter.join(timeout=2)  # Either the change is done by now, or it waits for this log-in.
        return accounts.open_session(who)

    monkeypatch.setattr(holders, "open_session", open_late)
    logged_in = town.client().post("/api/v1/holder-sessions", json=sent)
    counter.join()
    assert (logged_in.status_code, changed[0].status_code) == (201, 201)
    assert town.get("/api/v1/holders/me", logged_in.get_json()["token"]).status_code == 401


@contextmanager
def in_the_midst(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> Iterator[list[Any]]:
    """Begin `act` when a change has ended everything and has not committed; it is over when the block is left."""
    answers: list[Any] = []
    beside = Thread(target=lambda: answers.append(act()))
    ends = helping.end_code_sessions

    def and_then(region_id: int, holder_id: int) -> None:
        ends(region_id, holder_id)
        beside.start()
        beside.join(timeout=2)  # It waits for the change, or it is over and too early.
        assert beside.is_alive()

    monkeypatch.setattr(helping, "end_code_sessions", and_then)
    yield answers
    beside.join()


def test_the_old_phones_running_code_is_not_spent_while_the_phone_changes(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, worker = a_door(town), claimed(town).open_code()
    shown, body = code_of(ask(town, worker.person, new_phone())), redeem_body(worker, door.hex)
    scan = partial(town.post, "/api/v1/redemptions", door.token(), body)
    with in_the_midst(monkeypatch, scan) as scanned:
        assert town.post(PATH, town.staff_token(CLERK), shown).status_code == 201
    assert refused(scanned[0]) == (409, "code_session_ended")
    assert_sound(town)


def opening(worker: Worker) -> Callable[[], Any]:
    """What a phone sends to open a live code, drawn before."""
    path, town = f"/api/v1/vouchers/{worker.voucher}", worker.town
    header = town.get(f"{path}/code-header", worker.token).get_json()["header"]
    return partial(town.post, f"{path}/code-sessions", worker.token, {"header": header, "anchor": "5a" * 16})


def test_no_code_is_opened_by_the_old_phone_while_the_phone_changes(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = claimed(town)
    shown = code_of(ask(town, worker.person, new_phone()))
    with in_the_midst(monkeypatch, opening(worker)) as opened:
        assert town.post(PATH, town.staff_token(CLERK), shown).status_code == 201
    assert refused(opened[0]) == (401, "unauthenticated")
    assert row(town, worker).session_tag is None


def test_a_phone_that_was_recognised_a_moment_ago_opens_no_code_after_the_change(town: Town) -> None:
    """Another process keeps whom it recognised for some seconds and does not hear of the change."""
    worker = claimed(town)
    late, known = opening(worker), town.app.extensions["session_cache"]._kept.copy()
    change(town, worker.person, new_phone())
    town.app.extensions["session_cache"]._kept.update(known)
    assert refused(late()) == (401, "unauthenticated")
    assert row(town, worker).session_tag is None


def test_a_code_that_the_old_phone_opens_at_that_moment_ends_with_the_change(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, token = claimed(town), town.staff_token(CLERK)
    shown, late = code_of(ask(town, worker.person, new_phone())), opening(worker)
    changed: list[Any] = []
    counter = Thread(target=lambda: changed.append(town.post(PATH, token, shown)))

    def signing(*_: object) -> None:
        counter.start()
        counter.join(timeout=2)  # It waits until this session of the code is open, and finds it.
        assert counter.is_alive()

    monkeypatch.setattr(live_codes, "_tell_of_other_phone", signing)
    opened = late()
    counter.join()
    assert (opened.status_code, changed[0].status_code) == (201, 201)
    assert row(town, worker).session_tag != int.from_bytes(b"\x5a" * 8, "big")


def test_leave_that_the_old_phone_gives_at_that_moment_ends_with_the_change(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper, worker, token = newcomer(town), newcomer(town), town.staff_token(CLERK)
    asked = town.post(f"{ASSISTANCES}/challenges", helper.token, told(town, worker.person, relation="child"))
    sent, shown = code_of(asked), code_of(ask(town, worker.person, new_phone()))
    changed: list[Any] = []
    counter = Thread(target=lambda: changed.append(town.post(PATH, token, shown)))
    recognise = assistance.person_of

    def recognised(*asking: Any) -> Any:
        person = recognise(*asking)
        counter.start()
        counter.join(timeout=2)  # It has begun, and waits for the row that was read here.
        assert counter.is_alive()
        town.clock.advance(seconds=1)
        return person

    monkeypatch.setattr(assistance, "person_of", recognised)
    begun = town.post(ASSISTANCES, helper.token, sent)
    counter.join()
    assert changed[0].status_code == 201
    leave = begun.get_json().get("assistance")
    answer = town.get(f"{ASSISTANCES}/{leave}", helper.token) if leave else begun
    assert refused(answer) == (409, "assistance_phone_changed")
