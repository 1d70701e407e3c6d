"""The ledger written out for whoever wants to check it without the service: see `FORMAT` for the files.

The export is read from one snapshot, row after row, and is the same bytes for the same state. A room above adds a
file about its own tables by an entry in `EXPORTS`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from flask import current_app
from sqlalchemy import select, text

from voucher_service.database import db
from voucher_service.ledger.heads import head_document, json_line, ledger_key, public_pem
from voucher_service.ledger.leaf import FactRow, fact_document
from voucher_service.ledger.models import Head
from voucher_service.ledger.rules import MOVES, Move

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

FORMAT: Final = """\
# An export of the voucher ledger, format tvl1, version 1

Times are microseconds since the Unix epoch (UTC), amounts fen, identifiers 16 hex digits of a signed 64-bit number,
hashes and signatures hex. JSONL files hold one JSON object a line, with sorted keys.

- `facts.jsonl`: every fact, by region and in the order of the leaves of the region's tree. As many of a region as its
  newest head counts are sealed; the rest waits for the sealer.
- `leaves.jsonl`: the stored leaf hashes of each region, 256 to a line.
- `heads.jsonl`: every signed head; `regions` lists [region, tree size, root].
- `state-rules.csv`: the lawful moves.
- `public-key.pem`: the Ed25519 key that the heads are signed with. Compare it with one that you got in another way.
- `vouchers.jsonl`, where there is one: each voucher's state and the number of its last fact.

Check it with `python standalone_verifier.py EXPORT --heads PUBLISHED_HEADS --key PUBLIC_KEY`.
"""

BATCH: Final = 2_000

ExportedRows = Callable[["Connection"], Iterable[Mapping[str, Any]]]

EXPORTS: dict[str, ExportedRows] = {}
"""File name → the rows of it, read through the export's connection and in an order that never varies.

`vouchers.jsonl` has region_id, voucher_id (hex), seq and state, ordered by region_id and voucher_id.
"""

_FACTS = text(f"SELECT {', '.join(FactRow._fields)} FROM voucher_fact ORDER BY region_id, commit_no, voucher_id, seq")
_LEAVES = text("SELECT region_id, tile_no, hashes FROM tree_tile WHERE level = 0 ORDER BY region_id, tile_no")


def export_ledger(folder: Path) -> None:
    """Write an export into a folder, which is made if need be; see `FORMAT`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "FORMAT.md").write_text(FORMAT, encoding="utf-8")
    (folder / "state-rules.csv").write_text(_state_rules(), encoding="utf-8", newline="")
    (folder / "public-key.pem").write_bytes(public_pem(ledger_key(current_app.extensions["settings"])))
    with db.engine.connect().execution_options(**_snapshot()) as connection:
        for name, rows in (_OWN_EXPORTS | EXPORTS).items():
            _write_lines(folder / name, rows(connection))


def _snapshot() -> dict[str, Any]:
    """Return the options of a connection that sees one state throughout and fetches a bit at a time."""
    isolation = {"isolation_level": "REPEATABLE READ"} if db.engine.dialect.name == "postgresql" else {}
    return {"yield_per": BATCH, **isolation}


def _write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("wb") as file:
        file.writelines(json_line(row) for row in rows)


def _state_rules() -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(Move._fields)
    writer.writerows(MOVES)
    return sheet.getvalue()


def _facts(connection: Connection) -> Iterator[dict[str, Any]]:
    return (fact_document(FactRow(*row)) for row in connection.execute(_FACTS))


def _leaves(connection: Connection) -> Iterator[dict[str, Any]]:
    for region_id, tile_no, hashes in connection.execute(_LEAVES):
        yield {"region_id": region_id, "tile_no": tile_no, "hashes": bytes(hashes).hex()}


def _heads(connection: Connection) -> Iterator[dict[str, Any]]:
    rows = connection.execute(select(Head.__table__).order_by(Head.head_no))
    return (head_document(Head(**row)) for row in rows.mappings())


_OWN_EXPORTS: dict[str, ExportedRows] = {"facts.jsonl": _facts, "leaves.jsonl": _leaves, "heads.jsonl": _heads}
