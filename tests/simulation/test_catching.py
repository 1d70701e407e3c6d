"""A fraud that the service lets through stops the year: the answers of a careless service are not believed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from voucher_service.simulation.connection import UnexpectedAnswer
from voucher_service.simulation.disputes import uphold
from voucher_service.simulation.frauds import Manner
from voucher_service.simulation.sheet import Sheet

LINES = [["姓名"], ["示例"], ["示例"]]
ONE_FAULT = [{"row": 3, "reasons": [{"code": "row_twice"}]}]


class Careless:
    """Offices and service in one, which answer everything as they are told to."""

    def __init__(self, *, state: str = "refused", faults: list[Any] | None = None, ended: Any = None) -> None:
        self.service = self
        self.refused: list[str] = []
        self._shown = {"sheet": {"state": state}, "mapping": {}, "faults": ONE_FAULT if faults is None else faults}
        self._ended = ended

    def token(self, login_name: str) -> str:
        return login_name

    def get(self, _path: str, _token: str = "") -> Any:
        return self._shown

    def upload(self, _path: str, _content: bytes, _token: str) -> Any:
        return {"sheet": "0" * 16}

    def post(self, _path: str, _body: Any, _token: str = "") -> Any:
        return {"ended": self._ended}

    def post_refused(self, _path: str, _body: Any, _token: str, catch: Any) -> None:
        self.refused.append(catch.code)


def check(offices: Any) -> None:
    sheet = Sheet(offices, "school3-admin", "roster", "0" * 16)
    sheet.hand_in(LINES)
    sheet.require_only_fault(3, "row_twice")


def test_a_table_that_is_turned_down_for_the_one_row_is_as_it_should_be() -> None:
    check(Careless())


@pytest.mark.parametrize(
    "offices",
    [
        Careless(state="accepted"),
        Careless(faults=[]),
        Careless(faults=[{"row": 2, "reasons": [{"code": "row_twice"}]}]),
        Careless(faults=[*ONE_FAULT, {"row": 2, "reasons": [{"code": "person_cannot_join"}]}]),
    ],
    ids=["accepted", "no fault", "another row", "more than one"],
)
def test_a_table_that_is_accepted_or_turned_down_for_something_else_is_not(offices: Careless) -> None:
    with pytest.raises(UnexpectedAnswer):
        check(offices)


@pytest.mark.parametrize("ended", [None, {"outcome": "lift"}])
def test_a_line_that_two_persons_upheld_must_end_so(ended: Any) -> None:
    resident: Any = SimpleNamespace(part=SimpleNamespace(region_id=411202, manner=Manner.ABSENT))
    upholding: Any = Careless(ended={"outcome": "uphold"})
    uphold(upholding, resident, "0" * 16)
    assert upholding.refused == ["hold_opinion_twice"]
    careless: Any = Careless(ended=ended)
    with pytest.raises(UnexpectedAnswer):
        uphold(careless, resident, "0" * 16)
