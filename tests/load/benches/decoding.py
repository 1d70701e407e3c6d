"""`decode`: how often each reader gets the digits out of a frame, and out of five frames of one hold.

Wrong digits count as not read, and are counted apart: a reader that invents a code would be worse than a blind one.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tests.load.benches.photographing import SINGLE, cheap_phone, photograph, rendered, trembling
from tests.load.benches.prepared import SEED
from tests.load.benches.readers import Reader, here

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL import Image

FRAMES_OF_A_HOLD: Final = 5
HOLDS: Final = 200
HOLDS_OF_ALL: Final = 200
"""So many holds every reader is shown; zxing-cpp, whom the aims are about, sees them all."""
AIM_IN_ONE, AIM_WITHIN_FIVE = 0.97, 0.999
CODES_OF_EACH_STRENGTH: Final = 8
DIGITS: Final = 253
CHEAP_PHONE: Final = "cheap phone"
PAGE: Final = """# How well the code is read

`scripts/bench decode --holds N --page docs/decode-robustness.md` made this: it draws the picture that the page shows,
spoils it, and gives the same frames to each reader. `tests/load/benches/photographing.py` says exactly how.

{table}

Made on {day:%Y-%m-%d} with seed {seed}. Frames of 640 × 480. The cheap phone's frames turn a code by up to 23°, tilt
it by up to three tenths, show a module on 5 to 8 pixels (the code fills half to four fifths of the frame), blur it by
up to 1.9 pixels, leave 70 to 165 of 255 levels between black and white, and add noise and shade. The other rows change
one thing, in five strengths with {codes} codes each; the worst of them is meant to be too much for anybody.
Readers that were not there when this was made: {missing}.
"""


class Score:
    """What one reader made of one kind of frames."""

    def __init__(self) -> None:
        self.frames = self.read = self.wrong = self.holds = self.held = 0

    def count(self, digits: str, told: Sequence[str]) -> None:
        """Count the frames of one hold."""
        self.frames += len(told)
        self.read += sum(text == digits for text in told)
        self.wrong += sum(text not in {"", digits} for text in told)
        self.holds += 1
        self.held += digits in told

    def as_document(self) -> dict[str, int]:
        return dict(vars(self))


def measure(_seconds: float, _pairs: int, holds: int = HOLDS) -> dict[str, Any]:
    """Show every reader the same frames; zxing-cpp's share of the cheap phone's is held against the aims."""
    readers, missing = here()
    scores = {reader.name: {kind: Score() for kind in (*SINGLE, CHEAP_PHONE)} for reader in readers}
    draw = random.Random(SEED)  # noqa: S311 - a picture, not a secret
    for kind, digits, frames in _singly(draw):
        _show(readers, scores, kind, digits, frames)
    for number, (digits, frames) in enumerate(_held(draw, holds)):
        _show(readers if number < HOLDS_OF_ALL else readers[:1], scores, CHEAP_PHONE, digits, frames)
    zxing = scores[readers[0].name][CHEAP_PHONE]
    return {
        "lines": [
            _line(f"{CHEAP_PHONE}, one frame, zxing-cpp", zxing.read, zxing.frames, AIM_IN_ONE),
            _line(f"{CHEAP_PHONE}, within five frames, zxing-cpp", zxing.held, zxing.holds, AIM_WITHIN_FIVE),
        ],
        "missing": missing,
        "table": {name: {kind: score.as_document() for kind, score in row.items()} for name, row in scores.items()},
    }


def _show(readers: list[Reader], scores: dict[str, dict[str, Score]], kind: str, digits: str,
          frames: Sequence[Image.Image]) -> None:  # fmt: skip
    for reader in readers:
        scores[reader.name][kind].count(digits, reader.read(frames))


def _singly(draw: random.Random) -> Iterator[tuple[str, str, list[Image.Image]]]:
    """Frames that one thing alone makes hard, in rising strengths."""
    for kind, looks in SINGLE.items():
        for _ in range(CODES_OF_EACH_STRENGTH):
            digits = _drawn(draw)
            code = rendered(digits)
            yield kind, digits, [photograph(code, look, draw) for look in looks]


def _held(draw: random.Random, holds: int) -> Iterator[tuple[str, list[Image.Image]]]:
    for _ in range(holds):
        digits, hold = _drawn(draw), cheap_phone(draw)
        code = rendered(digits)
        yield digits, [photograph(code, trembling(hold, draw), draw) for _ in range(FRAMES_OF_A_HOLD)]


def _drawn(draw: random.Random) -> str:
    """Digits as long as those of a live code: what they say does not change how the picture is read."""
    return "".join(draw.choices("0123456789", k=DIGITS))


def _line(what: str, read: int, shown: int, aim: float) -> dict[str, Any]:
    ratio = read / shown
    return {
        "what": what,
        "unit": "",
        "ours_median": read,
        "against": "shown",
        "limit_median": shown,
        "ratio": ratio,
        "aim": aim,
        "reached": ratio >= aim,
    }


def page(document: dict[str, Any]) -> str:
    """Write the run as a page of docs/."""
    table = document["table"]
    kinds = list(next(iter(table.values())))
    rows = [f"| {kind} | " + " | ".join(_share(table[reader][kind]) for reader in table) + " |" for kind in kinds]
    held = [_percent(table[reader][CHEAP_PHONE]["held"], table[reader][CHEAP_PHONE]["holds"]) for reader in table]
    wrong = [str(sum(score["wrong"] for score in table[reader].values())) for reader in table]
    holds = [f"{table[reader][CHEAP_PHONE]['holds']:,}" for reader in table]
    lines = [
        "| share of frames read | " + " | ".join(table) + " |",
        "|---|" + "---|" * len(table),
        *rows,
        f"| {CHEAP_PHONE}, within five frames | " + " | ".join(held) + " |",
        f"| holds of {FRAMES_OF_A_HOLD} frames shown | " + " | ".join(holds) + " |",
        "| wrong digits, in all frames | " + " | ".join(wrong) + " |",
    ]
    missing = ", ".join(document["missing"]) or "none"
    return PAGE.format(
        table="\n".join(lines),
        seed=document["seed"],
        codes=CODES_OF_EACH_STRENGTH,
        missing=missing,
        day=datetime.now(UTC),
    )


def _share(score: dict[str, int]) -> str:
    return _percent(score["read"], score["frames"])


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"
