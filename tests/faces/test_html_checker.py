"""The outside checker's verdict decides, and a checker that is missing is said, never taken for sound pages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.faces import html_checker

if TYPE_CHECKING:
    from pathlib import Path

STRICT = """
import sys
from pathlib import Path
bad = [name for name in sys.argv[1:] if "<bad>" in Path(name).read_text()]
for name in bad:
    print(f'"{Path(name).as_uri()}":1.1-1.5: error: no', file=sys.stderr)
sys.exit(bool(bad))
"""


@pytest.fixture
def checker(tmp_path: Path) -> list[str]:
    """A stand-in that minds <bad> in the checker's own way of speaking."""
    script = tmp_path / "strict.py"
    script.write_text(STRICT)
    return [sys.executable, str(script)]


def test_without_the_checker_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("VNU_JAR", raising=False)
    assert html_checker.main() == html_checker.NOT_LOOKED_AT
    assert "nothing was checked" in capsys.readouterr().err


def test_a_jar_without_java_is_no_checker(tmp_path: Path) -> None:
    jar = tmp_path / "vnu.jar"
    jar.touch()
    assert html_checker.command({"VNU_JAR": str(jar), "PATH": str(tmp_path)}) is None


def test_a_jar_with_java_is_one(tmp_path: Path) -> None:
    jar, java = tmp_path / "vnu.jar", tmp_path / "java"
    jar.touch()
    java.touch(mode=0o755)
    assert html_checker.command({"VNU_JAR": str(jar), "PATH": str(tmp_path)}) == [str(java), "-jar", str(jar)]


def test_sound_pages_pass(tmp_path: Path, checker: list[str]) -> None:
    (tmp_path / "a.html").write_text("<p>")
    assert html_checker.judge(tmp_path, checker) == html_checker.SOUND


def test_one_faulty_page_fails_and_is_named(
    tmp_path: Path, checker: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.html").write_text("<p>")
    (tmp_path / "b.html").write_text("<bad>")
    assert html_checker.judge(tmp_path, checker) == html_checker.FAULTY
    assert '"b.html":1.1-1.5: error' in capsys.readouterr().err
