from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.accounts.application import engine_url, on_each_engine, small_service
from tests.accounts.conftest import PASSWORD
from voucher_service.accounts import held_secrets, service
from voucher_service.accounts.errors import ClientRefused, LoginNameTaken, LogInRefused, RoleUnfit, TooManyAttempts
from voucher_service.accounts.models import LoginSession, StaffAccount
from voucher_service.accounts.second_factor import code_at
from voucher_service.database import db, unit_of_work
from voucher_service.errors import Refusal
from voucher_service.web.access import BUREAU_CLERK, HOLDER, INSTITUTION_CLERK, INSTITUTION_CLIENT, Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from voucher_service.clock import FixedClock


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    with small_service(engine_url(request)) as app:
        yield app


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def clock(app: Flask) -> FixedClock:
    held: FixedClock = app.extensions["clock"]
    return held


def log_in(clerk: service.NewStaff, clock: FixedClock) -> str:
    return service.log_in_staff("clerk", PASSWORD, code_at(clerk.totp_secret, clock.now()))


def forget_recognised(app: Flask) -> None:
    app.extensions.pop("session_cache", None)


@on_each_engine
def test_both_factors_open_a_session_of_the_accounts_role(clerk: service.NewStaff, clock: FixedClock) -> None:
    who = service.authenticate(log_in(clerk, clock))
    assert who is not None
    assert (who.role, who.subject_id, who.person_id) == (BUREAU_CLERK, clerk.account_id, clerk.person_id)
    assert (who.region_id, who.institution_id) == (411202, None)


def test_wrong_name_password_code_and_a_disabled_account_are_answered_alike(
    clerk: service.NewStaff, clock: FixedClock
) -> None:
    code = code_at(clerk.totp_secret, clock.now())
    with unit_of_work():
        gone = service.create_staff("gone", PASSWORD, BUREAU_CLERK, 411202, person_id=1)
        service.disable_staff(gone.account_id)
    for shown in (
        ("nobody", PASSWORD, code),
        ("clerk", "wrong password", code),
        ("clerk", PASSWORD, code_at(clerk.totp_secret, clock.now() - timedelta(hours=1))),
        ("gone", PASSWORD, code_at(gone.totp_secret, clock.now())),
    ):
        with pytest.raises(LogInRefused):
            service.log_in_staff(*shown)


def test_a_one_time_code_works_once(clerk: service.NewStaff, clock: FixedClock) -> None:
    log_in(clerk, clock)
    with pytest.raises(LogInRefused):
        log_in(clerk, clock)
    clock.advance(seconds=30)
    assert service.authenticate(log_in(clerk, clock))


@on_each_engine
@pytest.mark.parametrize("login_name", ["clerk", "nobody"])
def test_after_five_failures_nobody_gets_in_for_a_quarter_of_an_hour(
    clerk: service.NewStaff, clock: FixedClock, login_name: str
) -> None:
    for _ in range(5):
        with pytest.raises(LogInRefused):
            service.log_in_staff(login_name, "wrong password", "000000")
    with pytest.raises(TooManyAttempts) as refused:
        service.log_in_staff(login_name, PASSWORD, code_at(clerk.totp_secret, clock.now()))
    assert (refused.value.status, refused.value.code) == (429, "too_many_attempts")
    clock.advance(minutes=15)
    with pytest.raises(LogInRefused):
        service.log_in_staff(login_name, "wrong password", "000000")


@on_each_engine
def test_many_guesses_at_once_are_still_five(app: Flask) -> None:
    def answer(number: int) -> str:
        with app.app_context(), pytest.raises(Refusal) as refused:
            service.log_in_staff("nobody", f"guess {number}", "000000")
        return refused.value.code

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(answer, range(24)))
    assert answers == {"log_in_refused": 5, "too_many_attempts": 19}


@on_each_engine
def test_one_code_shown_many_times_at_once_gets_in_once(app: Flask, clerk: service.NewStaff, clock: FixedClock) -> None:
    def got_in(_: int) -> bool:
        with app.app_context():
            try:
                return bool(log_in(clerk, clock))
            except (LogInRefused, TooManyAttempts):
                return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(got_in, range(4))) == 1


def test_a_success_forgets_the_failures_before_it(clerk: service.NewStaff, clock: FixedClock) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(LogInRefused):
                service.log_in_staff("clerk", "wrong password", "000000")
        assert log_in(clerk, clock)
        clock.advance(seconds=30)


def test_neither_password_nor_secret_nor_token_is_kept(clerk: service.NewStaff, clock: FixedClock) -> None:
    token = log_in(clerk, clock)
    account, session = db.session.query(StaffAccount).one(), db.session.query(LoginSession).one()
    kept = repr([*vars(account).values(), *vars(session).values()])
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not any(secret in kept for secret in (PASSWORD, clerk.totp_secret, token))


def test_a_session_ends_when_it_is_ended(clerk: service.NewStaff, clock: FixedClock) -> None:
    token = log_in(clerk, clock)
    who = service.authenticate(token)
    assert who is not None
    assert who.session_id is not None
    with unit_of_work():
        service.end_session(who.session_id)
    assert service.authenticate(token) is None


def test_disabling_an_account_ends_its_sessions(clerk: service.NewStaff, clock: FixedClock) -> None:
    token = log_in(clerk, clock)
    assert service.authenticate(token)
    with unit_of_work():
        service.disable_staff(clerk.account_id)
    assert service.authenticate(token) is None


def test_another_process_forgets_a_caller_after_five_seconds(
    app: Flask, clerk: service.NewStaff, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = log_in(clerk, clock)
    assert service.authenticate(token)
    there = app.extensions.pop("session_cache")
    with unit_of_work():
        service.disable_staff(clerk.account_id)
    app.extensions["session_cache"] = there
    assert service.authenticate(token)
    later = time.monotonic() + 5
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert service.authenticate(token) is None


def test_a_staff_session_lives_while_it_is_used_and_no_longer_than_eight_hours(
    app: Flask, clerk: service.NewStaff, clock: FixedClock
) -> None:
    token = log_in(clerk, clock)
    for _ in range(47):
        clock.advance(minutes=10)
        forget_recognised(app)
        assert service.authenticate(token)
    clock.advance(minutes=10)
    assert service.authenticate(token) is None


def test_a_staff_session_ends_by_idling(clerk: service.NewStaff, clock: FixedClock) -> None:
    token = log_in(clerk, clock)
    clock.advance(minutes=15)
    assert service.authenticate(token) is None


def test_a_holders_session_does_not_idle(clock: FixedClock) -> None:
    with unit_of_work():
        token = service.open_session(Caller(HOLDER, 5, 411202))
    clock.advance(hours=11)
    who = service.authenticate(token)
    assert who is not None
    assert (who.role, who.subject_id, who.region_id) == (HOLDER, 5, 411202)
    clock.advance(hours=1)
    assert service.authenticate(token) is None


def test_a_client_exchanges_its_secret_for_an_hour(clock: FixedClock) -> None:
    with unit_of_work():
        client_id, secret = service.create_client(77, 411203, "front desk")
    token = service.client_token(client_id, secret)
    who = service.authenticate(token)
    assert who is not None
    assert (who.role, who.subject_id, who.institution_id, who.region_id) == (INSTITUTION_CLIENT, client_id, 77, 411203)
    clock.advance(hours=1)
    assert service.authenticate(token) is None


@on_each_engine
def test_unknown_wrong_and_revoked_clients_are_refused_and_a_revoked_ones_sessions_end() -> None:
    with unit_of_work():
        client_id, secret = service.create_client(77, 411203, "front desk")
    token = service.client_token(client_id, secret)
    with unit_of_work():
        service.revoke_client(client_id)
    assert service.authenticate(token) is None
    for shown in ((client_id, secret), (client_id + 1, secret), (client_id, secret[:-1])):
        with pytest.raises(ClientRefused):
            service.client_token(*shown)


@pytest.mark.parametrize(
    ("role", "institution_id"),
    [(BUREAU_CLERK, 7), (INSTITUTION_CLERK, None), (HOLDER, None), (INSTITUTION_CLIENT, 7), ("public", None)],
)
def test_an_account_has_a_role_that_fits(role: str, institution_id: int | None) -> None:
    with pytest.raises(RoleUnfit), unit_of_work():
        service.create_staff("misfit", PASSWORD, role, 411202, institution_id=institution_id, person_id=1)


@on_each_engine
def test_a_login_name_is_one_accounts_and_a_person_may_have_two(clerk: service.NewStaff) -> None:
    with pytest.raises(LoginNameTaken), unit_of_work():
        service.create_staff("clerk", PASSWORD, BUREAU_CLERK, 411202, person_id=1)
    with unit_of_work():
        second = service.create_staff("clerk-too", PASSWORD, BUREAU_CLERK, 411202, person_id=clerk.person_id)
    assert second.person_id == clerk.person_id
    assert second.account_id != clerk.account_id


def test_accounts_whose_second_factor_somebody_knows_are_counted_until_they_are_disabled(
    clerk: service.NewStaff,
) -> None:
    known = "KNOWN" * 6 + "AB"
    with unit_of_work():
        open_one = service.create_staff("known", PASSWORD, BUREAU_CLERK, 411202, person_id=1, totp_secret=known)
    assert (held_secrets.open_to(known), held_secrets.open_to(clerk.totp_secret)) == (1, 1)
    with unit_of_work():
        service.disable_staff(open_one.account_id)
    assert held_secrets.open_to(known) == 0


def test_nonsense_is_nobodys_token() -> None:
    assert service.authenticate("nonsense") is None
