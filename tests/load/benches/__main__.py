"""`scripts/bench <line>`: measure the service against limits of this machine, in this run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.load.benches import (
    claiming,
    decoding,
    embedded,
    importing,
    picturing,
    redeeming,
    reporting,
    sealing,
    starting,
    verifying,
)
from tests.load.benches.prepared import SEED

if TYPE_CHECKING:
    from collections.abc import Callable

BENCHES: dict[str, Callable[..., dict[str, Any]]] = {
    "redeem": redeeming.measure,
    "embedded": embedded.measure,
    "sealing": sealing.measure,
    "claim": claiming.measure,
    "verify": verifying.measure,
    "picture": picturing.measure,
    "decode": decoding.measure,
    "reports": reporting.measure,
    "import": importing.measure,
    "start": starting.measure,
}
PACKAGES = ("flask", "granian", "psycopg", "sqlalchemy", "marshmallow", "cryptography", "qrcode", "segno")


def main() -> int:
    """Run one bench; exit 1 when a ratio stays under its aim."""
    wanted = _arguments()
    options = {"large": wanted.vouchers} if wanted.vouchers else {"holds": wanted.holds} if wanted.holds else {}
    document = measure(wanted.bench, wanted.seconds, wanted.pairs, **options)
    if wanted.page:
        wanted.page.write_text(decoding.page(document), encoding="utf-8")
    print(json.dumps(document, indent=2) if wanted.json else _table(document))  # noqa: T201 - what it is for
    return 0 if all(line["reached"] for line in document["lines"]) else 1


def measure(bench: str, seconds: float, pairs: int, **options: int) -> dict[str, Any]:
    """Return what was measured, with everything that somebody else needs to measure it again."""
    return {"bench": bench, "seed": SEED, "machine": _machine(), **BENCHES[bench](seconds, pairs, **options)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("bench", choices=BENCHES)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=float, default=2.0, help="about how long a run takes (2)")
    parser.add_argument("--pairs", type=int, default=7, help="runs of each side, taken in turn (7)")
    parser.add_argument("--vouchers", type=int, help="for reports: vouchers of the large city (1,000,000)")
    parser.add_argument("--holds", type=int, help=f"for decode: holds of the cheap phone ({decoding.HOLDS})")
    parser.add_argument("--page", type=Path, help="for decode: write the table there")
    wanted = parser.parse_args()
    if wanted.vouchers and wanted.bench != "reports":
        parser.error("only reports takes a number of vouchers")
    if (wanted.holds or wanted.page) and wanted.bench != "decode":
        parser.error("only decode takes --holds and --page")
    return wanted


def _machine() -> dict[str, Any]:
    packages = {name: version(name) for name in PACKAGES}
    return {"python": platform.python_version(), "cores": len(os.sched_getaffinity(0)), "packages": packages}


def _table(document: dict[str, Any]) -> str:
    rows = [
        f"{line['what']}: {line['ours_median']:,.4g}{line['unit']}; "
        f"{line['against']}: {line['limit_median']:,.4g}{line['unit']}; "
        f"ratio {line['ratio']:.2f} (aim {line['aim']})"
        for line in document["lines"]
    ]
    details = [f"  {name}: {value}" for name, value in document.items() if name not in {"lines", "bench"}]
    return "\n".join(rows + details)


if __name__ == "__main__":
    sys.exit(main())
