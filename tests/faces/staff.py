"""A class of the first school with trainees in it, and the steps of its life through the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.faces.browsing import PAGE, Visitor
from tests.journey import supervising
from tests.journey.city import PEOPLE, Worker, redeem_body
from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from datetime import date, datetime

    from tests.journey.city import Town


@dataclass
class SchoolClass:
    """The first school's class that is open for enrolment, and who redeemed a voucher in it."""

    town: Town
    region_id: int
    class_id: int
    meetings: list[tuple[int, datetime, datetime]]
    ends_on: date
    examined_on: date | None = None
    redemptions: list[str] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    @property
    def page(self) -> str:
        return f"/institution/classes/{to_hex(self.class_id)}"

    def staff(self, login_name: str) -> Visitor:
        """Somebody with a fresh log-in: sessions end with the working day."""
        self.town.tokens.pop(login_name, None)
        return Visitor(self.town).log_in_as_staff(login_name)

    def seat(self, count: int) -> SchoolClass:
        clerk = self.town.staff_token("school1-clerk")
        for person in PEOPLE[len(self.workers)], *(PEOPLE[len(self.workers) + more] for more in range(1, count)):
            worker = Worker(self.town, person, self.region_id).log_in()
            assert worker.claim().status_code == 201
            answer = self.town.post(
                "/api/v1/redemptions", clerk, redeem_body(worker.open_code(), to_hex(self.class_id))
            )
            assert answer.status_code == 201, answer.text
            self.workers.append(worker)
            self.redemptions.append(answer.get_json(force=True)["redemption"])
        return self

    def attend(self, session_no: int, present: list[str]) -> Any:
        """Record who is present through the page, five minutes into the session."""
        self.town.clock.moment = self.meetings[session_no - 1][1] + timedelta(minutes=5)
        clerk = self.staff("school1-clerk")
        address = f"{self.page}/attendance/{session_no}"
        return clerk.http.post(address, data={**clerk.hidden(address), "present": present}, headers=PAGE)

    def attend_all(self, present: list[str] | None = None) -> SchoolClass:
        for session_no, _, _ in self.meetings:
            assert self.attend(session_no, present or self.redemptions).status_code == 303
        return self

    def supervise(self) -> SchoolClass:
        """Write a visit on the first day down, hand in a recording of each session, and let everyone be satisfied."""
        first_day, class_id = self.meetings[0][1].isoformat(), to_hex(self.class_id)
        inspected = supervising.inspect(self.town, class_id, len(self.redemptions), inspected_at=first_day)
        assert inspected.status_code == 201, inspected.text
        self.town.tokens.clear()
        clerk = self.town.staff_token("school1-clerk")
        films = supervising.films(self.town, self.region_id, class_id)
        assert supervising.film(self.town, class_id, clerk, films).status_code == 201
        supervising.ask(self.town, class_id, clerk, self.workers)
        return self

    def close(self) -> Any:
        self.town.clock.moment = self.meetings[-1][2] + timedelta(days=60)
        clerk = self.staff("school1-clerk")
        return clerk.http.post(f"{self.page}/close", data=clerk.hidden(self.page), headers=PAGE)

    def file_exam(self, days: int = 3) -> Any:
        """File the exam through the page."""
        self.examined_on = local_date(self.town.clock.now()) + timedelta(days=days)
        fields = {"held_on": self.examined_on.isoformat(), "place": "示例考场"}
        return self.staff("school1-clerk").send(f"{self.page}/exam", **fields)

    def enter_results(self, outcomes: dict[int, str], reason: str = "") -> Any:
        """Enter a result for each trainee by number through the page."""
        clerk, address = self.staff("school1-clerk"), f"{self.page}/exam"
        rows = {f"outcome-{self.redemptions[trainee]}": outcome for trainee, outcome in outcomes.items()}
        reasons = {f"reason-{self.redemptions[trainee]}": reason for trainee in outcomes}
        return clerk.http.post(f"{address}/results", data={**clerk.hidden(address), **rows, **reasons}, headers=PAGE)

    def examine(self) -> SchoolClass:
        """File the exam, hold it, and let everyone pass."""
        assert self.file_exam().status_code == 303
        self.town.clock.advance(days=4)
        assert self.enter_results(dict.fromkeys(range(len(self.redemptions)), "passed")).status_code == 303
        return self

    def certificate(self, trainee: int = 0, **changes: str) -> Any:
        """Enter a trainee's certificate through the page."""
        clerk = self.staff("school1-clerk")
        address = f"/institution/certificates/{self.region_id}/{self.redemptions[trainee]}"
        stated = {
            "issuer": "示例评价机构",
            "number": f"DEMO-{trainee:04d}",
            "examined_on": (self.examined_on or self.ends_on).isoformat(),
            "issued_on": (self.examined_on or self.ends_on).isoformat(),
        }
        return clerk.send(address, **{**stated, **changes})

    def decide(self, login_name: str, genuine: str) -> Any:
        """Decide on the first certificate that waits."""
        clerk = self.staff(login_name)
        page = clerk.open("/bureau/certificates")
        address = re.search(r'action="(/bureau/certificates/[0-9a-f]{16})"', page.text)
        assert address, page.text
        data = {**clerk.hidden("/bureau/certificates"), "genuine": genuine}
        return clerk.http.post(address[1], data=data, headers=PAGE)


def first_class(town: Town) -> SchoolClass:
    region_id = town.city.schools[0].region_id
    class_id = next(number for region, number in town.city.classes if region == region_id)
    with town.app.app_context():
        found = classes.get(region_id, class_id)
        meetings = [(held.session_no, held.starts_at, held.ends_at) for held in classes.sessions(found)]
        return SchoolClass(town, region_id, class_id, meetings, found.ends_on)
