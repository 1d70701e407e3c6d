"""The project's Python read as text and syntax trees; nothing is imported, so a broken module is read as well.

A check is a function from a `Codebase` to complaints. Each is run on the real code, where it must find nothing, and
on a tiny bad example, where it must find something: so none can pass because it looks at nothing.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "voucher_service"


@dataclass(frozen=True)
class Import:
    """One imported module. `for_types` is true below `if TYPE_CHECKING:`, where nothing happens at run time."""

    target: str
    line: int
    for_types: bool


@dataclass(frozen=True)
class Module:
    """A Python file; `name` is dotted, and a package's is that of its `__init__.py`."""

    name: str
    text: str
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @property
    def room(self) -> str:
        """The first name below the package: `redemptions` of voucher_service.redemptions.rules."""
        return room_of(self.name)

    @property
    def part(self) -> str:
        """The name inside the room: `rules` of voucher_service.redemptions.rules; empty for the room itself."""
        return part_of(self.name)

    def at(self, node: ast.AST | int) -> str:
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.name}:{line}"


class Codebase:
    """Modules by dotted name."""

    def __init__(self, modules: Iterator[Module]) -> None:
        self.modules = {module.name: module for module in modules}

    @classmethod
    def read(cls, folder: Path = ROOT / PACKAGE) -> Codebase:
        """Read a folder; what lies among the static files is no part of the program."""
        return cls(_read(path) for path in sorted(folder.rglob("*.py")) if "static" not in path.parts)

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Codebase:
        """Make a code base out of texts by names that stand below the package, for an example."""
        return cls(Module(f"{PACKAGE}.{name}", text) for name, text in texts.items())

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules.values())

    def imports(self, module: Module) -> Iterator[Import]:
        """Every import of a module wherever it stands; `from a import b` is a.b where that is a module, else a."""
        type_lines = _type_checking_lines(module.tree)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                targets = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = _absolute(module, node)
                targets = [self._resolve(f"{base}.{alias.name}", base) for alias in node.names]
            else:
                continue
            for target in targets:
                yield Import(target, node.lineno, node.lineno in type_lines)

    def inner_imports(self, module: Module) -> Iterator[Import]:
        """The imports that stay inside the package."""
        return (found for found in self.imports(module) if found.target.split(".")[0] == PACKAGE)

    def _resolve(self, candidate: str, otherwise: str) -> str:
        return candidate if candidate in self.modules else otherwise


def room_of(name: str) -> str:
    return ".".join(name.split(".")[1:2])


def part_of(name: str) -> str:
    return ".".join(name.split(".")[2:3])


def calls(module: Module) -> Iterator[tuple[ast.Call, str]]:
    """Each call with the last name of what is called: `commit` of db.session.commit()."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(attr=name) | ast.Name(id=name):
                    yield node, name


def strings(module: Module) -> Iterator[ast.Constant]:
    """Each string that the program uses; docstrings and strings that stand alone as remarks are not used."""
    remarks = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in remarks:
            yield node


def _read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    return Module(".".join(parts[:-1] if is_package else parts), path.read_text(encoding="utf-8"), is_package)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    climbed = node.level - module.is_package
    base = module.name.split(".")[: -climbed or None]
    return ".".join([*base, *([node.module] if node.module else [])])


def _type_checking_lines(tree: ast.Module) -> set[int]:
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    }
