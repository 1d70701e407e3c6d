"""Finding many rows by keys of two columns in one statement, said so that both databases look them up in an index."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, false, or_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement


def keyed(first: Any, second: Any, keys: Iterable[tuple[Any, Any]]) -> ColumnElement[bool]:
    """Whether a row's two columns are among `keys`, of which few differ in the first column.

    A list of pairs says the same, but SQLite reads the whole table for it.
    """
    seconds: defaultdict[Any, set[Any]] = defaultdict(set)
    for one, other in keys:
        seconds[one].add(other)
    of_each = [and_(first == one, second.in_(sorted(others))) for one, others in sorted(seconds.items())]
    return or_(false(), *of_each)
