"""The plan's three tables of targets as they are printed, their sums, and where they disagree. Nothing is corrected.

`data/README.md` says where each table comes from. A blank is the plan's dash: None, and nothing to a sum.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, Final, NamedTuple

_DATA = files("voucher_service.reports") / "data"

ISSUED_TARGET: Final = 20_000
USED_TARGET: Final = 5_000
COLUMNS: Final = {
    "trainings": ("职业培训人次", "trainings"),
    "subsidised": ("其中补贴性培训", "subsidised trainings"),
    "skilled": ("新增技能人才", "skilled people"),
    "skilled_poverty_alleviated": ("其中脱贫人口", "skilled people lifted from poverty"),
    "high_skilled": ("新增高技能人才", "high-skilled people"),
    "technicians": ("其中技师和高级技师", "technicians"),
    "apprentices": ("企业新型学徒", "apprentices"),
}
"""Every column of the three tables, in Chinese and in English."""

SHARED: Final = ("trainings", "skilled", "high_skilled")
"""The columns that all three have."""


class Line(NamedTuple):
    """One line of a table: its number or code as printed, its name, and its figures by column."""

    key: str
    name: str
    figures: Mapping[str, int | None]


class Table(NamedTuple):
    """A table of the plan; `apart` are the lines that the plan leaves out of the sum, `printed` is its line of totals.

    The ten projects have no printed totals: they stand in running text, each with its own figures.
    """

    slug: str
    zh: str
    en: str
    source: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    apart: tuple[Line, ...] = ()
    printed: Mapping[str, int] | None = None

    @property
    def sums(self) -> dict[str, int]:
        return sums(self.lines, self.columns)

    @property
    def sums_apart(self) -> dict[str, int]:
        return sums(self.apart, self.columns)


class Oddity(NamedTuple):
    """Something that the plan prints and that does not fit together; the numbers are computed from its tables."""

    zh: str
    en: str


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table such as `counties-2023`, keyed by its headings; an empty field is an empty string."""
    return list(csv.DictReader((_DATA / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


@cache
def tables() -> tuple[Table, Table, Table]:
    """Annex 1 by county, annex 2 by department, and the ten projects."""
    return _annex_1(), _annex_2(), _ten_projects()


def _annex_1() -> Table:
    columns = tuple(COLUMNS)
    lines = _lines(rows("counties-2023"), "code", columns)
    printed = dict(zip(columns, (60_000, 32_000, 45_000, 12_859, 18_000, 500, 500), strict=True))
    return Table(
        "counties", "附件1 各县（市、区）", "Annex 1, counties and districts", "附件1", columns, lines, printed=printed
    )


def _annex_2() -> Table:
    counted: dict[str, list[dict[str, str]]] = {"yes": [], "no": []}
    for unit in rows("units-2023"):
        counted[unit["counted_in_total"]].append(unit)
    lines, apart = (_lines(counted[answer], "no", SHARED) for answer in ("yes", "no"))
    printed = dict(zip(SHARED, (60_000, 45_000, 18_000), strict=True))
    return Table("units", "附件2 市直单位", "Annex 2, departments and colleges", "附件2", SHARED, lines, apart, printed)


def _ten_projects() -> Table:
    columns = (*SHARED, "technicians")
    lines = _lines(rows("programmes-2023"), "line", columns)
    return Table("projects", "十大项目", "The ten projects", "二(一)1–10", columns, lines)


def sums(lines: Iterable[Line], columns: Iterable[str]) -> dict[str, int]:
    read = list(lines)
    return {column: sum(line.figures[column] or 0 for line in read) for column in columns}


def differences() -> dict[str, dict[str, int]]:
    """Return what each table's sum is above (or below) annex 1's, by table and by the columns that all three have."""
    annex_1, *others = tables()
    return {table.slug: {column: table.sums[column] - annex_1.sums[column] for column in SHARED} for table in others}


def oddities() -> list[Oddity]:
    """Return what does not fit together in the plan, line by line, as its tables have it."""
    of_lines = (_of_line(table, line) for table in tables() for line in (*table.lines, *table.apart))
    return [*_of_sums(), *chain.from_iterable(of_lines)]


def as_document() -> dict[str, Any]:
    """Return the tables, their sums and their oddities in JSON's terms."""
    return {
        "issued_target": ISSUED_TARGET,
        "used_target": USED_TARGET,
        "tables": [
            {
                "table": table.slug,
                "name": table.zh,
                "name_en": table.en,
                "source": table.source,
                "lines": [line._asdict() for line in table.lines],
                "sums": table.sums,
                "printed": table.printed,
                "lines_apart": [line._asdict() for line in table.apart],
                "sums_apart": table.sums_apart,
            }
            for table in tables()
        ],
        "differences": differences(),
        "oddities": [odd._asdict() for odd in oddities()],
    }


def _lines(printed: Iterable[dict[str, str]], key: str, columns: tuple[str, ...]) -> tuple[Line, ...]:
    return tuple(
        Line(row[key], row["name"], {column: int(row[column]) if row[column] else None for column in columns})
        for row in printed
    )


def _of_sums() -> Iterator[Oddity]:
    for table in tables()[1:]:
        for column, by in differences()[table.slug].items():
            zh, en = COLUMNS[column]
            if by:
                yield Oddity(
                    f"{table.zh}的{zh}逐行相加为 {table.sums[column]:,}，比附件1多 {by:,}。",
                    f"{table.en}: {en} add up to {table.sums[column]:,}, {by:,} more than in annex 1.",
                )


def _of_line(table: Table, line: Line) -> Iterator[Oddity]:
    for more, less in (("skilled", "trainings"), ("high_skilled", "skilled")):
        greater, smaller = line.figures[more], line.figures[less]
        if greater is not None and smaller is not None and greater > smaller:
            (zh, en), (zh_less, en_less) = COLUMNS[more], COLUMNS[less]
            yield Oddity(
                f"{table.zh}第 {line.key} 行{line.name}：{zh} {greater:,}，多于{zh_less} {smaller:,}。",
                f"{table.en}, line {line.key}: {greater:,} {en}, more than {smaller:,} {en_less}.",
            )
    if not any(line.figures.values()):
        yield Oddity(f"{table.zh}的{line.name}有名称而无数字。", f"{table.en}: {line.key} is named without figures.")
