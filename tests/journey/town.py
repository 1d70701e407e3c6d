"""A city that a module's tests share, and people who are already some way along, for tests of what comes next."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.cities import TownTemplate
from tests.databases import ENGINES
from tests.journey import supervising
from tests.journey.city import PEOPLE, START, Town, Worker, redeem_body
from voucher_service.accounts import service as accounts
from voucher_service.calendar import local_date
from voucher_service.certificates.models import Certificate
from voucher_service.classes import service as classes
from voucher_service.classes.models import ClassRuling, TrainingClass
from voucher_service.database import db, unit_of_work
from voucher_service.exams import service as exams
from voucher_service.identifiers import from_hex, to_hex
from voucher_service.ledger.invariants import check_invariants
from voucher_service.programmes import service as programmes
from voucher_service.redemptions.models import Redemption
from voucher_service.vouchers.models import Voucher
from voucher_service.web.access import INSTITUTION_CLERK, Caller

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

people = itertools.count(200)
"""Everybody appears once, so that no test meets another's vouchers."""

HOLDING_A_PROMISE = ("approved", "in_session")
OWN_PROMISE = ("completed", "certified", "valued", "publicised", "payable", "paid")


@pytest.fixture(params=ENGINES, scope="module")
def lasting_town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The whole service and its city, once for each module and engine."""
    template: TownTemplate = request.getfixturevalue(f"{request.param}_town_template")
    with template.copied(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture
def town(lasting_town: Town) -> Town:
    """The lasting city on the morning of its first day; sessions of other days are forgotten."""
    lasting_town.clock.moment = START
    lasting_town.tokens.clear()
    return lasting_town


@dataclass
class Door:
    """One class of one school, and the clerk at its door."""

    town: Town
    region_id: int
    class_id: int
    institution_id: int
    clerk_id: int
    seated: list[Trainee] = field(default_factory=list)

    @property
    def hex(self) -> str:
        return to_hex(self.class_id)

    def token(self) -> str:
        """A session of today for the clerk."""
        clerk = Caller(INSTITUTION_CLERK, self.clerk_id, self.region_id, self.clerk_id, self.institution_id)
        with self.town.app.app_context(), unit_of_work():
            return accounts.open_session(clerk)

    def post(self, path: str, body: Any, key: str | None = None) -> Any:
        return self.town.post(path, self.token(), body, key)

    def seat(self, count: int = 1) -> list[Trainee]:
        """Let so many new people in."""
        for _ in range(count):
            worker = claimed(self.town).open_code()
            answer = self.post("/api/v1/redemptions", redeem_body(worker, self.hex))
            assert answer.status_code == 201, answer.text
            self.seated.append(Trainee(worker, answer.get_json(force=True)["redemption"]))
        return self.seated[-count:]

    def sessions(self) -> Sequence[Any]:
        with self.town.app.app_context():
            return classes.sessions(classes.get(self.region_id, self.class_id))

    def attend(self, present: Sequence[str], session_no: int = 1) -> Any:
        path = f"/api/v1/attendance/{self.hex}/records"
        return self.post(path, {"session_no": session_no, "present": list(present)})

    def teach(self, present: Sequence[str], *, inspected: bool = True) -> None:
        """Hold every session before the same people, whom the bureau counts on the first day."""
        for session in self.sessions():
            self.town.clock.moment = session.starts_at + timedelta(minutes=5)
            assert self.attend(present, session.session_no).status_code == 200
            if inspected and session.session_no == 1:
                inspected = supervising.inspect(self.town, self.hex, len(present))
                assert inspected.status_code == 201, inspected.text

    def close(self) -> Any:
        """Close the class on its last day, well after its last session."""
        with self.town.app.app_context():
            last_day = classes.get(self.region_id, self.class_id).ends_on
        self.town.clock.moment = max(self.town.clock.moment, START.replace(year=last_day.year)) + timedelta()
        while self.town.clock.moment.date() <= last_day:
            self.town.clock.advance(days=1)
        return self.post(f"/api/v1/attendance/{self.hex}/close", {})

    def complete(
        self, count: int = 1, *, absent: int = 0, inspected: bool = True, filmed: bool = True
    ) -> list[Trainee]:
        """Seat people, teach all but the `absent` last of them, close the class, and hand in its recordings.

        Those who completed it, who are returned, rate it; it can file its exam then.
        """
        seated = self.seat(count + absent)
        self.teach([trainee.redemption for trainee in seated[:count]], inspected=inspected)
        closed = self.close()
        assert closed.get_json() == {"completed": count, "forfeited": absent}, closed.text
        if filmed:
            self.film()
        if count:
            supervising.ask(self.town, self.hex, self.token(), [trainee.worker for trainee in seated[:count]])
        return seated[:count]

    def file_exam(self, days: int = 3, *doors: Door) -> Any:
        """File an exam so many days ahead for this class, and for those of other doors."""
        held_on = local_date(self.town.clock.now()) + timedelta(days=days)
        body = {"classes": [each.hex for each in (self, *doors)], "held_on": held_on.isoformat(), "place": "示例考场"}
        return self.post("/api/v1/exams", body)

    def examine(self, trainees: Sequence[Trainee], outcome: str = "passed") -> list[Trainee]:
        """File an exam, hold it, and enter one result for all of these; the clock then stands a day after it."""
        filed = self.file_exam()
        assert filed.status_code == 201, filed.text
        self.town.clock.advance(days=4)
        rows = [{"redemption": trainee.redemption, "outcome": outcome} for trainee in trainees]
        entered = self.post(f"/api/v1/exams/{filed.get_json()['exam']}/results", {"results": rows})
        assert entered.status_code == 200, entered.text
        return list(trainees)

    def examined_on(self) -> str:
        """The day of the filed exam, or else the last day of the class."""
        with self.town.app.app_context():
            exam = exams.of_class(self.region_id, self.class_id)
            return (exam.held_on if exam else classes.get(self.region_id, self.class_id).ends_on).isoformat()

    def film(self) -> None:
        """Register a recording of every session."""
        recordings = supervising.films(self.town, self.region_id, self.hex)
        filmed = supervising.film(self.town, self.hex, self.token(), recordings)
        assert filmed.status_code == 201, filmed.text

    def certificate(self, trainee: Trainee, **changes: str) -> dict[str, Any]:
        """A certificate's entry that keeps every rule once the trainee has passed the filed exam, with changes."""
        examined_on = self.examined_on()
        with self.town.app.app_context():
            held = classes.get(self.region_id, self.class_id)
            return {
                "region_id": trainee.worker.region_id,
                "redemption": trainee.redemption,
                "issuer": "示例评价机构",
                "number": f"TEST-{trainee.redemption}",
                "occupation_code": held.occupation_code,
                "level": held.level,
                "certificate_type": held.certificate_type,
                "examined_on": examined_on,
                "issued_on": examined_on,
                **changes,
            }

    def certify(self, trainee: Trainee) -> Any:
        """Enter the certificate of somebody who passed, and verify it."""
        entered = self.post("/api/v1/certificates", self.certificate(trainee))
        assert entered.status_code == 201, entered.text
        self.town.tokens.clear()
        path = f"/api/v1/certificates/{entered.get_json()['certificate']}/decision"
        return self.town.post(path, self.town.staff_token("bureau-clerk"), {"genuine": True})


@dataclass
class Trainee:
    """Somebody in a class."""

    worker: Worker
    redemption: str


_next_school = itertools.count()


def a_door(town: Town, number: int | None = None, but: Collection[int] = ()) -> Door:
    """The door of a class that no earlier test of this town has closed; `number` names a school that tests share.

    Classes in `but` are passed over: nobody may sit in them, and they are not as they were for all that.
    """
    with town.app.app_context():
        still_open = [
            (region_id, class_id)
            for region_id, class_id in town.city.classes
            if classes.get(region_id, class_id).state == "approved"
            and classes.get(region_id, class_id).seats_taken == 0
            and class_id not in but
        ]
        region_id, class_id = town.city.classes[number] if number is not None else still_open[0]
        institution_id = classes.get(region_id, class_id).institution_id
    return Door(town, region_id, class_id, institution_id, clerk_id=class_id >> 1 or 1)


def newcomer(town: Town, category: str = "") -> Worker:
    """Somebody new, logged in, in a region that has vouchers; of a category if it matters."""
    person = PEOPLE[next(people)]
    person = person._replace(category=category or person.category)
    return Worker(town, person, town.city.schools[0].region_id).log_in()


def claimed(town: Town, category: str = "", **declared: str | None) -> Worker:
    """Somebody new with a voucher."""
    worker = newcomer(town, category)
    answer = worker.claim(**declared)
    assert answer.status_code == 201, answer.text
    return worker


def refused(answer: Any) -> tuple[int, str]:
    """What a refusal says to a machine."""
    return answer.status_code, answer.get_json(force=True)["code"]


def row(town: Town, worker: Worker) -> Voucher:
    with town.app.app_context():
        found = db.session.get_one(Voucher, (worker.region_id, from_hex(worker.voucher)))
        db.session.expunge(found)
        return found


def promised(town: Town) -> tuple[int, int]:
    """(what the programme has promised, what is reserved, owed or paid, or still can be reserved)."""
    with town.app.app_context():
        committed = programmes.get(town.city.programme_id).committed_fen
        seats = func.coalesce(func.sum(TrainingClass.capacity * TrainingClass.standard_fen), 0)
        suspended = select(ClassRuling.class_id).where(
            ClassRuling.kind == "suspend", ClassRuling.from_state.in_(HOLDING_A_PROMISE)
        )
        paused = (TrainingClass.state == "suspended") & TrainingClass.class_id.in_(suspended)
        of_classes = db.session.scalar(select(seats).where(TrainingClass.state.in_(HOLDING_A_PROMISE) | paused))
        left_over = (Voucher.state == "redeemed") & Voucher.left_over_at.is_not(None)
        own = select(func.coalesce(func.sum(Voucher.reserved_fen), 0)).where(Voucher.state.in_(OWN_PROMISE) | left_over)
        return committed, int(of_classes or 0) + int(db.session.scalar(own) or 0)


def assert_sound(town: Town) -> None:
    """The ledger holds together, and the budget promises no more and no less than it has to."""
    with town.app.app_context():
        assert check_invariants() == []
    committed, needed = promised(town)
    assert committed == needed


def cancelled(town: Town, trainee: Trainee) -> bool:
    with town.app.app_context():
        key = (trainee.worker.region_id, from_hex(trainee.redemption))
        return db.session.get_one(Redemption, key).cancelled_at is not None


def certificates_of(town: Town, worker: Worker) -> list[str]:
    """The states of a voucher's certificates."""
    with town.app.app_context():
        query = select(Certificate.state).where(Certificate.voucher_id == from_hex(worker.voucher))
        return sorted(db.session.scalars(query))
