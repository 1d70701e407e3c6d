"""The people of the simulated city, each knowing only what a person in that place would know."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from voucher_service.accounts.second_factor import code_at
from voucher_service.calendar import local_date
from voucher_service.classes.schemas import ProposalSchema
from voucher_service.demo.loading import PASSWORD, PROGRAMME_ID, STARTS_AFTER, TOTP_SECRET, drafted
from voucher_service.demo.people import Person
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.voucher_code import Header
from voucher_service.simulation.connection import Connection
from voucher_service.simulation.plan import STAGES, Fate, Manner, Part

WILLING = {"wants_training": True, "wants_work": True, "able_to_attend": True}
SIGNERS = ("industry1", "industry2", "bureau1", "bureau2")
ISSUER = "示例评价机构"
EXAM_PLACE = "示例考场"
EXAMINED_AFTER, ISSUED_AFTER = timedelta(days=3), timedelta(days=7)
"""An exam after the day on which it is filed, a certificate after its exam."""

SESSIONS_BEFORE_LEAVING = 2


class Offices:
    """The staff of the city and its schools, who log in anew on each day that they work."""

    def __init__(self, service: Connection) -> None:
        self.service = service
        self._tokens: dict[str, str] = {}

    def new_day(self) -> None:
        self._tokens.clear()

    def token(self, login_name: str) -> str:
        """Return the day's token; everybody logs in before threads share this."""
        if login_name not in self._tokens:
            shown = {
                "login_name": login_name,
                "password": PASSWORD,
                "code": code_at(TOTP_SECRET, self.service.now()),
            }
            self._tokens[login_name] = self.service.post("/api/v1/staff-sessions", shown)["token"]
        return self._tokens[login_name]


@dataclass
class Resident:
    """One person with a phone, who plays a part."""

    service: Connection
    part: Part
    voucher: str = ""
    screenshot: str = ""
    redemption: str = ""
    live: LiveSession | None = None

    def claim(self) -> None:
        """Log in, claim a voucher, and open its code or give it back, as the part says."""
        token = self._log_in()
        claimed = self.service.post("/api/v1/vouchers", {"programme_id": PROGRAMME_ID, "answers": WILLING}, token)
        self.voucher = claimed["voucher"]
        if self.part.fate is Fate.RETURNED:
            self.service.post(f"/api/v1/vouchers/{self.voucher}/return", {}, token)
        elif self.part.attends:
            self._open_code(token)
            self.screenshot = self.code()

    def code(self) -> str:
        """The digits on the phone's screen now."""
        if self.live is None:
            raise LookupError("no code is open on this phone")
        return self.live.code_at(self.service.now())

    def _log_in(self) -> str:
        person = self.part.person
        asked = {**person._asdict(), "region_id": self.part.region_id}
        challenge = self.service.post("/api/v1/holder-sessions/challenges", asked)
        shown = {"challenge_id": challenge["challenge_id"], "code": challenge["trial_code"]}
        token: str = self.service.post("/api/v1/holder-sessions", shown)["token"]
        return token

    def _open_code(self, token: str) -> None:
        path = f"/api/v1/vouchers/{self.voucher}"
        given = self.service.get(f"{path}/code-header", token)["header"]
        phone = LiveSession(secrets.token_bytes(16), Header.from_bytes(bytes.fromhex(given)), b"")
        signed = self.service.post(f"{path}/code-sessions", {"header": given, "anchor": phone.anchor.hex()}, token)
        self.live = phone._replace(signature=bytes.fromhex(signed["signature"]))


@dataclass
class Course:
    """One class at its school, from the plan on paper to the last certificate."""

    offices: Offices
    clerk: str
    occupation: tuple[str, str]
    residents: Sequence[Resident]
    described: dict[str, Any] = field(default_factory=dict)
    exam: dict[str, Any] = field(default_factory=dict)
    sessions: int = 0

    @property
    def class_id(self) -> str:
        class_id: str = self.described["class_id"]
        return class_id

    def propose(self) -> None:
        """Plan the class and hand it in."""
        now = self.offices.service.now()
        proposal = drafted(*self.occupation, local_date(now) + STARTS_AFTER, now)
        self.sessions = len(proposal.sessions)
        self.described = self._post("/api/v1/classes/", ProposalSchema().dump(proposal))
        self._post(f"/api/v1/classes/{self.class_id}/submit", {})

    def approve(self) -> None:
        for signer in SIGNERS:
            opinion = {"step": signer[:-1], "verdict": "approve"}
            path = f"/api/v1/classes/{self.class_id}/opinions"
            self.offices.service.post(path, opinion, self.offices.token(signer))

    def turn_away_early(self, resident: Resident) -> None:
        if resident.part.manner is Manner.EARLY:
            self._refuse(resident, resident.code(), resident.part.person)

    def admit(self, resident: Resident, stranger: Person) -> None:
        """Redeem at the door, after or before whatever the person tries that does not work."""
        person, manner = resident.part.person, resident.part.manner
        if manner is Manner.SCREENSHOT:
            self._refuse(resident, resident.screenshot, person)
        if manner is Manner.OTHER_CARD:
            self._refuse(resident, resident.code(), stranger)
        scan = self._scan(resident.code(), person)
        resident.redemption = self._post("/api/v1/redemptions", scan)["redemption"]
        if manner is Manner.TWICE:
            self._refuse(resident, resident.code(), person)

    def teach(self) -> None:
        """Record who was there at each session."""
        for session_no in range(1, self.sessions + 1):
            there = [one.redemption for one in self.residents if _stays(one.part.fate, session_no)]
            if there:
                attended = {"session_no": session_no, "present": there}
                self._post(f"/api/v1/attendance/{self.class_id}/records", attended)

    def close(self) -> None:
        """Close the class and file its exam."""
        self._post(f"/api/v1/attendance/{self.class_id}/close", {})
        held_on = local_date(self.offices.service.now()) + EXAMINED_AFTER
        filing = {"classes": [self.class_id], "held_on": held_on.isoformat(), "place": EXAM_PLACE}
        self.exam = self._post("/api/v1/exams", filing)

    def examine(self) -> None:
        """Enter everyone's result; who left has none."""
        candidates = [one for one in self.residents if one.part.fate in STAGES["completed"]]
        results = [{"redemption": one.redemption, "outcome": _outcome(one.part.fate)} for one in candidates]
        if results:
            self._post(f"/api/v1/exams/{self.exam['exam']}/results", {"results": results})

    def certify(self, resident: Resident) -> None:
        """Enter the certificate and have the bureau verify it."""
        examined_on = date.fromisoformat(self.exam["held_on"])
        certificate = {
            "region_id": resident.part.region_id,
            "redemption": resident.redemption,
            "issuer": ISSUER,
            "number": f"SIM-{resident.redemption}",
            **{name: self.described[name] for name in ("occupation_code", "level", "certificate_type")},
            "examined_on": examined_on.isoformat(),
            "issued_on": (examined_on + ISSUED_AFTER).isoformat(),
        }
        entered = self._post("/api/v1/certificates", certificate)
        path = f"/api/v1/certificates/{entered['certificate']}/decision"
        self.offices.service.post(path, {"genuine": True}, self.offices.token("bureau-clerk"))

    def _scan(self, code: str, card: Person) -> dict[str, Any]:
        person = {"id_number": card.id_number, "name": card.name}
        return {"code": code, "class_id": self.class_id, "person": person}

    def _refuse(self, resident: Resident, code: str, card: Person) -> None:
        token = self.offices.token(self.clerk)
        reason = resident.part.manner.value
        self.offices.service.post_refused("/api/v1/redemptions", self._scan(code, card), token, reason)

    def _post(self, path: str, body: Any) -> Any:
        return self.offices.service.post(path, body, self.offices.token(self.clerk))


def _outcome(fate: Fate) -> str:
    return "passed" if fate is Fate.CERTIFIED else "failed"


def _stays(fate: Fate, session_no: int) -> bool:
    return fate is not Fate.LEFT or session_no <= SESSIONS_BEFORE_LEAVING
