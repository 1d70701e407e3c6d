"""What holders and schools do in a history, each act against the model's answer."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.journey import supervising
from tests.journey.city import new_key
from tests.statemachine.history import History
from tests.statemachine.site import HERE, HOMES, SEATS
from tests.statemachine.things import Course, Redemption, Shown, day_of

PEOPLE = st.integers(0, len(HOMES) - 1)
COURSES = st.sampled_from("ABC")


class DailyLife(History):
    """Each rule is an act; a few are whole stretches of a voucher's life, so that histories get as far as its end."""

    # holders

    @rule(person=PEOPLE)
    def claim(self, person: int) -> None:
        answer = self._post(f"holder{person}", "/api/v1/vouchers", self._claim_body(), self.city.claim(person))
        if answer:
            self._took(person, answer)

    def _took(self, person: int, answer: dict[str, Any]) -> None:
        self._worker(person).voucher = answer["voucher"]
        self.voucher_ids[id(self._newest(person))] = answer["voucher"]
        self.phones.pop(person, None)
        self.screenshots.pop(person, None)

    @precondition(lambda self: self.voucher_ids)
    @rule(person=PEOPLE)
    def give_back(self, person: int) -> None:
        person = self._among(self._holders(), person)
        voucher = self._newest(person)
        path = f"/api/v1/vouchers/{self.voucher_ids[id(voucher)]}/return"
        self._post(f"holder{person}", path, {}, self.city.give_back(voucher))

    @precondition(lambda self: self.voucher_ids)
    @rule(person=PEOPLE)
    def open_code(self, person: int) -> None:
        person = self._among(self._holders(), person)
        voucher = self._newest(person)
        expected = self.city.open_code(voucher)
        token = self._token(f"holder{person}")
        if expected == (201, None):
            worker = self._worker(person).open_code()
            assert worker.live
            self.phones.setdefault(person, []).append((worker.live, self.city.now))
        else:
            path = f"/api/v1/vouchers/{self.voucher_ids[id(voucher)]}/code-header"
            refused = self.town.get(path, token)
            assert (refused.status_code, refused.get_json()["code"]) == expected

    @precondition(lambda self: self.voucher_ids)
    @rule(person=PEOPLE)
    def look(self, person: int) -> None:
        listed = self.town.get("/api/v1/vouchers", self._token(f"holder{person}")).get_json()["vouchers"]
        states = Counter(voucher["state"] for voucher in listed)
        assert states == Counter(voucher.at(self.city.now) for voucher in self.city.held[person])

    # schools

    @precondition(lambda self: self.phones)
    @rule(person=PEOPLE, course=COURSES, abroad=st.integers(0, 4), newest=st.integers(0, 3), own=st.integers(0, 4))
    def redeem(self, person: int, course: str, abroad: int, newest: int, own: int) -> None:
        """Mostly the live code of the newest session with the holder's own card; sometimes neither."""
        person = self._among(sorted(self.phones), person)
        if opened := self.phones[person]:
            live, opened_at = opened[max(0, len(opened) - 2)] if newest == 0 else opened[-1]
            opening = len(opened) - 1 if newest == 0 and len(opened) > 1 else len(opened)
            begins = opened_at.replace(second=0, microsecond=0)
            if self.city.now < begins + timedelta(hours=2):
                shown = Shown(opening, opened_at, self.city.now)
                school = "school2" if abroad == 0 else self.example.courses[course].school
                self._scan(person, live.code_at(self.city.now), shown, course, school, own=own > 0)

    @precondition(lambda self: self.screenshots)
    @rule(person=PEOPLE, course=COURSES)
    def redeem_by_screenshot(self, person: int, course: str) -> None:
        person = self._among(sorted(self.screenshots), person)
        code, shown = self.screenshots[person]
        self._scan(person, code, shown, course, self.example.courses[course].school, own=True)

    @rule(person=PEOPLE, course=COURSES)
    def enrol(self, person: int, course: str) -> None:
        """The straight way: claim unless there is a voucher, open the code, have it scanned."""
        voucher = self.city.newest(person)
        if voucher is None or voucher.at(self.city.now) not in {"claimed", "redeemed", "completed"}:
            self.claim(person)
        holders = self._holders()
        if person in holders:
            self.open_code(holders.index(person))
            if person in self.phones:
                self.redeem(sorted(self.phones).index(person), course, 1, 3, 1)

    def _scan(self, person: int, code: str, shown: Shown, course: str, school: str, *, own: bool) -> None:
        voucher, taught = self._newest(person), self.example.courses[course]
        expected = self.city.redeem(person, voucher, shown, taught, school, own=own)
        card = self._worker(person if own else (person + 1) % len(HOMES)).person
        body = {
            "code": code,
            "class_id": self.example.class_ids[course],
            "person": {"id_number": card.id_number, "name": card.name},
        }
        self.screenshots[person] = code, shown
        answer = self._post(f"{school}-clerk", "/api/v1/redemptions", body, expected)
        if answer:
            self.redemption_ids[id(voucher.redemptions[-1])] = answer["redemption"]
            assert (answer["seat"], answer["reserved_fen"]) == (taught.taken, taught.standard_fen)

    @precondition(lambda self: self.redemption_ids)
    @rule(course=COURSES, session=st.integers(0, 7), everyone=st.booleans(), stranger=st.integers(0, 5))
    def attend(self, course: str, session: int, *, everyone: bool, stranger: int) -> None:
        self._attend(course, session, everyone=everyone, stranger=stranger == 0)

    def _attend(self, course: str, session: int, *, everyone: bool, stranger: bool) -> None:
        taught = self.example.courses[course]
        own = [redemption for redemption in self._redemptions() if redemption.course is taught]
        enrolled = [redemption for redemption in own if not redemption.cancelled]
        present = enrolled if everyone else enrolled[:1]
        if stranger:
            present = present + [redemption for redemption in self._redemptions() if redemption not in enrolled][:1]
        if present:
            body = {"session_no": session + 1, "present": [self.redemption_ids[id(found)] for found in present]}
            path = f"/api/v1/attendance/{self.example.class_ids[course]}/records"
            self._post(f"{taught.school}-clerk", path, body, self.city.attend(taught, session, present))

    @precondition(lambda self: self.redemption_ids)
    @rule(course=COURSES)
    def close(self, course: str) -> None:
        taught = self.example.courses[course]
        path = f"/api/v1/attendance/{self.example.class_ids[course]}/close"
        expected = self.city.close(taught)
        self._post(f"{taught.school}-clerk", path, {}, expected)
        if expected == (200, None):
            self._supervise(taught)

    def _supervise(self, taught: Course) -> None:
        """What no voucher's state depends on in this model: somebody came, everything was filmed, all are satisfied."""
        class_id, clerk = self.example.class_ids[taught.name], self._token(f"{taught.school}-clerk")
        came = supervising.inspect(self.town, class_id, SEATS, inspected_at=taught.sessions[0][0].isoformat())
        assert came.status_code == 201, came.text
        films = supervising.films(self.town, HERE, class_id)
        assert supervising.film(self.town, class_id, clerk, films).status_code == 201
        for person, held in enumerate(self.city.held):
            for voucher in held:
                if voucher.standing and voucher.standing.course is taught and voucher.standing.attended:
                    path = f"/api/v1/supervision/vouchers/{self.voucher_ids[id(voucher)]}/answers"
                    said = self.town.post(path, self._token(f"holder{person}"), {"score": 5})
                    assert said.status_code == 201, said.text
        closed = supervising.close_survey(self.town, class_id, clerk)
        assert closed.status_code == 201, closed.text

    @precondition(lambda self: self.redemption_ids)
    @rule(everyone=st.sampled_from((True, True, False)), lessons=st.sampled_from((6, 7, 8, 8)))
    def teach(self, *, everyone: bool, lessons: int) -> None:
        """The straight way: hold the lessons, wait for the last day, close."""
        taught = next((found.course for found in self._redemptions() if not found.course.over), None)
        if taught is None:
            return
        course = taught.name
        self._wait_until(taught.lessons_end)
        for session in range(lessons):
            self._attend(course, session, everyone=everyone, stranger=False)
        self._wait_until(datetime.combine(taught.ends_on, time(1), UTC))
        self.close(course)

    @precondition(lambda self: self.redemption_ids)
    @rule(course=COURSES, days=st.sampled_from((2, 3, 3, 3)))
    def file_exam(self, course: str, days: int) -> None:
        taught = self.example.courses[course]
        held_on = day_of(self.city.now) + timedelta(days=days)
        body = {"classes": [self.example.class_ids[course]], "held_on": held_on.isoformat(), "place": "示例考场"}
        answer = self._post(f"{taught.school}-clerk", "/api/v1/exams", body, self.city.file_exam(taught, held_on))
        if answer:
            self.exam_ids[course] = answer["exam"]

    @precondition(lambda self: self.exam_ids)
    @rule(course=COURSES, outcome=st.sampled_from(("passed", "passed", "failed")), everyone=st.booleans())
    def enter_results(self, course: str, outcome: str, *, everyone: bool) -> None:
        """The results of those who hold a seat, completed or not, or of the first of them."""
        course = self._among(sorted(self.exam_ids), ord(course))
        taught = self.example.courses[course]
        own = [found for found in self._redemptions() if found.course is taught and not found.cancelled]
        self._enter_results(course, own if everyone else own[:1], outcome)

    def _enter_results(self, course: str, of: list[Redemption], outcome: str) -> None:
        taught = self.example.courses[course]
        if of:
            rows = [{"redemption": self.redemption_ids[id(found)], "outcome": outcome} for found in of]
            path = f"/api/v1/exams/{self.exam_ids[course]}/results"
            expected = self.city.enter_results(taught, of, outcome)
            self._post(f"{taught.school}-clerk", path, {"results": rows}, expected)

    @precondition(lambda self: self._trainees())
    @rule(person=PEOPLE, right=st.integers(0, 5), used=st.integers(0, 5))
    def enter_certificate(self, person: int, right: int, used: int) -> None:
        person = self._among(self._trainees(), person)
        voucher = self._newest(person)
        redemption = voucher.standing or voucher.redemptions[-1]
        reused = used == 0 and bool(self.certificate_ids) and voucher.certificate != "entered"
        number = "USED-0001" if not self.certificate_ids or reused else new_key()
        occupation_code, level, certificate_type = self.example.levels[redemption.course.name]
        examined_on = redemption.course.examined_on or redemption.course.ends_on
        if not right:
            level = "another"
        body = {
            "region_id": HOMES[person],
            "redemption": self.redemption_ids[id(redemption)],
            "issuer": "示例评价机构",
            "number": number,
            "occupation_code": occupation_code,
            "level": level,
            "certificate_type": certificate_type,
            "examined_on": examined_on.isoformat(),
            "issued_on": examined_on.isoformat(),
        }
        new = number != "USED-0001" or not self._stands("USED-0001")
        expected = self.city.enter_certificate(voucher, examined_on, level_is_right=right > 0, number_is_new=new)
        answer = self._post(f"{redemption.course.school}-clerk", "/api/v1/certificates", body, expected)
        if answer:
            self.certificate_ids[id(voucher)] = answer["certificate"]
            self.numbers = {**getattr(self, "numbers", {}), id(voucher): number}

    def _stands(self, number: str) -> bool:
        """Whether a certificate with this number was entered and not refused."""
        holders = [found for held in self.city.held for found in held if found.certificate in {"entered", "verified"}]
        return any(getattr(self, "numbers", {}).get(id(found)) == number for found in holders)
