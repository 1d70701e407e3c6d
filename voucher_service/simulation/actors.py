"""The people of the simulated city, each knowing only what a person in that place would know."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from voucher_service.accounts.second_factor import code_at
from voucher_service.demo.loading import PASSWORD, PROGRAMME_ID, TOTP_SECRET
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.voucher_code import Header
from voucher_service.simulation.connection import Connection
from voucher_service.simulation.frauds import CATCHES, FIELD_OF_THE_CROOKED, OTHER_FIELD, Manner
from voucher_service.simulation.plan import Fate, Part

WILLING = {"wants_training": True, "wants_work": True, "able_to_attend": True}


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
    certified: bool = False
    field: str = FIELD_OF_THE_CROOKED
    """The family of the class that this person goes to, and of the post of whoever has one."""
    live: LiveSession | None = None

    def claim(self) -> None:
        """Log in, claim a voucher, and open its code or give it back, as the part says."""
        token = self._log_in()
        if self.part.manner is Manner.UNWILLING:
            self._claim_refused(token, wants_training=False)
        self.voucher = self.service.post("/api/v1/vouchers", self._claim(), token)["voucher"]
        if self.part.manner is Manner.GREEDY:
            self._claim_refused(token)
        if self.part.fate is Fate.RETURNED:
            self.service.post(f"/api/v1/vouchers/{self.voucher}/return", {}, token)
        elif self.part.opens_code:
            self._open_code(token)
            self.screenshot = self.code()

    def claim_the_next(self) -> None:
        """Try for another voucher while the exam of this one's course is still to come."""
        self._claim_refused(self._log_in())

    def rate(self, score: int = 5) -> None:
        """Say how the class was; that it was good, unless told otherwise."""
        path = f"/api/v1/supervision/vouchers/{self.voucher}/answers"
        self.service.post(path, {"score": score}, self._log_in())

    def deny(self, session_no: int | None = None) -> str:
        """Say "I was not there" about the scan, or about one session; return the receipt number."""
        said = {"redemption": self.redemption, "session_no": session_no}
        hold: str = self.service.post("/api/v1/disputes", said, self._log_in())["hold"]
        return hold

    def state(self) -> str:
        """Where the voucher stands, as its holder sees it."""
        state: str = self.service.get(f"/api/v1/vouchers/{self.voucher}", self._log_in())["state"]
        return state

    def code(self) -> str:
        """The digits on the phone's screen now."""
        if self.live is None:
            raise LookupError("no code is open on this phone")
        return self.live.code_at(self.service.now())

    def _claim(self, **changes: bool) -> dict[str, Any]:
        manner, employed = self.part.manner, self.part.person.category == "enterprise_employee"
        declared = {"schooling": "other_school" if manner is Manner.PUPIL else "none"}
        if manner is Manner.PUPIL:
            declared["former_post"] = "other"  # Whatever the category: only the school is in the way.
        elif employed:
            declared["post"] = OTHER_FIELD if manner is Manner.OTHER_TRADE else self.field
        return {"programme_id": PROGRAMME_ID, "answers": {**WILLING, **declared, **changes}}

    def _claim_refused(self, token: str, **changes: bool) -> None:
        self.service.post_refused("/api/v1/vouchers", self._claim(**changes), token, CATCHES[self.part.manner])

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
