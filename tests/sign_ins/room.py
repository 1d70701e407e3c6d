"""A classroom with its screen, its trainees' phones and its face device, all through the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.institutions.test_devices import DeviceKey
from tests.journey.town import Door, Trainee, a_door
from voucher_service.accounts import service as accounts
from voucher_service.database import unit_of_work
from voucher_service.demo.loading import open_classes
from voucher_service.identifiers import from_hex, to_hex
from voucher_service.sign_ins.adapters import FaceRecord, SignedFaceRecords
from voucher_service.web.access import INSTITUTION_ADMIN, Caller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.journey.city import Town, Worker

FORM = SignedFaceRecords()


@dataclass
class Room:
    """One class at one of its sessions."""

    door: Door
    session_no: int = 1

    @property
    def town(self) -> Town:
        return self.door.town

    @property
    def base(self) -> str:
        return f"/api/v1/roll-calls/{self.door.hex}"

    def open(self, session_no: int | None = None) -> Any:
        number = self.session_no if session_no is None else session_no
        return self.door.post(f"{self.base}/sessions/{number}", {})

    def shown(self, session_no: int | None = None) -> dict[str, Any]:
        number = self.session_no if session_no is None else session_no
        answer = self.town.get(f"{self.base}/sessions/{number}/code", self.door.token())
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.get_json()
        return document

    def attendances(self) -> dict[str, dict[str, Any]]:
        """Everybody's attendance by their redemption, in one answer."""
        answer = self.town.get(f"/api/v1/attendance/{self.door.hex}", self.door.token())
        assert answer.status_code == 200, answer.text
        trainees = answer.get_json()["trainees"]
        found = {one["redemption"]: one for one in trainees}
        assert len(found) == len(trainees)
        return found

    def attendance(self, trainee: Trainee) -> dict[str, Any]:
        return self.attendances()[trainee.redemption]

    def standing(self, trainee: Trainee, session_no: int | None = None) -> str:
        (found,) = self.standings([trainee], session_no)
        return found

    def standings(self, trainees: Sequence[Trainee], session_no: int | None = None) -> list[str]:
        """How each of these stands at one session."""
        number = self.session_no if session_no is None else session_no
        attendances = self.attendances()
        return [
            str(session["standing"])
            for trainee in trainees
            for session in attendances[trainee.redemption]["sessions"]
            if session["session_no"] == number
        ]

    def at(self, session_no: int, minutes: int = 5) -> Room:
        """Go to some minutes after the beginning of a session; everybody logs in anew."""
        self.session_no = session_no
        self.town.clock.moment = self.door.sessions()[session_no - 1].starts_at + timedelta(minutes=minutes)
        for trainee in self.door.seated:
            trainee.worker.log_in()
        return self


def nonce_of(worker: Worker) -> str:
    answer = worker.town.get("/api/v1/sign-ins/nonce", worker.token)
    assert answer.status_code == 200, answer.text
    return str(answer.get_json()["nonce"])


def sign_in(worker: Worker, nonce: str = "", **shown: Any) -> Any:
    return worker.town.post("/api/v1/sign-ins", worker.token, {"nonce": nonce or nonce_of(worker), **shown})


def a_room(town: Town, trainees: int = 1, number: int | None = None) -> Room:
    """A class with so many people in it, at its first session, its screen showing the code."""
    door = a_door(town, number) if number is not None else a_free_door(town)
    door.seat(trainees)
    room = Room(door).at(1)
    assert room.open().status_code == 200
    return room


def a_free_door(town: Town) -> Door:
    """The door of a class that nobody is in yet, opened for the purpose if the city has no more."""
    try:
        return a_door(town)
    except IndexError:
        with town.app.app_context(), unit_of_work():
            opened = tuple(open_classes(town.city.schools, town.city.staff, town.clock.now()))
        town.city = town.city._replace(classes=(*town.city.classes, *opened))
        return a_door(town)


def flags_of(answer: Any) -> list[str]:
    document = answer.get_json(force=True)
    assert answer.status_code < 300, answer.text
    return list(document["flags"])


@dataclass
class FaceDevice:
    """A face device in a room; a hostile one bends any member of what it signs."""

    room: Room
    key: DeviceKey = field(default_factory=DeviceKey)
    device: str = ""
    number: int = 0

    @property
    def path(self) -> str:
        return f"/api/v1/institutions/{to_hex(self.room.door.institution_id)}/devices"

    def post(self, path: str, body: Any) -> Any:
        """Ask something as the institution's administrator."""
        door = self.room.door
        admin = Caller(INSTITUTION_ADMIN, door.clerk_id, door.region_id, door.clerk_id, door.institution_id)
        with door.town.app.app_context(), unit_of_work():
            token = accounts.open_session(admin)
        return door.town.post(path, token, body)

    def enrol(self) -> FaceDevice:
        enrolled = self.post(self.path, self.key.enrolment(self.room.door.institution_id, "教室人脸机"))
        assert enrolled.status_code == 201, enrolled.text
        self.device = enrolled.get_json()["device"]
        return self

    def stop(self) -> None:
        stopped = self.post(f"{self.path}/{self.device}/revoke", {"reason": "损坏"})
        assert stopped.status_code == 200, stopped.text

    def saw(self, redemption: str, seen_at: datetime | None = None, **bent: Any) -> dict[str, str]:
        """A record of somebody seen, signed; `bent` replaces members of it."""
        self.number += 1
        told = FaceRecord(
            device_id=from_hex(self.device),
            number=self.number,
            class_id=self.room.door.class_id,
            session_no=self.room.session_no,
            redemption_id=from_hex(redemption),
            seen_at=seen_at or self.room.town.clock.now(),
            live=True,
            score_permille=950,
        )._replace(**bent)
        return self.signed(FORM.written(told))

    def signed(self, record: bytes) -> dict[str, str]:
        return {"record": record.hex(), "signature": self.key.sign(FORM.DOMAIN + record).hex()}

    def bring(self, *records: dict[str, str]) -> Any:
        door = self.room.door
        body = {"device": self.device, "records": list(records)}
        return door.post(f"/api/v1/sign-ins/classes/{door.hex}/face-records", body)


def flags_brought(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return [one["sign_in"]["flags"] for one in answer.get_json()["records"]]
