"""The floors of the house, top to bottom. Imports go down; rooms on one floor do not know one another."""

from __future__ import annotations

FLOORS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("server",),
    ("simulation",),
    ("demo",),
    ("app",),
    ("sweeping",),
    ("faces", "exchange"),
    ("risk",),
    ("reports",),
    ("settlements",),
    ("certificates",),
    ("exams",),
    ("supervision",),
    ("attendance",),
    ("sign_ins",),
    ("roll_calls",),
    ("scanning",),
    ("rosters",),
    ("redemptions", "objections"),
    ("classes", "vouchers"),
    ("institutions",),
    ("programmes",),
    ("sheets",),
    ("holders",),
    ("accounts",),
    ("ledger",),
    ("signing",),
    ("web",),
    ("database", "clock", "calendar", "settings", "errors", "identifiers", "rulebook"),
)

HEIGHTS = {room: height for height, floor in enumerate(reversed(FLOORS)) for room in floor}

GROUND = FLOORS[-1]
"""Rooms that everyone stands on; among themselves they only have to be free of cycles."""

WIRING = {"__main__", "cli", "server", "sweeping", "demo", "simulation", "app"}
"""Rooms that put the house together, and so look into every other."""

STAGES = {room for floor in FLOORS for room in floor} - WIRING - set(GROUND) - {"ledger", "signing", "web"}
"""Rooms that show their `service` and `errors` and nothing else."""

READERS = {"reports", "risk"}
"""Rooms that may read other rooms' tables and write nothing."""
