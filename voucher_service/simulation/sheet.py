"""A table that a school hands in, and what the check says of its rows."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass

from voucher_service.simulation.actors import Offices
from voucher_service.simulation.connection import UnexpectedAnswer

CHECKED_WITHIN_SECONDS = 60


@dataclass
class Sheet:
    """One table of a `kind` about a `subject`, uploaded by a school's clerk."""

    offices: Offices
    clerk: str
    kind: str
    subject: str
    sheet: str = ""

    def hand_in(self, lines: Sequence[Sequence[str]]) -> None:
        """Upload the lines as text, take its columns for what they seem to be, and wait until every row is checked."""
        written = io.StringIO()
        csv.writer(written).writerows(lines)
        token, content = self.offices.token(self.clerk), written.getvalue().encode()
        sheets = "/api/v1/sheets"
        uploaded = self.offices.service.upload(f"{sheets}/{self.kind}/{self.subject}", content, token)
        self.sheet = f"{sheets}/{uploaded['sheet']}"
        mapping = self.offices.service.get(self.sheet, token)["mapping"]
        self.offices.service.post(f"{self.sheet}/mapping", {"mapping": mapping}, token)
        deadline = time.monotonic() + CHECKED_WITHIN_SECONDS
        while (state := self._state()) == "checking":
            if time.monotonic() > deadline:
                raise UnexpectedAnswer(f"{self.sheet} is not checked within {CHECKED_WITHIN_SECONDS} s")
            time.sleep(0.1)
        if state != "refused":
            raise UnexpectedAnswer(f"{self.sheet} should be turned down: {state}")

    def require_only_fault(self, row: int, code: str) -> None:
        """Raise UnexpectedAnswer unless this row is turned down for this reason, and no other row for any."""
        faults = self.offices.service.get(f"{self.sheet}/faults", self.offices.token(self.clerk))["faults"]
        found = [(fault["row"], reason["code"]) for fault in faults for reason in fault["reasons"]]
        if found != [(row, code)]:
            raise UnexpectedAnswer(f"{self.sheet}: row {row} should be refused as {code} alone: {found}")

    def _state(self) -> str:
        state: str = self.offices.service.get(self.sheet, self.offices.token(self.clerk))["sheet"]["state"]
        return state
