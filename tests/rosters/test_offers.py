"""Directed vouchers: asked for, approved by two others, offered, claimed by their people; and the races among them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.city import ANSWERS, Town, Worker
from tests.journey.town import a_door, assert_sound, claimed, newcomer, refused
from tests.journey.town import row as voucher_of
from tests.races.crowd import race
from tests.rosters.school import School, row, stranger
from voucher_service.accounts import service as accounts
from voucher_service.database import db, unit_of_work
from voucher_service.programmes import service as programmes
from voucher_service.rosters import service as rosters
from voucher_service.sweeping import sweep_once
from voucher_service.vouchers.models import Voucher
from voucher_service.web.access import INSTITUTION_ADMIN, Caller


@pytest.fixture
def school(town: Town) -> School:
    """A class whose people nobody has asked a voucher for."""
    school = School(a_door(town))
    assert school.check(row(stranger()))["state"] == "accepted"
    return school


def ask(school: School) -> Any:
    door = school.door
    admin = Caller(INSTITUTION_ADMIN, door.clerk_id, door.region_id, door.clerk_id, door.institution_id)
    with school.town.app.app_context(), unit_of_work():
        token = accounts.open_session(admin)
    return school.town.post(f"/api/v1/rosters/{door.hex}/offer", token, {})


def decide(town: Town, asked: Any, who: str, *, approved: bool = True) -> Any:
    path = f"/api/v1/rosters/offers/{asked.get_json()['offer']}/decision"
    return town.post(path, town.staff_token(who), {"approved": approved})


def approve(town: Town, asked: Any) -> Any:
    assert decide(town, asked, "bureau-clerk").get_json()["state"] == "first_approved"
    return decide(town, asked, "bureau1")


def offered(town: Town, worker: Worker) -> str:
    """The worker's voucher that waits to be claimed."""
    vouchers = town.get("/api/v1/vouchers", worker.token).get_json()["vouchers"]
    worker.voucher = next(voucher["voucher"] for voucher in vouchers if voucher["state"] == "offered")
    return worker.voucher


def accept(town: Town, worker: Worker, **changes: bool | str | None) -> Any:
    answers = {name: said for name, said in (ANSWERS | changes).items() if said is not None}
    return town.post(f"/api/v1/vouchers/{worker.voucher}/acceptance", worker.token, {"answers": answers})


def test_two_persons_offer_and_the_holder_claims(town: Town, school: School) -> None:
    first, second, with_voucher = newcomer(town), newcomer(town), claimed(town)
    unknown = stranger()
    people = [first.person, second.person, with_voucher.person, unknown]
    assert school.check(*map(row, people))["state"] == "accepted"
    asked = ask(school)
    assert asked.status_code == 201
    assert refused(ask(school)) == (409, "offer_open")
    waiting = town.get("/api/v1/rosters/offers", town.staff_token("bureau1")).get_json()["offers"]
    assert asked.get_json()["offer"] in [offer["offer"] for offer in waiting]
    before = _issued(town)
    assert approve(town, asked).get_json()["state"] == "approved"
    assert _issued(town) == before + 2
    for worker in (first, second):
        offered(town, worker)
        found = voucher_of(town, worker)
        assert (found.kind, found.state, found.seq) == ("directed", "offered", 1)
    assert_sound(town)
    assert refused(first.claim()) == (409, "voucher_already_held")
    offered(town, first)
    refusal = accept(town, first, wants_work=False)
    assert refused(refusal) == (409, "not_eligible")
    assert accept(town, first).get_json()["state"] == "claimed"
    assert refused(accept(town, first)) == (409, "voucher_not_in_state")
    facts = town.get(f"/api/v1/vouchers/{first.voucher}/facts", first.token).get_json()["facts"]
    told = [(fact["kind"], fact["actor_role"]) for fact in facts]
    assert told == [("VoucherOffered", "bureau_reviewer"), ("VoucherClaimed", "holder")]
    first.open_code()
    assert school.door.post("/api/v1/redemptions", _scan(first, school)).status_code == 201
    late = Worker(town, unknown, town.city.schools[0].region_id).log_in()
    assert town.get("/api/v1/vouchers", late.token).get_json()["vouchers"] == []
    with town.app.app_context():
        assert sweep_once(town.clock.now()) == {"offered": 1}
        assert sweep_once(town.clock.now()) == {}
    offered(town, late)
    assert accept(town, late).status_code == 200
    shown = school.expected().get_json()
    assert (shown["expected"], shown["arrived"]) == (4, 1)
    assert_sound(town)


def _bound(town: Town, worker: Worker) -> tuple[str | None, str | None]:
    found = voucher_of(town, worker)
    return found.only_family, found.not_family


def test_a_directed_voucher_keeps_what_its_roster_said_of_the_work(town: Town, school: School) -> None:
    employed, moved, free, pupil = newcomer(town), newcomer(town), newcomer(town, "other"), newcomer(town, "other")
    post, family = school.occupation().name, school.occupation().family
    other_family = "care" if family != "care" else "machining"
    with town.app.app_context():
        other_post = next(each.name for each in programmes.occupations().values() if each.family == other_family)
    rows = (
        row(employed.person, 人员类别="企业职工", 现岗位=post),
        row(moved.person, 人员类别="企业职工", 现岗位=post, 原岗位=other_post),
        row(free.person, 在校情况="普通高校毕业学年"),
        row(pupil.person),
    )
    assert school.check(*rows)["state"] == "accepted"
    assert approve(town, ask(school)).get_json()["state"] == "approved"
    for worker in (employed, moved, free, pupil):
        offered(town, worker)
    assert [_bound(town, worker) for worker in (employed, moved, free)] == [
        (family, None),
        (None, other_family),
        (None, None),
    ]
    said = {"post": other_family, "former_post": family}
    assert refused(accept(town, employed, **said)) == (409, "roster_says_otherwise")
    assert refused(accept(town, moved, former_post=family)) == (409, "roster_says_otherwise")
    assert voucher_of(town, employed).state == "offered"
    assert accept(town, employed).get_json()["state"] == "claimed"
    assert accept(town, free, former_post=other_family).get_json()["state"] == "claimed"
    assert accept(town, pupil, schooling="other_school", former_post=None).get_json()["state"] == "claimed"
    assert [_bound(town, worker) for worker in (employed, free, pupil)] == [
        (family, None),
        (None, other_family),
        ("start_up", None),
    ]
    for worker, answer in ((employed, (201, None)), (free, (201, None)), (pupil, (409, "pupil_not_admitted"))):
        worker.open_code()
        scanned = school.door.post("/api/v1/redemptions", _scan(worker, school))
        assert (scanned.status_code, scanned.get_json(force=True).get("code")) == answer
    assert_sound(town)


def test_an_offered_voucher_asks_what_a_claim_asks(town: Town, school: School) -> None:
    worker = newcomer(town, "enterprise_employee")
    assert school.check(row(worker.person))["state"] == "accepted"
    assert approve(town, ask(school)).get_json()["state"] == "approved"
    offered(town, worker)
    assert refused(accept(town, worker, schooling=None)) == (422, "invalid_input")
    assert refused(accept(town, worker, former_post=None)) == (422, "field_undeclared")
    assert refused(accept(town, worker, post="baking", former_post=None)) == (422, "declaration_unreadable")
    assert refused(accept(town, worker, post="other", former_post=None)) == (409, "not_eligible")
    assert voucher_of(town, worker).state == "offered"


def _scan(worker: Worker, school: School) -> dict[str, Any]:
    person = {"id_number": worker.person.id_number, "name": worker.person.name}
    return {"code": worker.code(), "class_id": school.door.hex, "person": person}


def _issued(town: Town) -> int:
    with town.app.app_context():
        allotments = programmes.allotments(town.city.programme_id)
        return sum(allotment.issued for allotment in allotments)


def test_one_person_does_not_approve_twice_and_a_clerk_not_last(town: Town, school: School) -> None:
    asked = ask(school)
    assert decide(town, asked, "bureau1").get_json()["state"] == "first_approved"
    assert refused(decide(town, asked, "bureau1")) == (409, "offer_by_one_person")
    assert refused(decide(town, asked, "bureau-clerk")) == (403, "forbidden")
    assert refused(decide(town, asked, "auditor1")) == (403, "forbidden")
    assert decide(town, asked, "bureau2").get_json()["state"] == "approved"
    assert refused(decide(town, asked, "bureau-clerk")) == (409, "offer_decided")


def test_a_declined_request_offers_nothing_and_can_be_made_again(town: Town, school: School) -> None:
    worker = newcomer(town)
    assert school.check(row(worker.person))["state"] == "accepted"
    asked = ask(school)
    assert decide(town, asked, "bureau-clerk", approved=False).get_json()["state"] == "declined"
    assert town.get("/api/v1/vouchers", worker.token).get_json()["vouchers"] == []
    assert ask(school).status_code == 201


def test_whoever_asks_without_a_roster_is_told(town: Town) -> None:
    school = School(_without_roster(town))
    assert refused(ask(school)) == (409, "roster_missing")
    path = f"/api/v1/rosters/offers/{'0' * 15}1/decision"
    assert refused(town.post(path, town.staff_token("bureau1"), {"approved": True})) == (404, "not_found")


def _without_roster(town: Town) -> Any:
    doors = (a_door(town, number) for number in range(len(town.city.classes)))
    with town.app.app_context():
        return next(door for door in doors if rosters.expected(door.region_id, door.class_id) is None)


def test_somebody_elses_offer_is_absent(town: Town, school: School) -> None:
    worker, other = newcomer(town), newcomer(town)
    assert school.check(row(worker.person))["state"] == "accepted"
    assert approve(town, ask(school)).status_code == 200
    other.voucher = offered(town, worker)
    assert refused(accept(town, other)) == (404, "not_found")


def test_of_an_offer_and_claims_at_once_everybody_gets_one(town: Town, school: School) -> None:
    workers = [newcomer(town) for _ in range(4)]
    assert school.check(*(row(worker.person) for worker in workers))["state"] == "accepted"
    asked = ask(school)
    assert decide(town, asked, "bureau-clerk").status_code == 200
    token = town.staff_token("bureau1")
    path = f"/api/v1/rosters/offers/{asked.get_json()['offer']}/decision"
    race([lambda: town.post(path, token, {"approved": True}), *(worker.claim for worker in workers)])
    with town.app.app_context():
        sweep_once(town.clock.now())
        held = db.session.query(Voucher).filter(Voucher.in_hand, Voucher.state.in_(("offered", "claimed"))).all()
    for worker in workers:
        vouchers = town.get("/api/v1/vouchers", worker.token).get_json()["vouchers"]
        assert len(vouchers) == 1
    assert held
    assert_sound(town)
