"""What the rows of the table of rules have in common: who breaks which rule, what is answered, who is not paid.

A row is a function that breaks just its rule through the HTTP API, declared with `@breaks("R17b")`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.journey.city import redeem_body
from tests.journey.town import Door, Trainee, claimed, refused
from tests.sign_ins.room import Room
from voucher_service.accounts import service as accounts
from voucher_service.calendar import end_of_day, local_date, start_of_day
from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.demo import loading
from voucher_service.identifiers import to_hex
from voucher_service.web.access import INSTITUTION_ADMIN, INSTITUTION_CLERK, Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.journey.city import Town, Worker

PAID_OR_ON_THE_WAY = {"certified", "valued", "publicised", "payable", "paid"}
LESSONS = {
    "teachers": 4,
    "workstations": 20,
    "lesson_minutes": 45,
    "theory_lessons": 24,
    "practical_lessons": 40,
}
THEORY_DAYS, PRACTICAL_DAYS = 3, 5


@dataclass
class Broken:
    """A rule that was broken: what the service told, with which figures, and whose money did not come of it."""

    told: Mapping[str, Any]
    """The problem, the finding or the row's fault that names the refusal; for what is only shown, what is shown."""
    figures: Mapping[str, Any]
    unpaid: list[Worker] = field(default_factory=list)
    shut: list[Planned] = field(default_factory=list)
    """Classes into which nobody can be redeemed."""
    never_drafted: bool = False
    """A plan that was turned down before anything of it was kept."""
    refuses: bool = True
    """False where the rule answers by what counts, warns or is kept: then nothing is turned down."""


BREACHES: dict[str, Callable[[Town], Broken]] = {}


def breaks(*rule_ids: str) -> Callable[[Callable[[Town], Broken]], Callable[[Town], Broken]]:
    """Declare a row for these rules; a rule has one row."""

    def declare(breach: Callable[[Town], Broken]) -> Callable[[Town], Broken]:
        for rule_id in rule_ids:
            assert rule_id not in BREACHES, rule_id
            BREACHES[rule_id] = breach
        return breach

    return declare


@dataclass
class Planner:
    """The administrator of one school, at the terminal where classes are planned."""

    town: Town
    region_id: int
    institution_id: int

    @property
    def hex(self) -> str:
        return to_hex(self.institution_id)

    def token(self, role: str = INSTITUTION_ADMIN) -> str:
        person = self.institution_id >> 3 or 1
        who = Caller(role, person, self.region_id, person, self.institution_id)
        with self.town.app.app_context(), unit_of_work():
            return accounts.open_session(who)

    def post(self, path: str, body: Any = None) -> Any:
        return self.town.post(path, self.token(), body)

    def draft(self, **bent: Any) -> Planned:
        drafted = self.post("/api/v1/classes/", plan(self.town, **bent))
        assert drafted.status_code == 201, drafted.text
        return Planned(self, drafted.get_json()["class_id"])


@dataclass
class Planned:
    """One class on its way from draft to approval."""

    planner: Planner
    hex: str

    def submit(self) -> Any:
        return self.planner.post(f"/api/v1/classes/{self.hex}/submit")

    def sign(self, who: str, note: str = "") -> Any:
        town = self.planner.town
        town.tokens.clear()
        opinion = {"step": who[:-1], "verdict": "approve", "note": note}
        return town.post(f"/api/v1/classes/{self.hex}/opinions", town.staff_token(who), opinion)

    def state(self) -> str:
        shown = self.planner.town.get(f"/api/v1/classes/{self.hex}", self.planner.token())
        assert shown.status_code == 200, shown.text
        return str(shown.get_json()["training_class"]["state"])


def school(town: Town, number: int = 0) -> Planner:
    return Planner(town, *town.city.schools[number][:2])


def plan(town: Town, **bent: Any) -> dict[str, Any]:
    """A class of junior welders that keeps every rule and begins a week from now, bent by the arguments.

    `lessons` is a change to its lessons, not all of them; `starts_after` moves its days.
    """
    today = local_date(town.clock.now())
    starts_on = today + timedelta(days=bent.pop("starts_after", 7))
    lessons = {**LESSONS, **bent.pop("lessons", {})}
    kinds = ["theory"] * THEORY_DAYS + ["practical"] * PRACTICAL_DAYS
    morning = start_of_day(starts_on) + timedelta(hours=9)
    meetings = [
        {
            "starts_at": (morning + timedelta(days=day)).isoformat(),
            "ends_at": (morning + timedelta(days=day, hours=6)).isoformat(),
            "kind": kind,
        }
        for day, kind in enumerate(kinds)
    ]
    return {
        "programme_id": town.city.programme_id,
        "occupation_code": "DM01",
        "level": "junior",
        "certificate_type": "skill_level",
        "capacity": 40,
        "enrols_until": end_of_day(starts_on + timedelta(days=20)).isoformat(),
        "starts_on": starts_on.isoformat(),
        "ends_on": (starts_on + timedelta(days=50)).isoformat(),
        "lessons": lessons,
        "sessions": meetings,
        **bent,
    }


def staff(town: Town, who: str) -> str:
    """A session of now for one of the city's staff."""
    town.tokens.clear()
    return town.staff_token(who)


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, which has to be this one."""
    assert refused(answer) == (status, code), answer.text
    document: dict[str, Any] = answer.get_json(force=True)
    return document


def finding(answer: Any, rule_id: str, code: str = "class_breaks_rules") -> dict[str, Any]:
    """The one finding of a refused plan; a plan that breaks another rule too is no proof of this one."""
    assert refused(answer) == (422, code), answer.text
    (found,) = answer.get_json()["figures"]["findings"]
    assert found["rule_id"] == rule_id
    return dict(found)


def broken_plan(planned: Planned, rule_id: str, **figures: Any) -> Broken:
    """A class that is turned down when it is submitted."""
    found = finding(planned.submit(), rule_id)
    assert planned.state() == "draft"
    return Broken(found, figures, shut=[planned])


def assert_unpaid(worker: Worker) -> None:
    """Nothing that the person holds has a value, or is on the way to one."""
    worker.log_in()
    held = worker.town.get("/api/v1/vouchers", worker.token)
    assert held.status_code == 200, held.text
    for voucher in held.get_json()["vouchers"]:
        assert voucher["state"] not in PAID_OR_ON_THE_WAY
        assert not voucher["value_fen"]


def assert_shut(planned: Planned) -> None:
    """The class is not approved, and a voucher shown at its door is refused."""
    assert planned.state() not in {"approved", "in_session", "ended", "exam_filed", "examined", "closed"}
    town = planned.planner.town
    worker = claimed(town).open_code()
    scan = town.post("/api/v1/redemptions", planned.planner.token(INSTITUTION_CLERK), redeem_body(worker, planned.hex))
    assert refused(scan)[1] in {"class_not_open", "institution_suspended", "institution_barred"}, scan.text
    assert_unpaid(worker)


def free_door(town: Town) -> Door:
    """The door of a class that nobody is in; at a school that no row stops."""
    return door_at(town, 0, "DM01", "junior")


def free_room(town: Town, trainees: int = 1) -> Room:
    """A class with so many people in it, at its first session, its screen showing the code."""
    door = free_door(town)
    door.seat(trainees)
    room = Room(door).at(1)
    assert room.open().status_code == 200
    return room


def certified_door(town: Town) -> tuple[Door, Trainee, Any]:
    """A class that keeps every rule to the end, and its trainee's verified certificate."""
    door = free_door(town)
    (trainee,) = door.complete()
    door.examine([trainee])
    return door, trainee, door.certify(trainee)


def close_short(door: Door) -> Any:
    """Tick everybody at sessions 2 to 7, and close: with the first of the eight they complete, without it not."""
    for session in door.sessions()[1:7]:
        door.town.clock.moment = session.starts_at + timedelta(minutes=5)
        present = [trainee.redemption for trainee in door.seated]
        assert door.attend(present, session.session_no).status_code == 200
    return door.close()


def door_at(town: Town, number: int, occupation_code: str, level: str, *, earlier: timedelta = timedelta()) -> Door:
    """The door of a new class of one school; its sessions begin so much earlier in the day than others do."""
    at, now = town.city.schools[number], town.clock.now()
    usual = loading.drafted(occupation_code, level, local_date(now) + loading.STARTS_AFTER, now)
    meetings = [
        meeting._replace(starts_at=meeting.starts_at - earlier, ends_at=meeting.ends_at - earlier)
        for meeting in usual.sessions
    ]
    with town.app.app_context(), unit_of_work():
        drafted = classes.plan_class(at.region_id, at.institution_id, replace(usual, sessions=meetings), now)
        class_id = drafted.class_id
        classes.submit(at.region_id, class_id, now)
        for who in ("industry1", "industry2", "bureau1", "bureau2"):
            signer = town.city.staff[who]
            classes.give_opinion(at.region_id, class_id, who[:-1], "approve", note="示例", caller=signer, now=now)
    return Door(town, at.region_id, class_id, at.institution_id, clerk_id=class_id >> 1 or 1)
