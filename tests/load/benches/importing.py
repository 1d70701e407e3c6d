"""`import`: a roster of 20,000 rows, kept, checked and answered, against reading its file and doing nothing with it.

Half of the people are known to the service and everyone is on the roster twice, so every row costs its look-ups. Memory
is the process's peak above what it held before, beside that of a roster with a quarter of the rows.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from python_calamine import CalamineWorkbook

from tests.journey.city import START
from tests.load.benches.pairs import Pairs, take_turns
from tests.sheets.tables import xlsx
from voucher_service.app import create_app
from voucher_service.clock import FixedClock
from voucher_service.database import db, migrate, unit_of_work
from voucher_service.demo.loading import City, load
from voucher_service.demo.people import Population
from voucher_service.holders import service as holders
from voucher_service.holders.service import Identity
from voucher_service.server import settle_memory
from voucher_service.settings import Secrets, Settings
from voucher_service.sheets import service as sheets
from voucher_service.web.access import INSTITUTION_CLERK, Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from voucher_service.demo.people import Person

ROWS: Final = 20_000
FEWER: Final = ROWS // 4
SLOWER_MAX: Final = 20
HEADINGS: Final = ("姓名", "身份证号码", "人员类别", "培训意愿", "就业意愿", "就业能力")


def measure(seconds: float, pairs: int) -> dict[str, Any]:  # noqa: ARG001 - a file takes what it takes
    """Return one line whose ratio reaches its aim when importing takes at most SLOWER_MAX times the reading."""
    people = Population(seed=11, count=ROWS // 2)
    few, many = _roster(people, FEWER), _roster(people, ROWS)
    memory = {f"kib_above_at_{rows}_rows": _kib_above(file) for rows, file in ((FEWER, few), (ROWS, many))}
    with _city() as (app, city):
        _enrol(app, people)
        settle_memory()  # as every worker of the service does
        ours, limit = take_turns(
            pairs,
            lambda _: SLOWER_MAX / _timed(lambda: _import(app, city, many)),
            lambda _: 1 / _timed(lambda: _read(many)),
        )
    what = f"a roster of {ROWS:,} rows kept and each checked, x {SLOWER_MAX}"
    line = Pairs(what, "reading its file with the same library", 1.0, ours, limit)
    slower = SLOWER_MAX / line.ratio
    return {"rows": ROWS, "times_slower": slower, **memory, "lines": [line.as_document()]}


def _roster(people: Population, rows: int) -> bytes:
    return xlsx([HEADINGS, *(_row(people[number % len(people)]) for number in range(rows))])


def _row(person: Person) -> list[str]:
    return [person.name, person.id_number, "其他", "是", "是", "是"]


@contextmanager
def _city() -> Iterator[tuple[Flask, City]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        migrate(url)
        app = create_app(Settings("demo", url, Path(folder), Secrets.drawn()), FixedClock(START))
        app.extensions["key_ring"].create()
        with app.app_context():
            with unit_of_work():
                city = load(START)
            yield app, city
            db.session.remove()
            db.engine.dispose()


def _enrol(app: Flask, people: Population) -> None:
    """Make holders of every other person."""
    with app.app_context(), unit_of_work():
        for number in range(0, len(people), 2):
            person = people[number]
            identity = Identity(person.name, person.id_number, person.phone)
            holders.enrol(identity, person.region_id, person.category)
            if number % 1000 == 0:
                db.session.expunge_all()


def _import(app: Flask, city: City, file: bytes) -> None:
    """Keep a roster, confirm its columns and check it to its end; what was in it is then forgotten."""
    school = city.schools[0]
    class_id = next(number for region_id, number in city.classes if region_id == school.region_id)
    clerk = Caller(INSTITUTION_CLERK, 1, school.region_id, 1, school.institution_id)
    now = app.extensions["clock"].now()
    with app.app_context():
        with unit_of_work():
            sheet_id = sheets.keep("roster", class_id, file, clerk, now).sheet_id
        with unit_of_work():
            sheets.confirm(sheet_id, sheets.guessed(sheets.find(sheet_id, clerk)), clerk)
        while sheets.work(now):
            db.session.remove()
        sheet = sheets.find(sheet_id, clerk)
        assert (sheet.state, sheet.rows_checked) == ("refused", sheet.rows_total)
        app.extensions["clock"].advance(days=1)
        db.session.remove()


def _read(file: bytes) -> None:
    rows = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).iter_rows()
    assert sum(1 for _ in rows) == ROWS + 1


def _kib_above(file: bytes) -> int:
    """Import a roster in a process of its own, which nothing has made large before."""
    with tempfile.NamedTemporaryFile() as held:
        held.write(file)
        held.flush()
        command = [sys.executable, "-m", __name__, held.name]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _timed(act: Any) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    content = Path(sys.argv[1]).read_bytes()
    with _city() as (service, demonstration):
        before = _peak_kib()
        _import(service, demonstration, content)
        sys.stdout.write(str(_peak_kib() - before))
