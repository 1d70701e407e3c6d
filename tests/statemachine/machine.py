"""Anything that people, schools, the bureau and time can do, in any order, against the model and the invariants."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.statemachine.daily_life import COURSES, PEOPLE, DailyLife
from tests.statemachine.site import HOMES
from voucher_service.ledger.sealing import seal_once
from voucher_service.sweeping import sweep_once


class LedgerMachine(DailyLife):
    """Everything that may happen to a voucher up to its certificate."""

    # the bureau

    @precondition(lambda self: self.certificate_ids)
    @rule(person=PEOPLE, genuine=st.integers(0, 3))
    def decide(self, person: int, genuine: int) -> None:
        voucher = self.city.newest(person)
        if voucher and id(voucher) in self.certificate_ids:
            expected = self.city.decide(person, voucher, genuine=genuine > 0)
            path = f"/api/v1/certificates/{self.certificate_ids[id(voucher)]}/decision"
            self._post("bureau-clerk", path, {"genuine": genuine > 0}, expected)

    @precondition(lambda self: self._trainees())
    @rule(person=PEOPLE)
    def undo(self, person: int) -> None:
        if person in self._trainees():
            self.ask_undo(self._trainees().index(person), 0)
            self.settle_undo(self._trainees().index(person), 0, 1)

    @precondition(lambda self: self._trainees())
    @rule(person=PEOPLE, nth=st.integers(0, 2))
    def ask_undo(self, person: int, nth: int) -> None:
        person = self._among(self._trainees(), person)
        voucher = self._newest(person)
        redemption = self._among(voucher.redemptions, -1 - nth)
        path = f"/api/v1/redemptions/{HOMES[person]}/{self.redemption_ids[id(redemption)]}/undo-request"
        expected = self.city.ask_undo(voucher, redemption)
        self._post(f"{redemption.course.school}-clerk", path, {"reason": "wrong_class"}, expected)

    @precondition(lambda self: self._trainees())
    @rule(person=PEOPLE, nth=st.integers(0, 2), confirmed=st.integers(0, 3))
    def settle_undo(self, person: int, nth: int, confirmed: int) -> None:
        person = self._among(self._trainees(), person)
        voucher = self._newest(person)
        redemption = self._among(voucher.redemptions, -1 - nth)
        path = f"/api/v1/redemptions/{HOMES[person]}/{self.redemption_ids[id(redemption)]}/undo"
        expected = self.city.undo(person, voucher, redemption, confirmed=confirmed > 0)
        self._post("bureau-clerk", path, {"confirmed": confirmed > 0}, expected)

    @precondition(lambda self: "completed" in self.city.by_state())
    @rule(genuine=st.integers(0, 3))
    def certify_everyone(self, genuine: int) -> None:
        """The straight way: examine everyone who completed, enter their certificates, and decide on them."""
        for course, taught in self.example.courses.items():
            if taught.state == "ended":
                self.file_exam(course, 3)
                self._wait_until(self.city.now + timedelta(days=4))
                self._enter_results(course, self.city.candidates(taught), "passed")
        for nth, person in enumerate(self._trainees()):
            self.enter_certificate(nth, 1, 1)
            self.decide(person, genuine)

    @precondition(lambda self: self.voucher_ids)
    @rule(person=PEOPLE, course=COURSES, how=st.sampled_from(("superseded", "late", "twice")))
    def scan_badly(self, person: int, course: str, how: str) -> None:
        """A phone that was replaced, a picture of a code, a code that was used and given back."""
        self.open_code(person)
        person = self._among(self._holders(), person)
        if person not in self.phones:
            return
        at = sorted(self.phones).index(person)
        if how == "superseded":
            self.open_code(self._holders().index(person))
            self.redeem(at, course, 1, 0, 1)
        elif how == "late":
            self.redeem(at, course, 1, 3, 0)
            self.wait_a_little(90)
            self.redeem_by_screenshot(sorted(self.screenshots).index(person), course)
        elif self._newest(person).state == "claimed":
            self.redeem(at, course, 1, 3, 1)
            self.undo(person)
            self.redeem_by_screenshot(sorted(self.screenshots).index(person), course)

    # time, and machines that do not know whether they were heard

    @rule(seconds=st.sampled_from((30, 30, 30, 90, 600, 3 * 3600)))
    def wait_a_little(self, seconds: int) -> None:
        self._wait_until(self.city.now + timedelta(seconds=seconds))

    @precondition(lambda self: self.voucher_ids)
    @rule(days=st.sampled_from((1, 1, 4, 6, 8)))
    def wait_some_days(self, days: int) -> None:
        self._wait_until(self.city.now + timedelta(days=days))

    @precondition(lambda self: len(self.sent) > 12)
    @rule(days=st.sampled_from((32, 93, 200)), swept=st.booleans())
    def wait_for_months(self, days: int, *, swept: bool) -> None:
        self._wait_until(self.city.now + timedelta(days=days))
        if swept:
            self.sweep()

    @rule()
    def sweep(self) -> None:
        expected = self.city.sweep()
        with self.town.app.app_context():
            assert sweep_once(self.city.now) == expected

    @rule()
    def seal(self) -> None:
        with self.town.app.app_context():
            seal_once(self.city.now)

    @precondition(lambda self: self.sent)
    @rule(nth=st.integers(0, 30))
    def send_again(self, nth: int) -> None:
        """The same request with the same key has the same answer, however late, and no effect."""
        before = self._among(self.sent, -1 - nth)
        again = self._send(before.who, before.path, json.dumps(before.body), before.key)
        answer = again.get_json(force=True)
        assert (again.status_code, answer.get("code")) == (before.status, before.answer.get("code"))
        assert again.headers.get("Idempotency-Hit") == "true"
        assert again.status_code >= 400 or answer == before.answer

    @precondition(lambda self: self.sent)
    @rule(nth=st.integers(0, 30))
    def send_something_else_under_the_same_key(self, nth: int) -> None:
        before = self._among(self.sent, -1 - nth)
        other = self._send(before.who, before.path, json.dumps(before.body) + " ", before.key)
        assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_key_reused")
