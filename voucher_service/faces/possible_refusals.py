"""Which refusals a view may answer with: read from the code that it can reach, so that no list of them goes stale.

The walk follows every function, class and table of this package that a function names, through decorators, closures
and the objects in `app.extensions`. It can name a refusal too many, such as one that is caught on the way, and none
too few unless a class is chosen by a computed name, which nothing here does.
"""

from __future__ import annotations

import dis
import functools
import sys
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from voucher_service.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PACKAGE: Final = "voucher_service"
_READS_A_NAME: Final = {"LOAD_GLOBAL", "LOAD_NAME"}
_READS_AN_ATTRIBUTE: Final = {"LOAD_ATTR", "LOAD_METHOD"}
_STANDS_BETWEEN: Final = {"CACHE", "PUSH_NULL", "PRECALL"}
_NOTHING: Final = object()


def possible_refusals(view: Any, extensions: Mapping[str, Any]) -> set[type[Refusal]]:
    """Return the refusals with a code that a view, and whatever it calls in this package, names."""
    found: set[type[Refusal]] = set()
    seen: set[int] = set()
    waiting: list[Any] = [view]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, type) and issubclass(thing, Refusal):
            if hasattr(thing, "code"):
                found.add(thing)
            continue
        waiting += _named_by(thing, extensions)
    return found


def all_refusals() -> dict[str, type[Refusal]]:
    """Return every refusal class that is imported, by its code."""
    waiting: list[type[Refusal]] = [Refusal]
    found = {}
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "code" in vars(kind) and kind.__module__.startswith(f"{PACKAGE}."):
            found[kind.code] = kind
    return dict(sorted(found.items()))


def _named_by(thing: Any, extensions: Mapping[str, Any]) -> Iterator[Any]:
    match thing:
        case FunctionType():
            yield from _followed(vars(thing).get("__wrapped__"))
            yield from (cell.cell_contents for cell in thing.__closure__ or () if _is_filled(cell))
            if thing.__module__.startswith(PACKAGE):
                yield from _named_in(thing.__code__, thing.__globals__, extensions)
        case property():
            yield from _followed(thing.fget)
        case classmethod() | staticmethod():
            yield thing.__func__
        case functools.partial() | functools.cached_property():
            yield thing.func
        case dict():
            yield from thing.values()
        case list() | tuple() | set() | frozenset():
            yield from thing
        case type() if thing.__module__.startswith(PACKAGE):
            yield from vars(thing).values()
        case MethodType():
            yield thing.__func__


def _named_in(code: CodeType, names: dict[str, Any], extensions: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what a function's bytecode names: globals, what it takes from modules, and parts of the extensions."""
    held: Any = _NOTHING
    for step in dis.get_instructions(code):
        if step.opname in _READS_A_NAME:
            held = names.get(step.argval, _NOTHING)
            yield from _followed(held)
        elif step.opname in _READS_AN_ATTRIBUTE:
            held = _only_method(step.argval) if held is _NOTHING else _attribute(held, step.argval)
            yield from _followed(held)
        elif step.opname == "IMPORT_NAME":
            held = sys.modules.get(step.argval, _NOTHING)
        elif step.opname == "IMPORT_FROM":
            yield from _followed(_attribute(held, step.argval))
        elif step.opname not in _STANDS_BETWEEN:
            held = _NOTHING
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _named_in(constant, names, extensions)
        elif isinstance(constant, str) and constant in extensions:
            yield from _parts_of(extensions[constant], code.co_names)


def _attribute(held: Any, name: str) -> Any:
    """Look up a name in a module, a class or an object of this package; anything else is none of ours."""
    if isinstance(held, ModuleType | type):
        return vars(held).get(name, _NOTHING) if held.__dict__ else _NOTHING
    if type(held).__module__.startswith(PACKAGE):
        return getattr(type(held), name, _NOTHING)
    return _NOTHING


def _only_method(name: str) -> Any:
    """Return the one method of this package's classes that has this name, whatever it is called on."""
    methods = _methods().get(name, [])
    return methods[0] if len(methods) == 1 else _NOTHING


@functools.cache
def _methods() -> dict[str, list[Any]]:
    """Index the methods of this package's classes by name; what a container has too is left out."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith(f"{PACKAGE}.")]
    kinds = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type)}
    found: dict[str, list[Any]] = {}
    for kind in sorted(kinds, key=lambda kind: (kind.__module__, kind.__qualname__)):
        if kind.__module__.startswith(f"{PACKAGE}."):
            for name, part in vars(kind).items():
                if isinstance(part, FunctionType | property) and not hasattr(dict, name) and not name.startswith("__"):
                    found.setdefault(name, []).append(part)
    return found


def _parts_of(extension: Any, names: Iterable[str]) -> Iterator[Any]:
    """Yield the parts of an object in `app.extensions` that the function around it names anywhere."""
    if isinstance(extension, FunctionType):
        yield extension
    elif type(extension).__module__.startswith(PACKAGE):
        yield from (vars(type(extension))[name] for name in names if name in vars(type(extension)))


def _followed(thing: Any) -> Iterator[Any]:
    """Yield what is worth following: modules name everything and so tell nothing."""
    if thing is not None and thing is not _NOTHING and not isinstance(thing, ModuleType):
        yield thing


def _is_filled(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True
