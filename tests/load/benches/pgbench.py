"""The limit of a hot path: pgbench sending the chain's own text, prepared, over as many connections."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.postgresql import OWNER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.load.benches.rig import Rig
    from voucher_service.database import Chain

CONNECTIONS: Final = 16


def run_pgbench(rig: Rig, chain: Chain, script: str, constants: Mapping[str, object], each: int) -> float:
    """Run `chain` so many times on each connection; return transactions per second.

    `script` sets the variables that change from one to the next, and `constants` the others.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "script.sql")
        file.write_text(f"{script}{chain.named_text()};\n")
        command: list[str | Path] = [rig.cluster.bin / "pgbench", "-n", "-M", "prepared", "-f", file]
        command += ["-h", rig.cluster.socket_dir, "-U", OWNER, "-c", str(CONNECTIONS), "-j", "2", "-t", str(each)]
        command += [part for name, value in constants.items() for part in ("-D", f"{name}={value}")]
        done = subprocess.run([*command, rig.database], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    assert found, done.stdout
    return float(found[1])
