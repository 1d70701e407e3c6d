"""Whatever is done to a genuine code, nothing but the code itself is accepted.

MUTATIONS sets how many are tried; MUTATION_SEED draws others.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Literal, NamedTuple

from tests.golden.drawing import digits_of, make_directory, make_header, moment_of, open_session, static_code
from tests.golden.refused import ED25519_L
from voucher_service.signing import verification, voucher_code
from voucher_service.signing.chain import SeenChains
from voucher_service.signing.errors import CodeRefusal
from voucher_service.signing.suites import P256_ORDER
from voucher_service.signing.voucher_code import CodeType

MUTATIONS = int(os.environ.get("MUTATIONS", "100000"))
SEED = int(os.environ.get("MUTATION_SEED", "1"))
STEP = 3
AT = moment_of(STEP)
DIRECTORY = make_directory()
FIELDS = (0, 1, 2, 4, 12, 15, 18, 19, 21, 24, 25, 41, 73)
"""Where the fields of a rotating code begin."""


def make_genuine() -> list[bytes]:
    """Codes of both suites and types, and of two neighbouring steps, all acceptable at the same moment."""
    rotating = [
        voucher_code.to_bytes(open_session(make_header(kid=kid, voucher_id=voucher_id)).code_of_step(step))
        for kid in (1, 3)
        for voucher_id in (1, -2)
        for step in (STEP, STEP + 1)
    ]
    return rotating + [static_code(make_header(CodeType.STATIC, kid=kid)) for kid in (1, 3)]


class Mutations(NamedTuple):
    draw: random.Random
    genuine: list[bytes]

    def next(self) -> str:
        kinds: list[Callable[[bytes], str]] = [
            self.flip,
            self.flip,
            self.flip,
            self.overwrite,
            self.splice,
            self.splice,
            self.add,
            self.digits,
            self.text,
        ]
        return self.draw.choice(kinds)(self.draw.choice(self.genuine))

    def flip(self, code: bytes) -> str:
        """One to three bits anywhere."""
        flipped = bytearray(code)
        for _ in range(self.draw.randint(1, 3)):
            flipped[self.draw.randrange(len(code))] ^= 1 << self.draw.randrange(8)
        return digits_of(bytes(flipped))

    def overwrite(self, code: bytes) -> str:
        """A run of bytes with others, or with zeros."""
        start = self.draw.randrange(len(code))
        length = self.draw.randint(1, len(code) - start)
        new = self.draw.choice([bytes(length), self.draw.randbytes(length)])
        return digits_of(code[:start] + new + code[start + length :])

    def splice(self, code: bytes) -> str:
        """A field from another genuine code, for instance its step, its chain value or its signature."""
        other = self.draw.choice([one for one in self.genuine if len(one) == len(code)])
        start, end = sorted(self.draw.sample([*FIELDS, len(code)], 2))
        return digits_of(code[:start] + other[start:end] + code[end:])

    def add(self, code: bytes) -> str:
        """The same signature modulo its group's order, and other arithmetic on its second half."""
        end: Literal["little", "big"] = self.draw.choice(["little", "big"])
        order = self.draw.choice([ED25519_L, P256_ORDER, 1])
        value = int.from_bytes(code[-32:], end)
        moved = self.draw.choice([value + order, order - value, -value]) % 2**256
        return digits_of(code[:-32] + moved.to_bytes(32, end))

    def digits(self, code: bytes) -> str:
        """Digits that change places."""
        digits = list(digits_of(code))
        one, two = self.draw.sample(range(len(digits)), 2)
        digits[one], digits[two] = digits[two], digits[one]
        return "".join(digits)

    def text(self, code: bytes) -> str:
        """A character more, less, or other."""
        digits, at = digits_of(code), self.draw.randrange(212)
        other = self.draw.choice(["", "0", "9", " ", "\n", "\uff11", "\u0661", "-", "\x00", "\u00b2"])
        return digits[:at] + other + digits[at + self.draw.randint(0, 1) :]


def verdict_of(digits: str, seen: SeenChains | None) -> str:
    try:
        verification.verify(digits, DIRECTORY, AT, verification.OFFLINE_WINDOW, seen)
    except CodeRefusal as refusal:
        return refusal.code
    return "ok"


def test_no_mutation_is_accepted() -> None:
    genuine = make_genuine()
    seen = SeenChains()
    known = {digits_of(code) for code in genuine}
    assert {verdict_of(digits, seen) for digits in known} == {"ok"}
    mutations = Mutations(random.Random(SEED), genuine)  # noqa: S311 - a test that can be repeated
    verdicts: Counter[str] = Counter()
    while verdicts.total() < MUTATIONS:
        digits = mutations.next()
        if digits not in known:
            verdicts[verdict_of(digits, mutations.draw.choice([seen, None]))] += 1
            assert not verdicts["ok"], digits
    assert verdicts["code_bad_signature"] > MUTATIONS * 0.4
    assert {verdict_of(digits, seen) for digits in known} == {"ok"}
