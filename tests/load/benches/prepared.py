"""Vouchers prepared for redemption by the hundred thousand, with facts that keep every constraint."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from voucher_service.calendar import month_of
from voucher_service.clock import to_microseconds
from voucher_service.demo.people import Population
from voucher_service.identifiers import to_hex
from voucher_service.signing import holder_tag, voucher_code
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.voucher_code import CodeType, Header
from voucher_service.vouchers.live_codes import LIFETIME_HOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from tests.load.benches.rig import Rig
    from voucher_service.demo.people import Person
    from voucher_service.signing.key_ring import KeyRing

SEED: Final = 1
PEOPLE: Final = Population(SEED, 1000)
"""They share their names and ID numbers among the vouchers, of which each has a holder of its own."""

SCATTER, RANGE = 7_368_787, 1 << 40
"""Ids go through the index in leaps, as random ones do, and pgbench can compute them: number * SCATTER % RANGE."""

VOUCHERS_A_CLASS: Final = 40
CLASS_ID_FIRST: Final = 1
CHUNK: Final = 5000
"""Vouchers of one transaction: the sealer takes a commit as a whole."""

_CLASSES = """
INSERT INTO training_class SELECT (jsonb_populate_record(training_class, jsonb_build_object(
  'class_id', number, 'capacity', {capacity}, 'seats_taken', 0))).*
FROM training_class, generate_series({first}, {last}) AS number WHERE region_id = %s AND class_id = %s
"""
_FACTS = f"""
INSERT INTO voucher_fact (region_id, voucher_id, seq, kind, from_state, to_state, programme_id, period, month,
  amount_fen, actor_role, actor_id, commitment, recorded_at, commit_no)
SELECT %(region_id)s, number * {SCATTER} %% {RANGE}, 1, 'VoucherClaimed', 'none', 'claimed', %(programme_id)s,
  %(month)s, %(month)s, 0, 'holder', number, sha256('example'), %(now)s, ledger_commit_no()
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
"""
_VOUCHERS = f"""
INSERT INTO voucher (region_id, voucher_id, programme_id, period, holder_id, kind, state, seq, issued_at, expires_at,
  session_tag)
SELECT %(region_id)s, number * {SCATTER} %% {RANGE}, %(programme_id)s, %(month)s, number, 'general', 'claimed', 1,
  %(now)s, %(expires_at)s, 1
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
"""


class Prepared(NamedTuple):
    """Numbers 1 … `count` of vouchers that wait for `classes` classes, numbered from CLASS_ID_FIRST."""

    region_id: int
    count: int
    classes: int


def voucher_id_of(number: int) -> int:
    return number * SCATTER % RANGE


def class_of(number: int, classes: int) -> str:
    """Neighbouring numbers meet at different classes."""
    return to_hex(CLASS_ID_FIRST + number % classes)


def issue(rig: Rig, count: int, now: datetime) -> Prepared:
    """Issue vouchers in the first school's region, and open classes for all of them."""
    region_id = rig.city.schools[0].region_id
    classes = max(64, count // VOUCHERS_A_CLASS)
    with rig.connect() as connection:
        _open_classes(connection, rig, region_id, classes)
        connection.execute(
            "UPDATE allotment SET quota = %s, issued = %s WHERE region_id = %s", (count, count, region_id)
        )
        connection.commit()
        for first in range(1, count + 1, CHUNK):
            values = _values(rig, region_id, now) | {"first": first, "last": min(first + CHUNK - 1, count)}
            connection.execute(_FACTS, values)
            connection.execute(_VOUCHERS, values)
            connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    return Prepared(region_id, count, classes)


def _open_classes(connection: psycopg.Connection[tuple[int, ...]], rig: Rig, region_id: int, classes: int) -> None:
    """Copy the demonstration's class of that region so many times, with seats enough."""
    template = next(class_id for class_region_id, class_id in rig.city.classes if class_region_id == region_id)
    last = CLASS_ID_FIRST + classes - 1
    copies = _CLASSES.format(capacity=4 * VOUCHERS_A_CLASS, first=CLASS_ID_FIRST, last=last)
    connection.execute(copies, (region_id, template))


def _values(rig: Rig, region_id: int, now: datetime) -> dict[str, int]:
    return {
        "region_id": region_id,
        "programme_id": rig.city.programme_id,
        "month": month_of(now),
        "now": to_microseconds(now),
        "expires_at": to_microseconds(now + timedelta(days=90)),
    }


def person_of(number: int) -> Person:
    return PEOPLE[number % len(PEOPLE)]


def open_sessions(rig: Rig, prepared: Prepared, numbers: Sequence[int], now: datetime) -> list[LiveSession]:
    """Open a live-code session for each of these vouchers, signed with the service's own key."""
    with rig.connect() as connection, connection.cursor() as cursor:
        share = "SELECT public_no FROM allotment WHERE region_id = %s"
        (public_no,) = cursor.execute(share, (prepared.region_id,)).fetchone() or (0,)
        sessions = [session_of(rig.app.extensions["key_ring"], number, public_no, now) for number in numbers]
        cursor.executemany(
            "UPDATE voucher SET session_tag = %s WHERE region_id = %s AND voucher_id = %s",
            [
                (int.from_bytes(session.anchor[:8], signed=True), prepared.region_id, session.header.voucher_id)
                for session in sessions
            ],
        )
    return sessions


def session_of(ring: KeyRing, number: int, public_no: int, now: datetime) -> LiveSession:
    """Return the live session of a voucher's phone, signed with the service's own key."""
    key, person, voucher_id = ring.active_key, person_of(number), voucher_id_of(number)
    assert key.bind_key
    tag = holder_tag.make(key.suite, key.bind_key, voucher_id, person.id_number, person.name)
    start = voucher_code.minutes_since_epoch(now)
    header = Header(
        CodeType.ROTATING, key.suite.number, 0, key.kid, voucher_id, public_no, start, LIFETIME_HOURS, 0, tag
    )
    phone = LiveSession(hashlib.sha256(b"%d:%d" % (SEED, number)).digest()[:16], header, b"")
    # The ring's own verb also counts the signature on disk, durably: milliseconds that nobody measures here.
    signature = ring._signer(key)(voucher_code.rotating_message(header.to_bytes(), phone.anchor))
    return phone._replace(signature=signature)
