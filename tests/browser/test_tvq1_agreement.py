"""The verifier in Python and the one in JavaScript give the same verdict on every code, genuine, golden or mutated.

`MUTATIONS` sets how many mutated codes are judged (100,000 when unset) and `MUTATION_SEED` repeats a run.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from voucher_service.signing import chain, holder_tag, key_directory, voucher_code
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.suites import SUITES
from voucher_service.signing.verification import judge, verify
from voucher_service.signing.voucher_code import CodeType, Header, StaticCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

MUTATIONS = int(os.environ.get("MUTATIONS", "100000"))
BATCH = 5000
GOLDEN = Path(__file__).parents[1] / "golden" / "vectors.json"
START = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
PERSON = ("000000199001010018", "张三试")
KIDS = {1: 1, 2: 3}
"""Keys of this run by key id, with their suites."""
REVOKED_VOUCHER = 0x00000000000000A7
VERDICTS = {
    "ok",
    "code_malformed",
    "code_unsupported",
    "code_reserved_bits",
    "code_unknown_key",
    "code_suite_mismatch",
    "code_key_revoked",
    "code_outside_session",
    "code_stale",
    "code_bad_signature",
    "code_voucher_revoked",
    "code_needs_list",
}


class Signer:
    """Keys drawn for this run, and the directory that lists them."""

    def __init__(self) -> None:
        self.secrets = {kid: SUITES[suite].new_secret() for kid, suite in KIDS.items()}
        self.bind_key = secrets.token_bytes(32)

    @property
    def directory_text(self) -> str:
        keys = {
            kid: key_directory.make_key(
                kid,
                SUITES[suite],
                SUITES[suite].public_key(self.secrets[kid]),
                self.bind_key,
                START - timedelta(days=1),
                START + timedelta(days=400),
            )
            for kid, suite in KIDS.items()
        }
        return key_directory.dump(key_directory.KeyDirectory(keys, frozenset({REVOKED_VOUCHER})))

    def sign(self, kid: int, message: bytes) -> bytes:
        return SUITES[KIDS[kid]].signer(self.secrets[kid])(message)

    def make_header(self, kid: int = 1, code_type: CodeType = CodeType.ROTATING, **changed: Any) -> Header:
        header = Header(
            code_type=code_type,
            suite=KIDS[kid],
            flags=0,
            kid=kid,
            voucher_id=0x0123456789ABCDEF,
            programme_number=411200,
            start_minute=voucher_code.minutes_since_epoch(START),
            lifetime=1,
            amount_yuan=0,
            holder_tag=bytes(3),
        )._replace(**changed)
        tag = holder_tag.make(SUITES[header.suite], self.bind_key, header.voucher_id, *PERSON)
        return header._replace(holder_tag=tag)

    def open_session(self, header: Header) -> LiveSession:
        y0 = secrets.token_bytes(16)
        anchor = chain.anchor_of(y0, header, SUITES[header.suite].digest)
        return LiveSession(y0, header, self.sign(header.kid, voucher_code.rotating_message(header.to_bytes(), anchor)))

    def print_code(self, header: Header) -> str:
        signature = self.sign(header.kid, voucher_code.static_message(header.to_bytes()))
        return voucher_code.to_digits(StaticCode(header, header.to_bytes(), signature).to_bytes())


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@pytest.fixture
def agreement(page: Page, script_site: str) -> Page:
    page.goto(f"{script_site}/agreement.html")
    page.wait_for_function("() => globalThis.ready")
    return page


def judge_in_browser(page: Page, directory_text: str, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    page.evaluate("text => useDirectory(text)", directory_text)
    verdicts: list[dict[str, Any]] = json.loads(page.evaluate("text => judge(text)", json.dumps(questions)))
    return verdicts


def judge_here(directory: key_directory.KeyDirectory, question: dict[str, Any]) -> dict[str, Any]:
    at = key_directory.read_instant(question["at"])
    return judge(question["digits"], directory, at, question["offline"], question["id"], question["name_given"])


def test_javascript_gives_the_golden_verdict_on_every_golden_case(agreement: Page) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    verdicts = judge_in_browser(agreement, json.dumps(golden["directory"]), golden["cases"])
    wrong = {
        case["name"]: (verdict, case["expect"])
        for case, verdict in zip(golden["cases"], verdicts, strict=True)
        if verdict != case["expect"]
    }
    assert wrong == {}
    assert len(verdicts) > 100


@pytest.mark.timeout(120 + MUTATIONS // 500)
def test_both_languages_agree_on_mutated_codes(agreement: Page, signer: Signer) -> None:
    seed = int(os.environ.get("MUTATION_SEED", secrets.randbits(32)))
    print(f"MUTATION_SEED={seed} MUTATIONS={MUTATIONS}")  # noqa: T201 - shown when the test fails
    mutator = Mutator(random.Random(seed), signer)  # noqa: S311 - mutations, not secrets
    directory = key_directory.load(signer.directory_text)
    seen: Counter[str] = Counter()
    for start in range(0, MUTATIONS, BATCH):
        questions = [mutator.draw() for _ in range(min(BATCH, MUTATIONS - start))]
        answers = [judge_here(directory, question) for question in questions]
        others = judge_in_browser(agreement, signer.directory_text, questions)
        for question, answer, other in zip(questions, answers, others, strict=True):
            assert other == answer, question
        seen.update(answer["verdict"] for answer in answers)
    print(dict(seen))  # noqa: T201 - as above
    assert set(seen) == VERDICTS, "each must be drawn, or the agreement on it is not tested"
    assert seen["code_bad_signature"] > MUTATIONS // 5


class Mutator:
    """Draws questions that are almost genuine: most of a code stands, so that the later questions are reached too."""

    def __init__(self, draw: random.Random, signer: Signer) -> None:
        self._random, self._signer = draw, signer
        self._genuine = [self._make_genuine() for _ in range(40)]
        self._kinds: list[Callable[[bytes], str]] = [
            self._flip_anywhere,
            self._flip_anywhere,
            self._flip_past_the_cheap_questions,
            self._flip_past_the_cheap_questions,
            self._flip_past_the_cheap_questions,
            self._overwrite_header_byte,
            self._change_a_digit,
            self._change_the_text,
            self._change_the_kind,
        ]

    def draw(self) -> dict[str, Any]:
        draw = self._random
        if draw.random() < 0.03:
            code, at = self._make_genuine()
        else:
            code, at = draw.choice(self._genuine)
        digits = draw.choice(self._kinds)(code) if draw.random() < 0.97 else voucher_code.to_digits(code)
        if draw.random() < 0.1:
            at += timedelta(milliseconds=draw.choice([1, 1000, 30_000, 3_600_000]) * draw.randint(-130, 130))
        card = draw.choice([PERSON, PERSON, (PERSON[0], "王五试"), ("00000019900101019X", PERSON[1])])
        shown = draw.random() < 0.3
        return {
            "digits": digits,
            "at": key_directory.write_instant(at),
            "offline": draw.random() < 0.4,
            "id": card[0] if shown else None,
            "name_given": card[1] if shown else None,
        }

    def _make_genuine(self) -> tuple[bytes, datetime]:
        """A genuine code early in its session, whose chain is short, and a moment at which it is shown."""
        draw = self._random
        voucher_id = draw.choice([draw.getrandbits(63), -draw.getrandbits(63) - 1, REVOKED_VOUCHER])
        fields = {
            "kid": draw.choice(list(KIDS)),
            "flags": draw.randrange(8),
            "voucher_id": voucher_id,
            "programme_number": draw.getrandbits(24),
            "amount_yuan": draw.getrandbits(16),
        }
        if draw.random() < 0.25:
            header = self._signer.make_header(code_type=CodeType.STATIC, lifetime=draw.randint(1, 255), **fields)
            at = START + timedelta(seconds=draw.randrange(header.lifetime * 86400))
            return voucher_code.to_bytes(self._signer.print_code(header)), at
        session = self._signer.open_session(self._signer.make_header(lifetime=draw.choice([1, 2, 72]), **fields))
        step = draw.randrange(12)
        at = START + step * voucher_code.STEP + timedelta(milliseconds=draw.randrange(30_000))
        return voucher_code.to_bytes(session.code_of_step(step)), at

    def _flip_anywhere(self, code: bytes) -> str:
        return self._flip(code, range(len(code)))

    def _flip_past_the_cheap_questions(self, code: bytes) -> str:
        """In the voucher id, the programme, the amount, the holder tag, the chain value or the signature."""
        return self._flip(code, [*range(4, 15), *range(19, 24), *range(25, len(code))])

    def _flip(self, code: bytes, offsets: range | list[int]) -> str:
        flipped = bytearray(code)
        for _ in range(self._random.choice([1, 1, 1, 2, 5])):
            flipped[self._random.choice(offsets)] ^= 1 << self._random.randrange(8)
        return voucher_code.to_digits(bytes(flipped))

    def _overwrite_header_byte(self, code: bytes) -> str:
        """Also the step byte, and small numbers more often than their share."""
        offset, byte = self._random.randrange(25), self._random.choice([0, 1, 2, 3, 72, 73, 255, None])
        written = self._random.randrange(256) if byte is None else byte
        return voucher_code.to_digits(code[:offset] + bytes([written]) + code[offset + 1 :])

    def _change_a_digit(self, code: bytes) -> str:
        digits, place = voucher_code.to_digits(code), self._random.randrange(200)
        return digits[:place] + self._random.choice("0123456789") + digits[place + 1 :]

    def _change_the_text(self, code: bytes) -> str:
        """Characters that are no ASCII digits, lengths that are none, and numbers that overflow."""
        digits = voucher_code.to_digits(code)
        place = self._random.randrange(len(digits))
        put = self._random.choice(["", "0", "00", " ", "-", "+", "_", "e", ".", "a", "０", "٣", "²", "𝟘", "\x00"])
        return self._random.choice(
            [
                digits[:place] + put + digits[place + 1 :],
                digits[:place] + put + digits[place:],
                digits[:place],
                "9" + digits[1:],
                "9" * self._random.choice([63, 212, 253]),
                digits[:63],
                digits[:212],
            ]
        )

    def _change_the_kind(self, code: bytes) -> str:
        """Any first byte, and list codes, over the bytes of a code."""
        first = bytes([self._random.choice([self._random.randrange(256), 0b001_01_000 | self._random.randrange(8)])])
        listed = bytes([0b001_10_000 | self._random.randrange(8)]) + code[4:12] + code[24:41]
        return voucher_code.to_digits(self._random.choice([first + code[1:], listed]))


@pytest.mark.parametrize("kid", KIDS)
@pytest.mark.parametrize("hours", [1, 24, 72])
def test_python_accepts_what_the_javascript_phone_shows(agreement: Page, signer: Signer, kid: int, hours: int) -> None:
    header = signer.make_header(kid, lifetime=hours)
    fields = {
        "voucher": f"{header.voucher_id:016x}",
        "startMinute": header.start_minute,
        "lifetimeHours": header.lifetime,
    }
    phone = agreement.evaluate("fields => openSession(fields, null)", fields)
    assert len(bytes.fromhex(phone["y0"])) == chain.VALUE_LENGTH
    message = voucher_code.rotating_message(header.to_bytes(), bytes.fromhex(phone["anchor"]))
    signature = signer.sign(kid, message)
    steps = sorted({step for step in (0, 1, 63, 64, 119, 255, 256, 2879, hours * 120 - 1) if step < hours * 120})
    codes = show_codes(agreement, header, signature, [START + step * voucher_code.STEP for step in steps])
    directory = key_directory.load(signer.directory_text)
    for step, shown in zip(steps, codes, strict=True):
        at = START + step * voucher_code.STEP
        assert verify(shown["code"]["digits"], directory, at).step == step == shown["code"]["step"]
        assert datetime.fromtimestamp(shown["code"]["untilMs"] / 1000, UTC) == at + voucher_code.STEP


def show_codes(page: Page, header: Header, signature: bytes, moments: list[datetime]) -> list[dict[str, Any]]:
    codes: list[dict[str, Any]] = page.evaluate(
        "([header, signature, moments]) => codesAt(header, signature, moments)",
        [header.to_bytes().hex(), signature.hex(), [key_directory.write_instant(moment) for moment in moments]],
    )
    return codes


def test_both_phones_show_the_same_digits_from_the_same_secret(agreement: Page, signer: Signer) -> None:
    session = signer.open_session(signer.make_header(lifetime=2))
    fields = {"voucher": "0123456789abcdef", "startMinute": session.header.start_minute, "lifetimeHours": 2}
    phone = agreement.evaluate("([fields, y0]) => openSession(fields, y0)", [fields, session.y0.hex()])
    assert bytes.fromhex(phone["anchor"]) == session.anchor
    steps = range(session.header.steps)
    codes = show_codes(agreement, session.header, session.signature, [START + s * voucher_code.STEP for s in steps])
    assert [shown["code"]["digits"] for shown in codes] == [session.code_of_step(step) for step in steps]


def test_a_code_costs_at_most_sixty_three_hashes_and_the_next_one_none(agreement: Page, signer: Signer) -> None:
    session = signer.open_session(signer.make_header(lifetime=72))
    fields = {"voucher": "0123456789abcdef", "startMinute": session.header.start_minute, "lifetimeHours": 72}
    agreement.evaluate("([fields, y0]) => openSession(fields, y0)", [fields, session.y0.hex()])
    moments = [START + step * voucher_code.STEP for step in range(1000, 1400)]
    codes = show_codes(agreement, session.header, session.signature, moments)
    assert max(shown["hashes"] for shown in codes) == 63
    assert sum(shown["hashes"] > 0 for shown in codes) == len(moments) // 64 + 1
    assert sorted(shown["milliseconds"] for shown in codes)[len(codes) // 2] < 5


def test_the_phone_shows_nothing_outside_its_session(agreement: Page, signer: Signer) -> None:
    session = signer.open_session(signer.make_header())
    fields = {"voucher": "0123456789abcdef", "startMinute": session.header.start_minute, "lifetimeHours": 1}
    agreement.evaluate("([fields, y0]) => openSession(fields, y0)", [fields, session.y0.hex()])
    moments = [START - timedelta(milliseconds=1), START + timedelta(hours=1)]
    codes = show_codes(agreement, session.header, session.signature, moments)
    assert [shown["code"] for shown in codes] == [None, None]


def test_javascript_accepts_what_python_shows(agreement: Page, signer: Signer) -> None:
    questions = []
    for kid in KIDS:
        session = signer.open_session(signer.make_header(kid, lifetime=24))
        for step in (0, 1, 255, 256, 1440, 2879):
            at = key_directory.write_instant(START + step * voucher_code.STEP)
            digits = session.code_of_step(step)
            questions.append({"digits": digits, "at": at, "offline": False, "id": PERSON[0], "name_given": PERSON[1]})
    verdicts = judge_in_browser(agreement, signer.directory_text, questions)
    assert {(verdict["verdict"], verdict["holder"]) for verdict in verdicts} == {("ok", "match")}


def test_both_languages_write_every_character_of_a_name_alike(agreement: Page) -> None:
    assigned = [chr(code) for code in range(0x32000) if unicodedata.category(chr(code)) not in {"Cn", "Cs"}]
    names = [f"阿{character}试" for character in assigned]
    others = json.loads(agreement.evaluate("text => canonicalNames(text)", json.dumps(names)))
    differing = [
        f"U+{ord(character):04X}"
        for character, name, other in zip(assigned, names, others, strict=True)
        if holder_tag.canonical_name(name) != other
    ]
    assert differing == []


def test_both_languages_read_id_numbers_alike(agreement: Page) -> None:
    stem = "0000001990010100"
    numbers = [f"{stem}{serial}{check}" for serial in range(10) for check in "0123456789Xx"]
    edges = ["", " ", "0" * 17, "0" * 19, f"{stem}1８", "\ufeff" + PERSON[0], PERSON[0] + "\x1f", "\u3000" + PERSON[0]]
    others = json.loads(agreement.evaluate("text => canonicalIds(text)", json.dumps(numbers + edges)))
    assert others == [_canonical_id_or_none(number) for number in numbers + edges]
    assert sum(other is not None for other in others) >= 10


def _canonical_id_or_none(number: str) -> str | None:
    try:
        return holder_tag.canonical_id(number)
    except ValueError:
        return None


def test_a_rotating_code_cut_to_its_printed_half_is_refused_alike(agreement: Page, signer: Signer) -> None:
    """The two kinds are signed under different tags: one cannot be made from the other."""
    session = signer.open_session(signer.make_header())
    signed = session.header._replace(code_type=CodeType.STATIC)
    static = StaticCode(signed, signed.to_bytes(), session.signature)
    question = {
        "digits": voucher_code.to_digits(static.to_bytes()),
        "at": key_directory.write_instant(START),
        "offline": False,
        "id": None,
        "name_given": None,
    }
    [verdict] = judge_in_browser(agreement, signer.directory_text, [question])
    assert (
        verdict == judge_here(key_directory.load(signer.directory_text), question) == {"verdict": "code_bad_signature"}
    )
