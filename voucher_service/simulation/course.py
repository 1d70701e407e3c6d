"""One class at its school, from the plan on paper to the last certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from voucher_service.calendar import local_date
from voucher_service.classes.proposal import Proposal
from voucher_service.classes.rules import LEVELS, Meeting
from voucher_service.classes.schemas import ProposalSchema
from voucher_service.demo.loading import STARTS_AFTER, drafted
from voucher_service.demo.people import Person
from voucher_service.simulation.actors import Offices, Resident
from voucher_service.simulation.faculty import Team
from voucher_service.simulation.frauds import CATCHES, CROWD, CROWDED_SECONDS, TOO_SHORT_NOTICE, Catch, Manner, Scheme
from voucher_service.simulation.plan import STAGES, Fate, Part

SIGNERS = ("industry1", "industry2", "bureau1", "bureau2")
ISSUER, EXAM_PLACE = "示例评价机构", "示例考场"
EXAMINED_AFTER, ISSUED_AFTER = timedelta(days=3), timedelta(days=7)
"""An exam after the day on which it is filed, a certificate after its exam."""

SESSIONS_BEFORE_LEAVING = 2
INTO_THE_LESSON = timedelta(hours=1)
RATING_PERMILLE = 350
"""So many of those who completed rate their class; the rule pack asks for fewer."""


@dataclass
class Course:
    """One class at its school; `clerk` is the log-in name that acts for the school."""

    offices: Offices
    clerk: str
    occupation: tuple[str, str]
    team: Team
    residents: Sequence[Resident] = ()
    described: dict[str, Any] = field(default_factory=dict)
    exam: dict[str, Any] = field(default_factory=dict)
    meetings: Sequence[Meeting] = ()
    recordings: Sequence[str] = ()
    hasty: bool = False
    """Whether the school wants its exam and its certificates before anybody was asked, came by or saw a recording."""

    @property
    def class_id(self) -> str:
        class_id: str = self.described["class_id"]
        return class_id

    def drafted(self) -> Proposal:
        """Plan the class on paper, so that it keeps every rule."""
        now = self.offices.service.now()
        return self.team.named_in(drafted(*self.occupation, local_date(now) + STARTS_AFTER, now))

    def propose(self, bent: Callable[[Proposal], Proposal] = lambda honest: honest) -> None:
        """Draft the class and hand it in, the honest plan unless it is `bent`."""
        proposal = bent(self.drafted())
        self.meetings = proposal.sessions
        self.described = self.post("/api/v1/classes/", ProposalSchema().dump(proposal))
        self.post(f"/api/v1/classes/{self.class_id}/submit", {})

    def sign(self, signer: str) -> None:
        self.offices.service.post(
            f"/api/v1/classes/{self.class_id}/opinions", opinion(signer), self.offices.token(signer)
        )

    def approve(self) -> None:
        for signer in SIGNERS:
            self.sign(signer)

    def turn_away_early(self, resident: Resident) -> None:
        if resident.part.manner is Manner.EARLY:
            self.turn_away(resident, resident.code(), CATCHES[Manner.EARLY])

    def admit(self, resident: Resident, stranger: Person) -> None:
        """Redeem at the door, after or before whatever the person tries that does not work."""
        manner = resident.part.manner
        if manner is Manner.SCREENSHOT:
            self.turn_away(resident, resident.screenshot, CATCHES[manner])
        if manner is Manner.OTHER_CARD:
            self.turn_away(resident, resident.code(), CATCHES[manner], stranger)
        scan = self._scan(resident.code(), resident.part.person)
        resident.redemption = self.post("/api/v1/redemptions", scan)["redemption"]
        if manner is Manner.TWICE:
            self.turn_away(resident, resident.code(), CATCHES[manner])

    def turn_away(self, resident: Resident, code: str, catch: Catch, card: Person | None = None) -> None:
        """Scan at this class's door what must be refused."""
        self.refused("/api/v1/redemptions", self._scan(code, card or resident.part.person), catch)

    def teach(self) -> None:
        """Record who was there at each session."""
        for session_no in range(1, len(self.meetings) + 1):
            there = [one.redemption for one in self.residents if _is_ticked(one.part, session_no)]
            if there:
                self.post(*self.attendance(session_no, there))

    def crowd(self) -> list[tuple[str, datetime]]:
        """Return so many of those who stay, as if they had all passed the door of the last session within seconds."""
        begun, a_second = self.meetings[-1].starts_at, CROWD // CROWDED_SECONDS
        staying = [one.redemption for one in self.residents if one.part.fate is not Fate.LEFT]
        return [
            (redemption, begun + timedelta(seconds=place // a_second, milliseconds=place % a_second))
            for place, redemption in enumerate(staying[:CROWD])
        ]

    def attendance(self, session_no: int, present: Sequence[str]) -> tuple[str, dict[str, Any]]:
        """Return where presence at one session is recorded, and with what."""
        return f"/api/v1/attendance/{self.class_id}/records", {"session_no": session_no, "present": present}

    def close(self) -> None:
        """Close the class; when its trainees have rated it, file its exam."""
        self.post(f"/api/v1/attendance/{self.class_id}/close", {})
        graduates = self.graduates
        if graduates and self.hasty:
            self.refused(*self.filing(TOO_SHORT_NOTICE), CATCHES[Scheme.EXAM_TOO_SOON])
            self.refused(*self.filing(EXAMINED_AFTER), CATCHES[Scheme.NOBODY_ASKED])
        if graduates:
            self.have_rated(5)
            self.exam = self.post(*self.filing(EXAMINED_AFTER))

    def have_rated(self, score: int) -> None:
        """Let as many trainees as it takes rate the class, and close the survey."""
        graduates = self.graduates
        for resident in graduates[: -(-len(graduates) * RATING_PERMILLE // 1000)]:
            resident.rate(score)
        self.post(f"{self.supervision}/survey/close", {})

    def inspect(self) -> None:
        """Let the bureau have counted everybody on the first day, save whom it must not have counted."""
        begun = self.meetings[0].starts_at + INTO_THE_LESSON
        visit = {
            "kind": "first_day",
            "inspected_at": begun.isoformat(),
            "place": "示例教室",
            "teachers": 2,
            "present": len(self._counted),
        }
        self.offices.service.post(f"{self.supervision}/inspections", visit, self.offices.token("bureau-clerk"))

    def film(self) -> None:
        """Register a recording of every session."""
        recordings = [
            {
                "session_no": session_no,
                "reference": f"示例录像/{self.class_id}/{session_no}",
                "sha256": hashlib.sha256(f"{self.class_id}/{session_no}".encode()).hexdigest(),
                "starts_at": meeting.starts_at.isoformat(),
                "ends_at": meeting.ends_at.isoformat(),
            }
            for session_no, meeting in enumerate(self.meetings, start=1)
        ]
        filmed = self.post(f"{self.supervision}/recordings", {"recordings": recordings})
        self.recordings = [one["recording"] for one in filmed["recordings"]]

    @property
    def graduates(self) -> list[Resident]:
        return [one for one in self.residents if one.part.fate in STAGES["completed"]]

    @property
    def _counted(self) -> Sequence[Resident]:
        """Everybody; in a class that has a certificate too many, only those whose certificates count."""
        if any(one.part.manner is Manner.UNCOUNTED for one in self.residents):
            return [one for one in self.residents if one.part.fate is Fate.CERTIFIED]
        return self.residents

    @property
    def supervision(self) -> str:
        return f"/api/v1/supervision/classes/{self.class_id}"

    def filing(self, ahead: timedelta) -> tuple[str, dict[str, Any]]:
        held_on = local_date(self.offices.service.now()) + ahead
        return "/api/v1/exams", {"classes": [self.class_id], "held_on": held_on.isoformat(), "place": EXAM_PLACE}

    def examine(self) -> None:
        """Enter everyone's result; who left has none."""
        results = [{"redemption": one.redemption, "outcome": _outcome(one.part)} for one in self.graduates]
        if results:
            self.post(f"/api/v1/exams/{self.exam['exam']}/results", {"results": results})

    def certify(self, resident: Resident, sold_number: str = "") -> None:
        """Enter the certificate, after whatever is wrong about the first one shown, and have the bureau verify it."""
        if resident.certified:
            return
        certificate, catch = self.certificate(resident), CATCHES.get(resident.part.manner)
        wrong = self._wrong(certificate, resident.part.manner, sold_number)
        if wrong and catch:
            self.refused("/api/v1/certificates", wrong, catch)
        if resident.part.fate is Fate.CERTIFIED:
            entered = self.post("/api/v1/certificates", certificate)
            self._have_verified(f"/api/v1/certificates/{entered['certificate']}/decision")
            resident.certified = True

    def claim_uncounted(self, resident: Resident) -> None:
        """Enter the certificate of somebody whom no inspector counted, when all the others have their value."""
        if resident.part.manner is Manner.UNCOUNTED:
            entered = self.post("/api/v1/certificates", self.certificate(resident))
            path, token = f"/api/v1/certificates/{entered['certificate']}/decision", self.offices.token("bureau-clerk")
            self.offices.service.post_refused(path, {"genuine": True}, token, CATCHES[Manner.UNCOUNTED])

    def _have_verified(self, path: str) -> None:
        """Have the bureau verify a certificate, the first of a hasty school not before it was inspected and filmed."""
        token, genuine = self.offices.token("bureau-clerk"), {"genuine": True}
        for scheme, mend in ((Scheme.NOT_INSPECTED, self.inspect), (Scheme.NOT_FILMED, self.film)):
            if self.hasty:
                self.offices.service.post_refused(path, genuine, token, CATCHES[scheme])
                mend()
        self.hasty = False
        self.offices.service.post(path, genuine, token)

    def certificate(self, resident: Resident) -> dict[str, Any]:
        examined_on = date.fromisoformat(self.exam["held_on"])
        return {
            "region_id": resident.part.region_id,
            "redemption": resident.redemption,
            "issuer": ISSUER,
            "number": f"SIM-{resident.redemption}",
            **{name: self.described[name] for name in ("occupation_code", "level", "certificate_type")},
            "examined_on": examined_on.isoformat(),
            "issued_on": (examined_on + ISSUED_AFTER).isoformat(),
        }

    def _wrong(self, certificate: dict[str, Any], manner: Manner, sold_number: str) -> dict[str, Any] | None:
        """Return the certificate that somebody with such a manner shows first; None for an honest one."""
        too_old = (date.fromisoformat(self.described["ends_on"]) - timedelta(days=1)).isoformat()
        other_level = next(level for level in LEVELS if level != self.described["level"])
        return {
            Manner.OLD_CERTIFICATE: {**certificate, "examined_on": too_old},
            Manner.OTHER_LEVEL: {**certificate, "level": other_level},
            Manner.SOLD_NUMBER: {**certificate, "number": sold_number},
            Manner.FORGED: certificate,
        }.get(manner)

    def _scan(self, code: str, card: Person) -> dict[str, Any]:
        person = {"id_number": card.id_number, "name": card.name}
        return {"code": code, "class_id": self.class_id, "person": person}

    def post(self, path: str, body: Any) -> Any:
        """Post as this school's clerk."""
        return self.offices.service.post(path, body, self.offices.token(self.clerk))

    def refused(self, path: str, body: Any, catch: Catch) -> None:
        """Post as this school's clerk what must be refused."""
        self.offices.service.post_refused(path, body, self.offices.token(self.clerk), catch)


def opinion(signer: str) -> dict[str, str]:
    """The approving opinion of one of SIGNERS."""
    return {"step": signer[:-1], "verdict": "approve"}


def _outcome(part: Part) -> str:
    return "passed" if part.passes else "failed"


def _is_ticked(part: Part, session_no: int) -> bool:
    return part.fate is not Fate.LEFT or session_no <= SESSIONS_BEFORE_LEAVING or part.manner is Manner.TICKED
