"""One place commits: the database room, whose unit of work everything else runs in."""

from __future__ import annotations

import pytest

from tests.architecture.source import ROOT, Codebase, calls, strings

TRANSACTION_CALLS = {"commit", "rollback", "begin", "begin_nested"}
TRANSACTION_WORDS = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT"}


def transactions_elsewhere(code: Codebase) -> list[str]:
    found = []
    for module in code:
        if module.room != "database":
            found += [f"{module.at(node)} calls {name}()" for node, name in calls(module) if name in TRANSACTION_CALLS]
            found += [
                f"{module.at(node)} says {node.value!r}"
                for node in strings(module)
                if (str(node.value).replace(";", " ").split() or [""])[0] in TRANSACTION_WORDS
            ]
    return found


@pytest.mark.parametrize("folder", ["voucher_service", "scripts"])
def test_only_the_database_room_commits(folder: str) -> None:
    assert transactions_elsewhere(Codebase.read(ROOT / folder)) == []


def test_the_database_room_does_commit() -> None:
    assert any(name == "commit" for module in Codebase.read() if module.room == "database" for _, name in calls(module))


@pytest.mark.parametrize(
    "line",
    ["db.session.commit()", "session.rollback()", "with engine.begin(): ...", "connection.execute('COMMIT;')"],
)
def test_a_commit_elsewhere_is_found(line: str) -> None:
    assert transactions_elsewhere(Codebase.of({"vouchers.service": line}))


def test_a_docstring_may_speak_of_commits() -> None:
    assert transactions_elsewhere(Codebase.of({"vouchers.service": '"""COMMIT happens elsewhere."""'})) == []
