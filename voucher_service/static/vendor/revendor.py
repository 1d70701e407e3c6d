"""Re-make the vendored front-end files from their npm packages: `python voucher_service/static/vendor/revendor.py`.

Owns which libraries the pages use, at which version, which of their files are kept and what is altered in them. Each
library lands in `<name>-<version>/` beside its licence, and `manifest.json` records the SHA-256 of every file kept;
`tests/architecture/test_vendored_assets.py` recomputes them. Nothing here runs while the service does.
"""

# ruff: noqa: INP001 - a program kept beside the files it makes, not a package

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).resolve().parent
TESTS = PAGES.parents[2] / "tests" / "browser" / "vendor"

_SOURCE_MAP = re.compile(rb"\n?(?:/\*[#@] sourceMappingURL=[^*]*\*/|//[#@] sourceMappingURL=\S*)")


@dataclass(frozen=True)
class Library:
    """One npm package and what is kept of it.

    `files` and `licences` map a path inside the package to a path inside our folder. `edits` are
    (path inside our folder, text, replacement); a text that no longer occurs stops the program.
    """

    package: str
    version: str
    licence: str
    files: dict[str, str]
    licences: dict[str, str]
    edits: tuple[tuple[str, str, str], ...] = ()
    note: str = ""

    @property
    def folder(self) -> str:
        return f"{self.package.removeprefix('@').replace('/', '-')}-{self.version}"


FOR_PAGES = (
    Library("@noble/ed25519", "2.3.0", "MIT", {"index.js": "index.js"}, {"LICENSE": "LICENSE"}),
    Library("bootstrap", "5.3.9", "MIT", {"dist/css/bootstrap.min.css": "bootstrap.min.css"}, {"LICENSE": "LICENSE"}),
    Library("htmx.org", "2.0.11", "0BSD", {"dist/htmx.min.js": "htmx.min.js"}, {"LICENSE": "LICENSE"}),
    Library("jsqr", "1.4.0", "Apache-2.0", {"dist/jsQR.js": "jsQR.js"}, {"LICENSE": "LICENSE"}),
    Library(
        "swagger-ui-dist",
        "5.35.0",
        "Apache-2.0",
        {"swagger-ui-bundle.js": "swagger-ui-bundle.js", "swagger-ui.css": "swagger-ui.css"},
        {
            "LICENSE": "LICENSE",
            "NOTICE": "NOTICE",
            "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
        },
        edits=(("swagger-ui-bundle.js", '"https://validator.swagger.io/validator"', "null"),),
        note="The badge that sends the API description to an outside validator is off by default.",
    ),
    Library(
        "zxing-wasm",
        "3.1.4",
        "MIT AND Apache-2.0",
        {
            "dist/es/reader/index.js": "es/reader/index.js",
            "dist/es/share.js": "es/share.js",
            "dist/reader/zxing_reader.wasm": "reader/zxing_reader.wasm",
        },
        {"LICENSE": "LICENSE"},
        edits=(
            (
                "es/share.js",
                "`https://fastly.jsdelivr.net/npm/zxing-wasm@3.1.4/dist/${n[1]}/${e}`",
                "new URL(`../${n[1]}/${e}`, import.meta.url).href",
            ),
        ),
        note="The wasm loads from beside the module. It holds zxing-cpp under Apache-2.0; that text is in jsqr-1.4.0.",
    ),
)
FOR_TESTS = (
    Library(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        {"axe.min.js": "axe.min.js"},
        {"LICENSE": "LICENSE", "LICENSE-3RD-PARTY.txt": "LICENSE-3RD-PARTY.txt"},
    ),
)


def revendor(root: Path, libraries: tuple[Library, ...]) -> None:
    """Replace the library folders under `root` and their manifest."""
    for folder in root.glob("*-*.*/"):
        shutil.rmtree(folder)
    entries = [_unpack(root / library.folder, library) for library in libraries]
    (root / "manifest.json").write_text(json.dumps({"libraries": entries}, indent=2) + "\n", encoding="utf-8")


def _unpack(folder: Path, library: Library) -> dict[str, object]:
    """Fill `folder` from the package and return its entry for the manifest."""
    with tempfile.TemporaryDirectory() as scratch:
        integrity, tarball = _pack(library, Path(scratch))
        with tarfile.open(tarball) as archive:
            archive.extractall(scratch, filter="data")
        for source, target in (library.files | library.licences).items():
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            content = (Path(scratch) / "package" / source).read_bytes()
            (folder / target).write_bytes(_without_outside_addresses(library, target, content))
    entry: dict[str, object] = {
        "package": library.package,
        "version": library.version,
        "licence": library.licence,
        "integrity": integrity,
        "folder": library.folder,
        "licence_files": sorted(library.licences.values()),
        "sha256": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    return entry | ({"note": library.note} if library.note else {})


def _pack(library: Library, scratch: Path) -> tuple[str, Path]:
    """Download the package with npm, running none of its scripts; return its integrity and its tarball."""
    command = ["npm", "pack", "--ignore-scripts", "--json", f"{library.package}@{library.version}"]
    answer = subprocess.run(command, cwd=scratch, check=True, capture_output=True, text=True)  # noqa: S603
    [packed] = json.loads(answer.stdout)
    return packed["integrity"], scratch / packed["filename"]


def _without_outside_addresses(library: Library, target: str, content: bytes) -> bytes:
    for path, text, replacement in library.edits:
        if path == target:
            if text.encode() not in content:
                raise SystemExit(f"{library.folder}/{target} no longer holds {text}")
            content = content.replace(text.encode(), replacement.encode())
    if Path(target).suffix in {".js", ".css"}:
        content = _SOURCE_MAP.sub(b"", content)
    return content


if __name__ == "__main__":
    revendor(PAGES, FOR_PAGES)
    TESTS.mkdir(parents=True, exist_ok=True)
    revendor(TESTS, FOR_TESTS)
