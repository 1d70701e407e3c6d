"""A school with a class that has not opened, and its rosters as they go through the API."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.journey.city import PEOPLE, new_key
from tests.journey.town import Door, a_door, refused
from tests.sheets.tables import rows_in, xlsx
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.programmes import service as programmes
from voucher_service.sheets import service as sheets

if TYPE_CHECKING:
    from tests.journey.city import Town
    from voucher_service.demo.people import Person

HEADINGS = (
    "序号",
    "姓名",
    "身份证号码",
    "人员类别",
    "培训意愿",
    "就业意愿",
    "就业能力",
    "现岗位",
    "原岗位",
    "在校情况",
)
strangers = itertools.count(6000)


def stranger() -> Person:
    """Somebody whom nobody of the service has heard of."""
    return PEOPLE[next(strangers)]


def row(person: Person, **changes: Any) -> list[Any]:
    """A row that keeps every rule, with changes by heading."""
    told: dict[str, Any] = {
        "序号": 1,
        "姓名": person.name,
        "身份证号码": person.id_number,
        "人员类别": "其他",
        **dict.fromkeys(("培训意愿", "就业意愿", "就业能力"), "是"),
    }
    return [{**told, **changes}.get(heading, "") for heading in HEADINGS]


def table(*rows: Sequence[Any]) -> list[Sequence[Any]]:
    return [HEADINGS, *rows]


@dataclass
class School:
    """What the clerk of one class does with its rosters, or with another `kind` of table about another `subject`."""

    door: Door
    kind: str = "roster"
    subject: str = ""

    @property
    def town(self) -> Town:
        return self.door.town

    def upload(self, content: bytes, token: str = "", key: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token or self.door.token()}", "Idempotency-Key": key or new_key()}
        return self.town.client().post(
            f"/api/v1/sheets/{self.kind}/{self.subject or self.door.hex}", data=content, headers=headers
        )

    def confirm(self, sheet: str, mapping: dict[str, int] | None = None) -> Any:
        mapping = mapping or self.show(sheet)["mapping"]
        return self.door.post(f"/api/v1/sheets/{sheet}/mapping", {"mapping": mapping})

    def show(self, sheet: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.town.get(f"/api/v1/sheets/{sheet}", self.door.token()).get_json()
        return shown

    def work(self) -> None:
        with self.town.app.app_context():
            while sheets.work(self.town.clock.now()):
                db.session.remove()

    def check(self, *rows: Sequence[Any], content: bytes | None = None) -> dict[str, Any]:
        """Upload rows, take the mapping as it is guessed, and check them; return the sheet as it then stands."""
        uploaded = self.upload(content or xlsx(table(*rows)))
        assert uploaded.status_code == 201, uploaded.text
        sheet = uploaded.get_json()["sheet"]
        confirmed = self.confirm(sheet)
        assert confirmed.status_code == 200, confirmed.text
        self.work()
        found: dict[str, Any] = self.show(sheet)["sheet"]
        return found

    def codes(self, *rows: Sequence[Any], content: bytes | None = None) -> list[list[str]]:
        """What is wrong with each of some rows, by code; nothing for an accepted table."""
        sheet = self.check(*rows, content=content)
        answer = self.town.get(f"/api/v1/sheets/{sheet['sheet']}/faults", self.door.token()).get_json()
        told = {fault["row"]: [reason["code"] for reason in fault["reasons"]] for fault in answer["faults"]}
        assert sheet["state"] == ("refused" if told else "accepted"), sheet
        return [told.get(number, []) for number in range(2, sheet["rows_total"] + 2)]

    def show_code(self, sheet: str) -> tuple[int, str]:
        return refused(self.town.get(f"/api/v1/sheets/{sheet}", self.door.token()))

    def workbook_of(self, sheet: str) -> Any:
        return self.town.get(f"/api/v1/sheets/{sheet}/workbook", self.door.token())

    def workbook(self, sheet: str) -> list[list[Any]]:
        with self.workbook_of(sheet) as answer:
            assert answer.status_code == 200, answer.text
            return rows_in(answer.data)

    def expected(self) -> Any:
        return self.town.get(f"/api/v1/rosters/{self.door.hex}", self.door.token())

    def occupation(self) -> Any:
        with self.town.app.app_context():
            found = classes.get(self.door.region_id, self.door.class_id)
            return programmes.occupations()[found.occupation_code]


def a_school(town: Town, number: int | None = None) -> School:
    return School(a_door(town, number))
