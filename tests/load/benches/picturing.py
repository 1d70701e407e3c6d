"""`picture`: the picture of a rotating code's 253 digits, as SVG and as PNG, against segno's of the same symbol."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any, Final

import segno

from tests.load.benches.pairs import Pairs, take_turns
from voucher_service.signing import picture

if TYPE_CHECKING:
    from collections.abc import Callable

AIM: Final = 1.0
DIGITS: Final = "".join(str(number * 7 % 10) for number in range(253))


def measure(seconds: float, pairs: int) -> dict[str, Any]:
    kinds = {"SVG": (_svg, "svg"), "PNG": (_png, "png")}
    return {"lines": [_measure(kind, *sides, seconds, pairs).as_document() for kind, sides in kinds.items()]}


def _measure(kind: str, ours: Callable[[], object], segno_kind: str, seconds: float, pairs: int) -> Pairs:
    def theirs() -> None:
        symbol = segno.make_qr(DIGITS, error="m", mode="numeric", boost_error=False)
        symbol.save(io.BytesIO(), kind=segno_kind, border=4, scale=8 if segno_kind == "png" else 1)

    rates = take_turns(pairs, lambda _: _rate(ours, seconds), lambda _: _rate(theirs, seconds))
    return Pairs(f"{kind} of 253 digits", "segno's", AIM, *rates)


def _svg() -> str:
    return picture.svg(DIGITS)


def _png() -> bytes:
    return picture.png(DIGITS)


def _rate(act: Callable[[], object], seconds: float) -> float:
    """Do `act` for about so long; return how many times a second."""
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        act()
        done += 1
    return done / spent
