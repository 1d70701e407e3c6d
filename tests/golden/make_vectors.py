"""Draws tests/golden/vectors.json: voucher codes from fixed, invented secrets, each with the verdict it must get.

Run `python tests/golden/make_vectors.py` after a change to the layout; a test fails when the file is stale. Every
expectation is written by hand from the layout, none is copied from what the verifier answers. The file is meant for
verifiers in other languages too: `judge(digits, directory, at, offline, id, name_given)` must equal `expect`.

Here are the genuine codes and the edges of their time; `refused` has what was altered, misspelt or signed wrongly.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.golden import refused
from tests.golden.drawing import (
    MINORITY,
    OTHER_VOUCHER,
    PLAIN,
    RARE,
    START,
    WITH_X,
    WITHOUT_BIND_KEY,
    Cases,
    accepted,
    bytes_of,
    digits_of,
    make_directory,
    make_header,
    moment_of,
    open_session,
    secret_of,
    static_code,
    with_byte,
)
from voucher_service.signing import key_directory
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.voucher_code import FACE_VALUE_PRESENT, ON_SITE_CHECK, SANDBOX, CodeType, ListCode

FILE = Path(__file__).with_name("vectors.json")


def add_steps(cases: Cases) -> None:
    """Every session length, at the steps where a byte, the chain or the session turns over."""
    for kid in (1, 3):
        for hours in (1, 24, 72):
            session = open_session(make_header(kid=kid, lifetime=hours))
            last = hours * 120 - 1
            for step in sorted({0, 1, 119, 255, 256, last}):
                if step <= last:
                    name = f"suite {session.header.suite}, {hours} h, step {step}"
                    cases.add(name, session.code_of_step(step), moment_of(step), accepted(session.header, step))


def add_windows(cases: Cases) -> None:
    """One step either way on line, four off line; beyond the on-line window the clock is suspect."""
    session = open_session(make_header())
    shown = session.code_of_step(300)
    for late in (-5, -4, -2, -1, 1, 2, 4, 5):
        at, ok = moment_of(300 + late), accepted(session.header, 300)
        suspect = accepted(session.header, 300, clock_suspect=True)
        refused = {"verdict": "code_stale"}
        cases.add(f"on line, {late:+d} steps", shown, at, ok if abs(late) == 1 else refused)
        offline = ok if abs(late) == 1 else suspect if abs(late) <= 4 else refused
        cases.add(f"off line, {late:+d} steps", shown, at, offline, offline=True)
    cases.add("last microsecond of a step", shown, moment_of(301) - timedelta(microseconds=1), ok_step(session, 300))
    cases.refuse("an hour stale", shown, moment_of(420), "code_stale")
    cases.refuse("an hour early", shown, moment_of(180), "code_stale")
    cases.refuse(
        "256 steps later the step byte fits and the chain does not", shown, moment_of(556), "code_bad_signature"
    )
    cases.refuse("256 steps earlier likewise", shown, moment_of(44), "code_bad_signature")
    first, last = session.code_of_step(0), session.code_of_step(2879)
    cases.refuse("before the session", first, START - timedelta(seconds=1), "code_outside_session")
    cases.add("first instant of the session", first, START, ok_step(session, 0))
    cases.add("last second of the session", last, moment_of(2880, -1), ok_step(session, 2879))
    cases.refuse("at the end of the session", last, moment_of(2880), "code_outside_session")
    cases.refuse("at the end of the session, off line", last, moment_of(2880), "code_outside_session", offline=True)
    before_first = digits_of(with_byte(bytes_of(first), 24, 255))
    cases.refuse("a step before the first", before_first, START, "code_stale")
    after_last = digits_of(with_byte(bytes_of(last), 24, 2880 % 256))
    cases.refuse("a step after the last", after_last, moment_of(2879), "code_stale")


def ok_step(session: LiveSession, step: int) -> dict[str, Any]:
    return accepted(session.header, step)


def add_fields(cases: Cases) -> None:
    """Extremes of the fields, all genuine."""
    changes: dict[str, dict[str, Any]] = {
        "face value 0": {"amount_yuan": 0},
        "face value 65535": {"amount_yuan": 65535, "flags": SANDBOX | FACE_VALUE_PRESENT},
        "on-site check": {"flags": SANDBOX | ON_SITE_CHECK},
        "no flags": {"flags": 0},
        "programme 0": {"programme_number": 0},
        "programme 16777215": {"programme_number": 2**24 - 1},
        "voucher id with leading zeros": {"voucher_id": OTHER_VOUCHER},
        "voucher id with the top bit": {"voucher_id": -1},
        "retired key": {"kid": 4},
    }
    for name, changed in changes.items():
        session = open_session(make_header(**changed))
        cases.add(name, session.code_of_step(7), moment_of(7), accepted(session.header, 7))
    static = make_header(CodeType.STATIC)
    for days, late in ((1, 0), (90, 89), (255, 254)):
        header = static._replace(lifetime=days)
        at = START + timedelta(days=late, hours=23, minutes=59, seconds=59)
        code = digits_of(static_code(header))
        needs = "code_static_needs_person_check"
        cases.add(f"printed, {days} days, last second", code, at, accepted(header, None), redemption=needs)
        cases.refuse(f"printed, {days} days, over", code, at + timedelta(seconds=1), "code_outside_session")
    header = make_header(CodeType.STATIC, kid=3)
    cases.add("printed, suite 3", digits_of(static_code(header)), START, accepted(header, None))
    cases.refuse("printed, before its issue", digits_of(static_code(header)), moment_of(-1), "code_outside_session")
    listed = digits_of(ListCode(1, OTHER_VOUCHER, 7, secret_of("y0", 16)).to_bytes())
    if not listed.startswith("0"):
        raise ValueError("this vector is meant to lead with a zero")
    cases.refuse("list code, leading zero", listed, START, "code_needs_list")
    cases.refuse("list code without its leading zero", listed[1:], START, "code_malformed")


def add_holders(cases: Cases) -> None:
    """Identity cards, and the ways in which the same name is typed."""
    people = {"plain": PLAIN, "ID with X": WITH_X, "minority name": MINORITY, "rare character": RARE}
    for kid in (1, 3):
        for label, person in people.items():
            session = open_session(make_header(kid=kid, person=person))
            other = WITH_X if person is not WITH_X else PLAIN
            cards = {
                "": (person, "match"),
                ", wrong ID": ((other[0], person[1]), "id_mismatch"),
                ", wrong name": ((person[0], "王五试"), "name_mismatch"),
            }
            for suffix, (card, holder) in cards.items():
                name = f"holder, suite {session.header.suite}, {label}{suffix}"
                cases.add(name, session.code_of_step(9), moment_of(9), accepted(session.header, 9, holder), card=card)
    add_spellings(cases)


def add_spellings(cases: Cases) -> None:
    spellings = {
        "lower-case x": (WITH_X, (WITH_X[0].lower(), WITH_X[1]), "match"),
        "spaces around the ID": (PLAIN, (f" {PLAIN[0]} ", PLAIN[1]), "match"),
        "wrong check digit": (PLAIN, (PLAIN[0][:-1] + "2", PLAIN[1]), "id_mismatch"),
        "ID of 15 digits": (PLAIN, ("000000900101001", PLAIN[1]), "id_mismatch"),
        "full-width ID": (PLAIN, ("".join(chr(ord(c) + 0xFEE0) for c in PLAIN[0]), PLAIN[1]), "id_mismatch"),
        "empty ID": (PLAIN, ("", PLAIN[1]), "id_mismatch"),
        "bullet as middle dot": (MINORITY, (MINORITY[0], "阿卜杜拉\u2022试例"), "match"),
        "katakana middle dot": (MINORITY, (MINORITY[0], "阿卜杜拉\u30fb试例"), "match"),
        "half-width middle dot": (MINORITY, (MINORITY[0], "阿卜杜拉\uff65试例"), "match"),
        "hyphenation point": (MINORITY, (MINORITY[0], "阿卜杜拉\u2027试例"), "match"),
        "spaces in the name": (MINORITY, (MINORITY[0], " 阿卜杜拉 ·\u3000试例"), "match"),
        "full-width letters": ((PLAIN[0], "A张三"), (PLAIN[0], "\uff21张三"), "match"),
    }
    for label, (person, card, holder) in spellings.items():
        session = open_session(make_header(person=person))
        expect = accepted(session.header, 9, holder)
        cases.add(f"holder, {label}", session.code_of_step(9), moment_of(9), expect, card=card)
    session = open_session(make_header(kid=WITHOUT_BIND_KEY))
    at, digits = moment_of(9), session.code_of_step(9)
    cases.add("holder, verifier without a bind key", digits, at, accepted(session.header, 9), card=PLAIN)
    header = make_header(CodeType.STATIC, person=RARE)
    cases.add("holder, printed", digits_of(static_code(header)), START, accepted(header, None, "match"), card=RARE)


def make_vectors() -> str:
    cases = Cases()
    for add in (
        add_steps,
        add_windows,
        add_fields,
        add_holders,
        refused.add_texts,
        refused.add_kinds,
        refused.add_flips,
        refused.add_keys,
        refused.add_orders,
        refused.add_malleable,
    ):
        add(cases)
    document = {
        "directory": json.loads(key_directory.dump(make_directory())),
        "cases": list(cases.listed.values()),
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(make_vectors(), encoding="ascii")
