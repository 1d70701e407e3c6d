"""The sealer: every second it takes the new facts into the trees and the roll-ups, and signs a head.

It runs behind the writers and holds none of them up. A fact is taken when nothing older can still appear:

* PostgreSQL: a fact bears its transaction's number, and the oldest transaction still running bounds what may be taken.
* SQLite: the sealer is the one writer while it works, so every fact there is may be taken.

Within a region leaves stand in the order of (commit_no, voucher_id, seq). Any process may seal; one at a time does.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog
from flask import current_app
from sqlalchemy import func, select, text

from voucher_service.database import db, unit_of_work
from voucher_service.ledger.heads import RegionHead, ledger_key, publish_heads, sign_head
from voucher_service.ledger.leaf import FactRow, leaf_hash
from voucher_service.ledger.models import Head, RegionLog, Seal, TreeTile
from voucher_service.ledger.tree import EMPTY_ROOT, GrowingTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from flask import Flask

FACTS_MAX: Final = 20_000
"""Facts of one region in one pass, so that a pass is short and small; a single larger commit is taken whole."""

PAUSE_SECONDS: Final = 1.0
END_OF_TIME: Final = 2**63 - 1
_LOCK: Final = 0x7476_6C31
"""`tvl1`: the advisory lock of sealing."""

REGIONS = """
WITH RECURSIVE found(region_id) AS (
    SELECT min(region_id) FROM voucher_fact
    UNION ALL
    SELECT (SELECT min(region_id) FROM voucher_fact WHERE region_id > found.region_id)
    FROM found WHERE found.region_id IS NOT NULL
), region AS (
    SELECT found.region_id, coalesce(region_log.next_commit_no, 0) AS next_commit_no
    FROM found LEFT JOIN region_log ON region_log.region_id = found.region_id
    WHERE found.region_id IS NOT NULL
)
"""
"""Each region with facts and its first unsealed commit, found by hopping along the index instead of reading it."""

_NEW = "region_id = :region_id AND commit_no >= :first AND commit_no < :watermark"
_BOUNDARY = text(f"SELECT commit_no FROM voucher_fact WHERE {_NEW} ORDER BY commit_no LIMIT 1 OFFSET :facts_max")
_FACTS = text(
    f"SELECT {', '.join(FactRow._fields)}, commit_no FROM voucher_fact WHERE {_NEW} ORDER BY commit_no, voucher_id, seq"
)
_FOLD = text(
    "INSERT INTO rollup (region_id, programme_id, period, month, kind, from_state, to_state, vouchers, fen) VALUES "
    "(:region_id, :programme_id, :period, :month, :kind, :from_state, :to_state, :vouchers, :fen) "
    "ON CONFLICT (region_id, programme_id, period, month, kind, from_state, to_state) DO UPDATE "
    "SET vouchers = rollup.vouchers + excluded.vouchers, fen = rollup.fen + excluded.fen"
)
_log = structlog.get_logger(__name__)


class CommitNumbersWentBack(Exception):
    """The database numbers its transactions anew, as after a restore from a dump, and new facts would be missed.

    Let the new cluster's numbers pass the newest fact, as deploy/environment.md says, or restore a physical backup.
    """


class Key(NamedTuple):
    """What a roll-up is counted by."""

    region_id: int
    programme_id: int
    period: int
    month: int
    kind: str
    from_state: str
    to_state: str


@dataclass(frozen=True, slots=True)
class Taken:
    """New facts of one region, in leaf order, and the number that the next pass starts from."""

    region_id: int
    facts: list[FactRow]
    first_commit_no: int
    next_commit_no: int


def seal_once(now: datetime, *, facts_max: int = FACTS_MAX) -> int:
    """Seal what is ready, as one transaction, publish its head, and return the number of facts sealed.

    Returns 0 when there is nothing new or another process is sealing. Call it again while it returns something:
    of each region it takes `facts_max` facts, or one commit if that is larger.
    """
    with unit_of_work():
        sealed = sum(_seal_region(taken, now) for taken in _ready(facts_max)) if _is_my_turn() else 0
        if sealed:
            db.session.flush()
            _add_head(now)
    publish_heads(current_app.extensions["settings"].heads_file)
    db.session.remove()  # Publishing has read: whoever reads next is to see the present.
    return sealed


def _is_my_turn() -> bool:
    if db.engine.dialect.name != "postgresql":
        return True
    return bool(db.session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}))


def _watermark() -> int:
    """Return a commit number that every fact still to come will reach or pass."""
    if db.engine.dialect.name != "postgresql":
        return END_OF_TIME
    return int(db.session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")) or 0)


def _ready(facts_max: int) -> Iterable[Taken]:
    """Yield each region's new facts; one region at a time is in memory."""
    watermark = _watermark()
    for region_id, first in db.session.execute(text(f"{REGIONS} SELECT region_id, next_commit_no FROM region")).all():
        if first > watermark:
            raise CommitNumbersWentBack(f"region {region_id} is sealed up to {first}, the database is at {watermark}")
        bounds = {"region_id": region_id, "first": first, "watermark": watermark}
        rows = db.session.execute(_FACTS, bounds | {"watermark": _boundary(bounds, facts_max)}).all()
        if rows:
            yield Taken(region_id, [FactRow(*row[:-1]) for row in rows], rows[0].commit_no, rows[-1].commit_no + 1)


def _boundary(bounds: dict[str, int], facts_max: int) -> int:
    """Return where to stop: never inside a commit, or the next pass would miss the rest of it."""
    beyond = db.session.scalar(_BOUNDARY, bounds | {"facts_max": facts_max})
    if beyond is None:
        return bounds["watermark"]
    oldest = db.session.scalar(_BOUNDARY, bounds | {"facts_max": 0})
    return max(int(beyond), int(oldest or 0) + 1)


def _seal_region(taken: Taken, now: datetime) -> int:
    log = db.session.get(RegionLog, taken.region_id) or _new_log(taken.region_id)
    growing = GrowingTree(log.tree_size, _tile_reader(taken.region_id))
    for fact in taken.facts:
        growing.append(leaf_hash(fact))
    _store_tiles(taken.region_id, growing)
    _fold(taken.facts)
    previous_root, log.root = log.root, growing.root()
    log.tree_size, log.next_commit_no, log.seal_no = growing.size, taken.next_commit_no, log.seal_no + 1
    db.session.add(
        Seal(
            region_id=taken.region_id,
            seal_no=log.seal_no,
            first_commit_no=taken.first_commit_no,
            next_commit_no=taken.next_commit_no,
            facts=len(taken.facts),
            tree_size=log.tree_size,
            root=log.root,
            previous_root=previous_root,
            sealed_at=now,
        )
    )
    return len(taken.facts)


def _new_log(region_id: int) -> RegionLog:
    log = RegionLog(region_id=region_id, tree_size=0, root=EMPTY_ROOT, next_commit_no=0, seal_no=0)
    db.session.add(log)
    return log


def _tile_reader(region_id: int) -> Callable[[int, int], bytes]:
    def read(level: int, tile_no: int) -> bytes:
        tile = db.session.get(TreeTile, (region_id, level, tile_no))
        return tile.hashes if tile else b""

    return read


def _store_tiles(region_id: int, growing: GrowingTree) -> None:
    for level, tile_no in sorted(growing.changed):
        hashes = bytes(growing.tile(level, tile_no))
        tile = db.session.get(TreeTile, (region_id, level, tile_no))
        if tile is None:
            db.session.add(TreeTile(region_id=region_id, level=level, tile_no=tile_no, hashes=hashes))
        else:
            tile.hashes = hashes


def _fold(facts: Iterable[FactRow]) -> None:
    vouchers: Counter[Key] = Counter()
    fen: Counter[Key] = Counter()
    for fact in facts:
        key = Key(fact.region_id, fact.programme_id, fact.period, fact.month, fact.kind, fact.from_state, fact.to_state)
        vouchers[key] += 1
        fen[key] += fact.amount_fen
    db.session.execute(
        _FOLD, [key._asdict() | {"vouchers": count, "fen": fen[key]} for key, count in sorted(vouchers.items())]
    )


def _add_head(now: datetime) -> None:
    logs = db.session.scalars(select(RegionLog).order_by(RegionLog.region_id))
    regions = [RegionHead(log.region_id, log.tree_size, log.root) for log in logs]
    last = db.session.scalar(select(func.max(Head.head_no))) or 0
    db.session.add(sign_head(last + 1, now, regions, ledger_key(current_app.extensions["settings"])))


class Sealer:
    """A thread that seals every second for as long as the process lives; a failed pass is logged and tried again."""

    def __init__(self, app: Flask, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._app = app
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the pass under way."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            # A pass costs the same however little it finds, so only one that left something is followed at once.
            if self._pass() < FACTS_MAX:
                self._stopping.wait(self._pause_seconds)

    def _pass(self) -> int:
        """Make one pass; return how many facts it sealed, 0 after a failure."""
        try:
            with self._app.app_context():
                return seal_once(self._app.extensions["clock"].now())
        except Exception:  # noqa: BLE001 - whatever happened, the next second is another chance
            _log.exception("sealing_failed")
            return 0
