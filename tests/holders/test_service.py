from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.accounts.application import REGIONS, engine_url, on_each_engine, small_service
from voucher_service.accounts.service import authenticate
from voucher_service.database import db, unit_of_work
from voucher_service.errors import NotFound, Refusal
from voucher_service.holders import challenges, citizen_id, service
from voucher_service.holders.errors import (
    CategoryUnknown,
    CodeNotAccepted,
    HolderExists,
    HolderTooYoung,
    IdentityCheckUnavailable,
    IdentityNotConfirmed,
    RegionUnknown,
    TooManyCodes,
)
from voucher_service.holders.models import Holder, HolderAccess, SmsCode
from voucher_service.holders.rules import Identity
from voucher_service.web.access import HOLDER, INSTITUTION_CLERK, Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from voucher_service.clock import FixedClock

ID_NUMBER = "41990219900307001" + citizen_id.check_character("41990219900307001")
OTHER_ID_NUMBER = "41990219900307002" + citizen_id.check_character("41990219900307002")
PERSON = Identity("阿测·示拉", ID_NUMBER, "16400000001")


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


def challenge(person: Identity = PERSON, region_id: int = 411202, category: str = "veteran") -> tuple[int, str]:
    sent = service.request_log_in(
        person.name, person.id_number, person.phone, region_id=region_id, category=category, regions=REGIONS
    )
    assert sent.trial_code is not None
    return sent.challenge_id, sent.trial_code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


@on_each_engine
def test_the_first_log_in_enrols_and_the_next_one_finds_the_same_holder() -> None:
    first = service.confirm_log_in(*challenge())
    second = service.confirm_log_in(*challenge(region_id=411203, category="other"))
    assert second.holder_id == first.holder_id
    who = authenticate(second.token)
    assert who is not None
    assert (who.role, who.subject_id, who.region_id) == (HOLDER, first.holder_id, 411202)
    assert service.standing(first.holder_id)[:2] == (411202, "veteran")


def test_a_code_works_once() -> None:
    sent = challenge()
    service.confirm_log_in(*sent)
    with pytest.raises(CodeNotAccepted):
        service.confirm_log_in(*sent)


@on_each_engine
def test_of_many_who_show_a_code_at_once_one_gets_in(app: Flask) -> None:
    sent = challenge()

    def got_in(_: int) -> bool:
        with app.app_context():
            try:
                return bool(service.confirm_log_in(*sent))
            except CodeNotAccepted:
                return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(got_in, range(16))) == 1


def test_whoever_enrolled_a_moment_ago_is_told_so_and_not_that_their_phone_is_taken(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of two first log-ins looks for the person too early, and at the phone too late."""
    first, second = challenge(), challenge()
    with app.app_context():
        service.confirm_log_in(*first)
    seen: list[str] = []
    known = challenges.known_by_number

    def too_early(id_number: str, *, held: bool = False) -> Holder | None:
        seen.append(id_number)
        return known(id_number, held=held) if len(seen) > 1 else None

    monkeypatch.setattr(challenges, "known_by_number", too_early)
    with app.app_context(), pytest.raises(HolderExists):
        service.confirm_log_in(*second)


@on_each_engine
def test_of_many_first_log_ins_of_one_person_one_enrols(app: Flask) -> None:
    sent = [challenge() for _ in range(4)]

    def entered(one: tuple[int, str]) -> int | None:
        with app.app_context():
            try:
                return service.confirm_log_in(*one).holder_id
            except HolderExists:
                return None

    with ThreadPoolExecutor(4) as pool:
        holders = set(pool.map(entered, sent)) - {None}
    assert len(holders) == db.session.query(Holder).count() == 1


@on_each_engine
def test_a_code_can_be_tried_five_times() -> None:
    challenge_id, code = challenge()
    for _ in range(5):
        with pytest.raises(CodeNotAccepted):
            service.confirm_log_in(challenge_id, wrong(code))
    with pytest.raises(CodeNotAccepted):
        service.confirm_log_in(challenge_id, code)


def test_four_wrong_tries_leave_a_fifth() -> None:
    challenge_id, code = challenge()
    for _ in range(4):
        with pytest.raises(CodeNotAccepted):
            service.confirm_log_in(challenge_id, wrong(code))
    assert service.confirm_log_in(challenge_id, code)


@pytest.mark.parametrize(("seconds", "accepted"), [(599, True), (600, False)])
def test_a_code_holds_for_ten_minutes(clock: FixedClock, seconds: int, *, accepted: bool) -> None:
    sent = challenge()
    clock.advance(seconds=seconds)
    if accepted:
        assert service.confirm_log_in(*sent)
    else:
        with pytest.raises(CodeNotAccepted):
            service.confirm_log_in(*sent)


def test_a_code_belongs_to_its_challenge() -> None:
    (first, _), (_, code) = challenge(), challenge(Identity("测示甲", OTHER_ID_NUMBER, "16400000002"))
    with pytest.raises(CodeNotAccepted):
        service.confirm_log_in(first, wrong(code) if code == "000000" else code)


@on_each_engine
def test_a_phone_is_sent_five_codes_a_day_of_the_city(clock: FixedClock) -> None:
    for _ in range(5):
        challenge()
    with pytest.raises(TooManyCodes):
        challenge()
    clock.advance(hours=14)
    assert challenge()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [({"region_id": 411299}, RegionUnknown), ({"category": "friend_of_the_mayor"}, CategoryUnknown)],
)
def test_region_and_category_come_from_the_lists(change: dict[str, int], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        challenge(**change)
    assert db.session.query(SmsCode).count() == 0


@pytest.mark.parametrize("change", [{"name": "测示乙"}, {"phone": "16400000009"}])
def test_nobody_becomes_a_holder_by_knowing_the_id_number(change: dict[str, str]) -> None:
    service.confirm_log_in(*challenge())
    with pytest.raises(IdentityNotConfirmed):
        challenge(replace(PERSON, **change))


def test_nor_by_asking_before_the_holder_is_enrolled() -> None:
    early = challenge(replace(PERSON, phone="16400000009"))
    service.confirm_log_in(*challenge())
    with pytest.raises(IdentityNotConfirmed):
        service.confirm_log_in(*early)


def test_the_register_has_the_last_word(app: Flask) -> None:
    class Doubting:
        def confirms(self, identity: Identity) -> bool:
            return identity.name != PERSON.name

    app.extensions["real_name_check"] = Doubting()
    with pytest.raises(IdentityNotConfirmed):
        challenge()


def test_production_does_not_log_in_with_what_is_for_trial(app: Flask) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], profile="production")
    with pytest.raises(IdentityCheckUnavailable):
        challenge()


def test_a_code_that_really_went_out_is_not_shown(app: Flask) -> None:
    sent = {}

    class Carrier:
        def send_code(self, phone: str, code: str) -> None:
            sent[phone] = code

    app.extensions["sms_sender"] = Carrier()
    asked = service.request_log_in(*vars(PERSON).values(), region_id=411202, category="other", regions=REGIONS)
    assert asked.trial_code is None
    assert service.confirm_log_in(asked.challenge_id, sent[PERSON.phone])


def test_particulars_are_sealed_at_rest_and_masked_for_others() -> None:
    holder_id = service.confirm_log_in(*challenge()).holder_id
    rows = (db.session.query(Holder).one(), db.session.query(SmsCode).one())
    kept = b"".join(value for row in rows for value in vars(row).values() if isinstance(value, bytes))
    assert not any(part.encode() in kept for part in (PERSON.name, PERSON.id_number, PERSON.phone))
    assert service.particulars(holder_id) == PERSON
    assert service.identity_for_tag(holder_id) == (PERSON.id_number, PERSON.name)
    assert service.masked(holder_id) == ("阿*·*拉", "4****************" + ID_NUMBER[-1], "*********01")


@on_each_engine
def test_a_person_is_enrolled_once() -> None:
    with unit_of_work():
        holder_id = service.enrol(PERSON, 411203, "other")
    with pytest.raises(HolderExists), unit_of_work():
        service.enrol(replace(PERSON, name="测示丙"), 411202, "other")
    assert service.confirm_log_in(*challenge()).holder_id == holder_id


def test_many_are_shown_at_once_and_one_who_is_not_there_is_not() -> None:
    with unit_of_work():
        first = service.enrol(PERSON, 411203, "other")
        second = service.enrol(Identity("测示甲", OTHER_ID_NUMBER, "16400000002"), 411202, "veteran")
    shown = service.masked_all([first, second, first])
    assert {key: masked.name for key, masked in shown.items()} == {first: "阿*·*拉", second: "测*甲"}
    for look in (service.masked, service.particulars, service.standing):
        with pytest.raises(NotFound):
            look(1)


def test_commitments_of_two_holders_differ_and_are_32_bytes() -> None:
    with unit_of_work():
        first = service.enrol(PERSON, 411203, "other")
        second = service.enrol(replace(PERSON, id_number=OTHER_ID_NUMBER), 411203, "other")
    one, two = service.standing(first).commitment, service.standing(second).commitment
    assert len(one) == len(two) == 32
    assert one != two


def test_age_is_asked_without_showing_the_birth_date() -> None:
    with unit_of_work():
        holder_id = service.enrol(PERSON, 411203, "other")
    born = citizen_id.birth_date(ID_NUMBER)
    service.require_age(holder_id, born.replace(year=born.year + 16), 16)
    with pytest.raises(HolderTooYoung):
        service.require_age(holder_id, born.replace(year=born.year + 15), 16)


def test_a_holder_sees_who_looked(clock: FixedClock) -> None:
    with unit_of_work():
        holder_id = service.enrol(PERSON, 411203, "other")
        service.record_access(holder_id, 411203, Caller(INSTITUTION_CLERK, 9, 411202), "sign_in")
    clock.advance(minutes=1)
    with unit_of_work():
        service.record_access(holder_id, 411203, Caller(INSTITUTION_CLERK, 10, 411202), "redeem")
        service.record_access(holder_id + 1, 411203, Caller(INSTITUTION_CLERK, 11, 411202), "redeem")

    def told(access: HolderAccess) -> tuple[int, str]:
        return access.actor_id, access.purpose

    assert [told(access) for access in service.accesses(holder_id, 411203)] == [(10, "redeem"), (9, "sign_in")]
