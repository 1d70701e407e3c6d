"""A class that its trainees rate badly and that its recordings do not show whole: it loses its subsidy."""

from __future__ import annotations

from voucher_service.calendar import local_date
from voucher_service.simulation.connection import UnexpectedAnswer
from voucher_service.simulation.course import EXAMINED_AFTER, Course
from voucher_service.simulation.frauds import CATCHES, STRIKES, Scheme

INSPECTOR, SECOND_PERSON = "bureau-clerk", "bureau1"
SHOWS_SOME = {"shows_everyone": False, "effective": False}


class DoomedCourse(Course):
    """Taught, inspected and filmed like any other, until its trainees are asked."""

    def condemn(self) -> None:
        """Close the class and try for its exam at every turn, until it is disqualified and worth nothing."""
        self.post(f"/api/v1/attendance/{self.class_id}/close", {})
        self.have_rated(1)
        self.refused(*self.filing(EXAMINED_AFTER), CATCHES[Scheme.DISSATISFIED])
        repaired = {"repaired_by": "模拟：立即整改"}
        self.refused(f"{self.supervision}/survey/next-round", repaired, CATCHES[Scheme.REPAIR_TOO_SOON])
        self._watch_recordings()
        self.refused(*self.filing(EXAMINED_AFTER), CATCHES[Scheme.MISSED_ON_FILM])
        self._disqualify()
        self.refused("/api/v1/certificates", self._worthless(), CATCHES[Scheme.WORTHLESS])

    def _watch_recordings(self) -> None:
        """Let somebody of the bureau see that so many recordings miss one of the trainees."""
        service, token = self.offices.service, self.offices.token(INSPECTOR)
        for recording in self.recordings[:STRIKES]:
            seen = {**SHOWS_SOME, "present": len(self.residents) - 1}
            service.post(f"{self.supervision}/recordings/{recording}/judgements", seen, token)

    def _disqualify(self) -> None:
        """Confirm, as another person, what the last of those recordings has asked for."""
        service, token = self.offices.service, self.offices.token(SECOND_PERSON)
        waiting = service.get("/api/v1/class-rulings", token)["rulings"]
        asked = next((one["ruling"] for one in waiting if one["class_id"] == self.class_id), None)
        if asked is None:
            raise UnexpectedAnswer(f"nobody asked to disqualify class {self.class_id}: {waiting}")
        service.post(f"/api/v1/class-rulings/{asked}/decision", {"confirmed": True}, token)
        state = service.get(f"/api/v1/classes/{self.class_id}", token)["training_class"]["state"]
        if state != "disqualified":
            raise UnexpectedAnswer(f"class {self.class_id} should be disqualified: {state}")

    def _worthless(self) -> dict[str, object]:
        """The certificate of an exam that somebody held all the same."""
        self.exam = {"held_on": local_date(self.offices.service.now()).isoformat()}
        return self.certificate(self.residents[0])
