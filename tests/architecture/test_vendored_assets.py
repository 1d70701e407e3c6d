"""The pages load nothing from outside, and what is vendored is exactly what its manifest says."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
VENDOR_ROOTS = (PROJECT / "voucher_service/static/vendor", PROJECT / "tests/browser/vendor")
OWN_FILES = sorted(
    path
    for folder in ("templates", "voucher_service", "tests/browser")
    for path in (PROJECT / folder).rglob("*")
    if path.suffix in {".html", ".js", ".css", ".svg"} and "vendor" not in path.parts
)

ADDRESS = re.compile(r"""(?:https?:|(?<=["'(=]))//(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)""", re.IGNORECASE)
NAMESPACE_HOSTS = {"www.w3.org"}
COMMENT_START = re.compile(r"^\s*(?://|/?\*|\{#|<!--)")
LOADING = re.compile(
    rb"""(?:@import\s+|url\(|fetch\(|import\(|importScripts\(|new Worker\(|\bfrom\s*|\.src\s*=|\bsrc=)"""
    rb"""\s*["'`]?(?:https?:)?//[a-z0-9]""",
    re.IGNORECASE,
)
DELIVERY_NETWORKS = re.compile(rb"jsdelivr|unpkg\.com|cdnjs|googleapis|gstatic|validator\.swagger\.io", re.IGNORECASE)
STYLE_URL = re.compile(rb"""url\(\s*["']?(?!data:|%23|#|["'])""")


def manifest_of(root: Path) -> list[dict[str, Any]]:
    libraries: list[dict[str, Any]] = json.loads((root / "manifest.json").read_text(encoding="utf-8"))["libraries"]
    return libraries


def outside_addresses(text: str) -> list[str]:
    """Return the addresses of other hosts in a page, script or style; comments and XML namespaces load nothing."""
    return [
        found.group()
        for line in text.splitlines()
        if not COMMENT_START.match(line)
        for found in ADDRESS.finditer(line)
        if found["host"].lower() not in NAMESPACE_HOSTS
    ]


VENDORED = [(root / library["folder"], library) for root in VENDOR_ROOTS for library in manifest_of(root)]
VENDORED_CODE = [
    folder / name for folder, library in VENDORED for name in library["sha256"] if name.endswith((".js", ".css"))
]


@pytest.mark.parametrize(("folder", "library"), VENDORED, ids=lambda value: getattr(value, "name", ""))
def test_each_vendored_file_has_the_hash_that_the_manifest_gives(folder: Path, library: dict[str, Any]) -> None:
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == library["sha256"]


@pytest.mark.parametrize(("folder", "library"), VENDORED, ids=lambda value: getattr(value, "name", ""))
def test_each_library_lies_beside_its_licence_and_says_its_version(folder: Path, library: dict[str, Any]) -> None:
    package = library["package"].removeprefix("@").replace("/", "-")  # a scope has no folder of its own
    assert folder.name == f"{package}-{library['version']}"
    assert library["licence_files"]
    assert library["licence"]
    assert all((folder / name).stat().st_size for name in library["licence_files"])


@pytest.mark.parametrize("root", VENDOR_ROOTS, ids=lambda root: root.parent.name)
def test_no_library_lies_there_unlisted(root: Path) -> None:
    folders = {path.name for path in root.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {library["folder"] for library in manifest_of(root)}


@pytest.mark.parametrize("path", VENDORED_CODE, ids=lambda path: path.name)
def test_no_vendored_file_loads_from_outside(path: Path) -> None:
    content = path.read_bytes()
    assert not LOADING.findall(content)
    assert not DELIVERY_NETWORKS.findall(content)
    assert b"sourceMappingURL=" not in content
    assert path.suffix != ".css" or not STYLE_URL.findall(content), "a style names a file that is not vendored"


def test_no_page_script_or_style_of_ours_names_an_outside_address() -> None:
    assert OWN_FILES
    named = {str(path.relative_to(PROJECT)): outside_addresses(path.read_text(encoding="utf-8")) for path in OWN_FILES}
    assert {path: addresses for path, addresses in named.items() if addresses} == {}


@pytest.mark.parametrize(
    "line",
    [
        '<script src="https://cdn.example.net/x.js"></script>',
        '<link href="//cdn.example.net/x.css">',
        "@import url(https://cdn.example.net/x.css);",
        'fetch("https://cdn.example.net/x"); // a comment after it changes nothing',
    ],
)
def test_an_outside_address_would_be_seen(line: str) -> None:
    assert outside_addresses(line)


def test_namespaces_comments_and_own_addresses_are_no_outside_addresses() -> None:
    harmless = '<svg xmlns="http://www.w3.org/2000/svg">\n// https://spec.example.net\n<a href="/static/x.css">\na // b'
    assert outside_addresses(harmless) == []


@pytest.mark.parametrize(
    "code", [b'import a from"https://x.net/a.js"', b"url(//x.net/a.woff)", b'e.src="https://x.net"']
)
def test_a_vendored_file_that_loads_from_outside_would_be_seen(code: bytes) -> None:
    assert LOADING.search(code)
