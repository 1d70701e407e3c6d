"""An auditor with an export, the published heads and one file finds what was done to the ledger, and names the row."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from tests.ledger.conftest import CLAIM, HUBIN, MIANCHI, REDEEM, Ledger
from voucher_service.database import db, unit_of_work
from voucher_service.ledger import export, standalone_verifier
from voucher_service.ledger.export import export_ledger
from voucher_service.ledger.rules import MOVES, STATES

if TYPE_CHECKING:
    from sqlalchemy import Connection

SOURCE = Path(standalone_verifier.__file__)
VOUCHERS = 5


@pytest.fixture
def sealed(ledger: Ledger) -> Ledger:
    """Two regions under three heads, and a fact that waits for the sealer."""
    ledger.claim(*range(1, VOUCHERS + 1))
    ledger.claim(-9, region_id=MIANCHI)
    ledger.seal()
    ledger.move(2, REDEEM)
    ledger.seal()
    ledger.clock.advance(minutes=5)
    ledger.move(3, REDEEM)
    ledger.seal()
    ledger.move(4, REDEEM)
    return ledger


def tamper(statement: str, **values: Any) -> None:
    """Change the database as someone may who is able to switch its guards off."""
    with unit_of_work() as session:
        if db.engine.dialect.name == "postgresql":
            session.execute(text("ALTER TABLE voucher_fact DISABLE TRIGGER USER"))
            session.execute(text("ALTER TABLE head DISABLE TRIGGER USER"))
        else:
            for table in ("voucher_fact", "head"):
                for act in ("update", "delete"):
                    session.execute(text(f"DROP TRIGGER {table}_no_{act}"))
        assert session.execute(text(statement), values).rowcount > 0  # type: ignore[attr-defined]


def findings(ledger: Ledger, folder: Path) -> list[str]:
    export_ledger(folder)
    return list(standalone_verifier.verify(folder, ledger.settings.heads_file))


def test_an_untouched_ledger_agrees(sealed: Ledger, tmp_path: Path) -> None:
    assert findings(sealed, tmp_path / "export") == []


def test_an_empty_ledger_agrees(ledger: Ledger, tmp_path: Path) -> None:
    ledger.seal()
    assert findings(ledger, tmp_path / "export") == []


@pytest.mark.usefixtures("sealed")
def test_the_same_state_is_exported_to_the_same_bytes(tmp_path: Path) -> None:
    export_ledger(tmp_path / "first")
    export_ledger(tmp_path / "second")
    names = sorted(path.name for path in (tmp_path / "first").iterdir())
    expected = ["FORMAT.md", "facts.jsonl", "heads.jsonl", "leaves.jsonl", "public-key.pem", "state-rules.csv"]
    assert names == expected
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("amount_fen", 1),
        ("actor_id", 256),
        ("recorded_at", 1_700_000_000_000_001),
        ("commitment", b"\x05" * 31 + b"\x04"),
        ("programme_id", 8),
    ],
)
def test_one_changed_byte_is_named(sealed: Ledger, tmp_path: Path, column: str, value: object) -> None:
    tamper(f"UPDATE voucher_fact SET {column} = :value WHERE voucher_id = 3 AND seq = 1", value=value)
    assert findings(sealed, tmp_path / "export") == [
        f"region {HUBIN}, row 2, voucher 0000000000000003, fact 1 was changed"
    ]


def test_a_removed_row_is_named(sealed: Ledger, tmp_path: Path) -> None:
    tamper("DELETE FROM voucher_fact WHERE voucher_id = 1")
    found = findings(sealed, tmp_path / "export")
    assert found[0].startswith(f"region {HUBIN}, row 0 was removed; it stood between the beginning and")


def test_a_truncated_log_is_named(sealed: Ledger, tmp_path: Path) -> None:
    tamper("DELETE FROM voucher_fact WHERE seq = 2")
    assert findings(sealed, tmp_path / "export") == [
        (
            f"region {HUBIN} was truncated after region {HUBIN}, row 4, voucher 0000000000000005, fact 1: "
            "5 of 7 facts are left"
        )
    ]


def test_a_region_that_is_gone_is_named(sealed: Ledger, tmp_path: Path) -> None:
    tamper("DELETE FROM voucher_fact WHERE region_id = :region_id", region_id=MIANCHI)
    assert findings(sealed, tmp_path / "export") == [
        f"region {MIANCHI} was truncated after the beginning: 0 of 1 facts are left"
    ]


def test_an_inserted_row_is_named(sealed: Ledger, tmp_path: Path) -> None:
    columns = "region_id, seq, kind, from_state, to_state, programme_id, period, month, amount_fen, actor_role"
    columns += ", actor_id, reference_id, commitment, recorded_at, commit_no"
    tamper(
        f"INSERT INTO voucher_fact (voucher_id, {columns}) "
        f"SELECT -77, {columns} FROM voucher_fact WHERE voucher_id = 2 AND seq = 1"
    )
    assert findings(sealed, tmp_path / "export") == [
        f"region {HUBIN}, row 1, voucher ffffffffffffffb3, fact 1 was inserted"
    ]


@pytest.mark.usefixtures("sealed")
def test_a_row_changed_with_its_stored_hash_is_narrowed_down_by_the_heads(tmp_path: Path) -> None:
    tamper("UPDATE voucher_fact SET amount_fen = 1 WHERE voucher_id = 2 AND seq = 2")
    folder = tmp_path / "export"
    export_ledger(folder)
    rows = [row for row in standalone_verifier._lines(folder / "facts.jsonl") if row["region_id"] == HUBIN]
    forged = b"".join(standalone_verifier.leaf_hash(row) or b"" for row in rows)
    tile = {"hashes": forged.hex(), "region_id": HUBIN, "tile_no": 0}
    others = (folder / "leaves.jsonl").read_bytes().splitlines(keepends=True)[1:]
    (folder / "leaves.jsonl").write_bytes(export.json_line(tile) + b"".join(others))
    assert list(standalone_verifier.verify(folder)) == [
        (
            f"head 2 signs another tree of region {HUBIN}: between row 5 and region {HUBIN}, row 5, "
            "voucher 0000000000000002, fact 2, a row was changed together with its stored hash"
        )
    ]


def test_a_ledger_rolled_back_behind_its_published_heads_is_named(sealed: Ledger, tmp_path: Path) -> None:
    tamper("DELETE FROM voucher_fact WHERE voucher_id IN (3, 4) AND seq = 2")
    tamper_heads = "DELETE FROM head WHERE head_no = 3"
    with unit_of_work() as session:
        session.execute(text(tamper_heads))
    assert findings(sealed, tmp_path / "export") == [
        "the ledger was rolled back to head 2: head 3 was published and is gone",
        (
            f"region {HUBIN} was truncated after region {HUBIN}, row 5, voucher 0000000000000002, fact 2: "
            "6 of 7 facts are left"
        ),
    ]


def test_published_heads_that_were_rolled_back_are_named(sealed: Ledger, tmp_path: Path) -> None:
    lines = sealed.settings.heads_file.read_bytes().splitlines(keepends=True)
    sealed.settings.heads_file.write_bytes(b"".join(lines[:1]))
    assert findings(sealed, tmp_path / "export") == ["the published heads were rolled back to head 1: head 2 is gone"]


def test_the_newest_head_may_be_about_to_be_published(sealed: Ledger, tmp_path: Path) -> None:
    lines = sealed.settings.heads_file.read_bytes().splitlines(keepends=True)
    sealed.settings.heads_file.write_bytes(b"".join(lines[:2]))
    assert findings(sealed, tmp_path / "export") == []


def test_a_published_head_taken_out_of_the_middle_is_named(sealed: Ledger, tmp_path: Path) -> None:
    lines = sealed.settings.heads_file.read_bytes().splitlines(keepends=True)
    sealed.settings.heads_file.write_bytes(lines[0] + lines[2])
    assert "published head 2 is missing: head 3 stands in its place" in findings(sealed, tmp_path / "export")


def test_a_head_signed_by_somebody_else_is_named(sealed: Ledger, tmp_path: Path) -> None:
    tamper("UPDATE head SET sealed_at = sealed_at + 1 WHERE head_no = 2")
    found = findings(sealed, tmp_path / "export")
    assert found[0] == "head 2 does not bear the ledger's signature"
    assert "head 2 is not the one that was published under this number" in found


def test_vouchers_are_compared_with_their_facts(
    sealed: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(_connection: Connection) -> list[dict[str, object]]:
        states = ["claimed", "redeemed", "redeemed", "redeemed"]
        return [
            {"region_id": HUBIN, "voucher_id": f"{number:016x}", "seq": 1 + (state != "claimed"), "state": state}
            for number, state in enumerate(states, start=1)
        ] + [{"region_id": MIANCHI, "voucher_id": "fffffffffffffff7", "seq": 1, "state": "paid"}]

    monkeypatch.setattr(export, "EXPORTS", {"vouchers.jsonl": rows})
    assert findings(sealed, tmp_path / "export") == [
        f"region {HUBIN}, voucher 0000000000000005 has facts and no row",
        f"region {MIANCHI}, voucher fffffffffffffff7 is paid by its row (fact 1) and claimed by its facts (fact 1)",
    ]


def test_an_unlawful_state_rule_is_named(sealed: Ledger, tmp_path: Path) -> None:
    assert findings(sealed, tmp_path / "export") == []
    with (tmp_path / "export" / "state-rules.csv").open("a") as sheet:
        sheet.write("31,VoucherPaid,claimed,paid,none\n")
    found = list(standalone_verifier.verify(tmp_path / "export"))
    assert found == ["state rules: VoucherPaid from claimed to paid is lawful in only one of export and verifier"]


def test_the_program_runs_by_itself_and_says_how_it_went(sqlite_ledger: Ledger, tmp_path: Path) -> None:
    sqlite_ledger.move(1, CLAIM, REDEEM)
    sqlite_ledger.seal()
    folder = tmp_path / "export"
    export_ledger(folder)
    program = shutil.copy(SOURCE, tmp_path / "standalone_verifier.py")

    def run() -> tuple[int, str]:
        command = [sys.executable, "-I", program, folder, "--heads", sqlite_ledger.settings.heads_file]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert run() == (0, f"{folder}: everything agrees\n")
    facts = folder / "facts.jsonl"
    facts.write_bytes(facts.read_bytes().replace(b'"amount_fen":120000', b'"amount_fen":120001'))
    assert run() == (
        1,
        f"region {HUBIN}, row 1, voucher 0000000000000001, fact 2 was changed\n{folder}: 1 findings\n",
    )
    facts.write_bytes(b"{")
    code, said = run()
    assert (code, "facts.jsonl, line 1" in said) == (2, True)


def test_the_program_knows_the_same_law_and_nothing_of_the_service() -> None:
    law = {(move.kind, move.from_state, move.to_state): move.number for move in MOVES}
    assert law == standalone_verifier.MOVES
    assert STATES == standalone_verifier.STATES
    source = SOURCE.read_text()
    modules = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in modules for alias in node.names} | {
        node.module for node in modules if isinstance(node, ast.ImportFrom)
    }
    assert not any("voucher_service" in str(name) for name in names)
    assert source.count("\n") <= 500
