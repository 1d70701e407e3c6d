"""`start`: how long importing the application takes, and how long the service takes to its first answer.

Both are held against fixed times, and so are only worth reading on a machine that has nothing else to do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from typing import Any, Final

from tests.load.benches.pairs import Pairs
from tests.load.benches.rig import serving

IMPORT_SECONDS_MAX: Final = 0.5
ANSWER_SECONDS_MAX: Final = 2.0


def measure(seconds: float, pairs: int) -> dict[str, Any]:  # noqa: ARG001 - each start takes what it takes
    with tempfile.TemporaryDirectory() as folder:
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {"DATA_DIR": folder}
        _to_first_answer(environment)  # the first start makes the demonstration city
        imports, answers = zip(*((_to_import(), _to_first_answer(environment)) for _ in range(pairs)), strict=True)
    lines = (
        Pairs("most seconds", "import voucher_service.app", 1.0, (IMPORT_SECONDS_MAX,) * pairs, imports, " s"),
        Pairs("most seconds", "warm start to first answer", 1.0, (ANSWER_SECONDS_MAX,) * pairs, answers, " s"),
    )
    return {"lines": [line.as_document() for line in lines]}


def _to_import() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import voucher_service.app"], check=True)
    return time.perf_counter() - start


def _to_first_answer(environment: dict[str, str]) -> float:
    start = time.perf_counter()
    with serving(environment):
        return time.perf_counter() - start
