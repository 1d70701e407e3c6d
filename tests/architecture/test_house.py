"""The smaller habits: names, docstrings, sizes, and what no text of the repository may hold."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from functools import cache
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.source import ROOT, Codebase, Module, calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

CODE = Codebase.read()
EVERYWHERE = [CODE, *(Codebase.read(ROOT / folder) for folder in ("tests", "scripts", "migrations"))]

LINES_MAX = 300
LONGER_WITH_A_REASON: dict[str, str] = {
    "voucher_service.ledger.standalone_verifier": "one file, handed to an auditor, that needs nothing else",
}
"""Module → why it stands as one story although it is longer."""

VAGUE_WORDS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

# Each pattern has a character class in it, so that this file does not match itself.
UNWANTED_TEXTS = {
    "a path of one machine": r"(?<![\w.])/(?:work|root|home/\w+)[/]",
    "the host of a package registry": r"pypi[.]org|pythonhosted[.]org|npmjs[.](?:org|com)|deb[.]debian[.]org",
    "a thing left undone": r"\b(?:TOD[O]|FIXM[E]|XX[X])\b",
    "a folder beside the repository": r"\.\./share[d]",
}


def vague_names(code: Codebase) -> list[str]:
    return [
        f"{module.at(line)} is called {name}"
        for module in code
        for name, line in _names(module)
        if VAGUE_WORDS & {word.lower() for word in WORD.findall(name)}
    ]


def _names(module: Module) -> Iterator[tuple[str, int]]:
    """The module's own name, and those of its classes and functions."""
    yield module.name.rsplit(".", 1)[-1], 1
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno


def modules_without_a_docstring(code: Codebase) -> list[str]:
    return [f"{module.name} does not say what it owns" for module in code if not ast.get_docstring(module.tree)]


def long_modules(code: Codebase) -> list[str]:
    lengths = {module.name: module.text.count("\n") for module in code}
    return [
        f"{name} has {n} lines" for name, n in lengths.items() if n > LINES_MAX and name not in LONGER_WITH_A_REASON
    ]


def prints(code: Codebase) -> list[str]:
    return [
        f"{module.at(node)} prints"
        for module in code
        if module.room not in {"cli", "__main__"}
        for node, name in calls(module)
        if name == "print" and isinstance(node.func, ast.Name)
    ]


def unwanted_texts(texts: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{name}:{number} holds {what}"
        for name, text in texts
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in UNWANTED_TEXTS.items()
        if re.search(pattern, line)
    ]


def repository_texts() -> Iterator[tuple[str, str]]:
    """Each text file that the project itself wrote, by its path."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in listed.split("\0"):
        path = ROOT / name
        if name and "/vendor/" not in name and path.is_file():
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


@cache
def pins(lock: str) -> dict[str, Version]:
    """What a lock file pins, by canonical name."""
    found = re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in found}


def loose_requirements(direct: Iterable[str], pinned: dict[str, Version]) -> list[str]:
    """Direct requirements that a lock file does not pin, or pins to a version that they refuse."""
    return [
        text
        for text in direct
        for wanted in [Requirement(text)]
        if (version := pinned.get(canonicalize_name(wanted.name))) is None or version not in wanted.specifier
    ]


def settings_named_in_code() -> set[str]:
    """The keys of settings.ENVIRONMENT, which is what the service reads from its environment."""
    for node in ast.walk(CODE.modules["voucher_service.settings"].tree):
        match node:
            case ast.AnnAssign(target=ast.Name(id="ENVIRONMENT"), value=ast.Dict(keys=keys)):
                return {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    return set()


@pytest.mark.parametrize("code", EVERYWHERE)
def test_names_say_what_a_thing_is(code: Codebase) -> None:
    assert vague_names(code) == []


def test_every_module_says_what_it_owns() -> None:
    assert modules_without_a_docstring(CODE) == []


@pytest.mark.parametrize("code", EVERYWHERE)
def test_a_file_is_one_subject(code: Codebase) -> None:
    assert long_modules(code) == []


def test_only_commands_print() -> None:
    assert prints(CODE) == []


def test_the_repository_speaks_of_no_machine_and_leaves_nothing_undone() -> None:
    assert unwanted_texts(repository_texts()) == []


def test_there_are_texts_to_look_at() -> None:
    assert {"scripts/serve", "pyproject.toml"} <= {name for name, _ in repository_texts()}


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_names_no_host_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    entries = re.split(r"^(?=[\w.-]+(?:\[[^]]*\])?==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(lock)) > 0
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_files_are_in_step_with_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert loose_requirements(project["project"]["dependencies"], pins("requirements.txt")) == []
    assert loose_requirements(project["dependency-groups"]["dev"], pins("requirements-dev.txt")) == []


def test_developers_run_the_versions_that_users_run() -> None:
    """scripts/setup relies on it: whoever has the development lock has the runtime lock."""
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


@pytest.mark.parametrize("page", ["scripts/serve", "deploy/environment.md"])
def test_every_setting_is_written_down(page: str) -> None:
    settings = settings_named_in_code()
    assert {"PORT", "DATABASE_URL"} <= settings
    text = (ROOT / page).read_text(encoding="utf-8")
    assert sorted(name for name in settings if not re.search(rf"\b{name}\b", text)) == []


@pytest.mark.parametrize(
    ("check", "texts"),
    [
        pytest.param(vague_names, {"web.utils": ""}, id="vague module"),
        pytest.param(vague_names, {"web.paging": "class PageManager: ..."}, id="vague class"),
        pytest.param(vague_names, {"web.paging": "def date_helper(): ..."}, id="vague function"),
        pytest.param(modules_without_a_docstring, {"web.paging": "# a remark\n"}, id="no docstring"),
        pytest.param(long_modules, {"web.paging": "\n" * (LINES_MAX + 1)}, id="long"),
        pytest.param(prints, {"web.paging": "print('page')"}, id="print"),
    ],
)
def test_a_breach_is_found(check: Callable[[Codebase], list[str]], texts: dict[str, str]) -> None:
    assert check(Codebase.of(texts))


@pytest.mark.parametrize(
    "line",
    [
        *("see /" + "work/main", "cd /" + "home/somebody/project", "host = 'py" + "pi.org'"),
        *("# TO" + "DO: later", "data from .." + "/shared/data"),
    ],
)
def test_an_unwanted_text_is_found(line: str) -> None:
    assert unwanted_texts([("example", line)])


@pytest.mark.parametrize("direct", ["flask>=3", "absent-library"])
def test_a_loose_requirement_is_found(direct: str) -> None:
    assert loose_requirements([direct], {"flask": Version("2.3")}) == [direct]
