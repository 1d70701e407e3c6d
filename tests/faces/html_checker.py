"""Has every page judged by the HTML checker of the W3C, which reads stricter than a parser; no part of the lock file.

`python -m tests.faces.html_checker` walks all pages (`walking.py`) and hands them to the checker: `VNU_JAR` names its
`vnu.jar`, which needs a Java. Errors and warnings are printed and end with 1; without the checker it says so and ends
with 2, so that "nothing found" is never "nothing looked at".
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.faces.walking import write_all

if TYPE_CHECKING:
    from collections.abc import Mapping

SOUND: Final = 0
FAULTY: Final = 1
NOT_LOOKED_AT: Final = 2
MISSING: Final = (
    "The HTML checker is not there, so nothing was checked. Install a Java and the npm package vnu-jar, and set VNU_JAR"
    " to its vnu.jar.\n"
)


def command(environment: Mapping[str, str]) -> list[str] | None:
    """How to call the checker on this machine; None if it, or its Java, is missing."""
    java, jar = shutil.which("java", path=environment.get("PATH")), environment.get("VNU_JAR", "")
    return [java, "-jar", jar] if java and Path(jar).is_file() else None


def judge(folder: Path, call: list[str]) -> int:
    """Print what the checker minds about the pages of a folder; return how the program ends."""
    pages = sorted(folder.glob("*.html"))
    asked = subprocess.run([*call, *map(str, pages)], check=False, capture_output=True, text=True)
    said = asked.stderr.replace(folder.as_uri() + "/", "")
    if said or asked.returncode:
        sys.stderr.write(said)
        return FAULTY
    sys.stdout.write(f"{len(pages)} pages, no error and no warning.\n")
    return SOUND


def main() -> int:
    """Walk, write, judge."""
    call = command(os.environ)
    if call is None:
        sys.stderr.write(MISSING)
        return NOT_LOOKED_AT
    with tempfile.TemporaryDirectory() as written:
        write_all(Path(written))
        return judge(Path(written), call)


if __name__ == "__main__":
    sys.exit(main())
