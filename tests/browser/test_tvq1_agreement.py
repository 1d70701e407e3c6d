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

from tests.browser.drawn_codes import KIDS, PERSON, START, Mutator, Signer
from tests.browser.old_browser import BEFORE_ED25519
from tests.golden.verdicts import VERDICTS
from voucher_service.signing import chain, holder_tag, key_directory, voucher_code
from voucher_service.signing.verification import judge, verify
from voucher_service.signing.voucher_code import CodeType, Header, StaticCode

if TYPE_CHECKING:
    from playwright.sync_api import Page

MUTATIONS = int(os.environ.get("MUTATIONS", "100000"))
BATCH = 5000
GOLDEN = Path(__file__).parents[1] / "golden" / "vectors.json"


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@pytest.fixture
def agreement(request: pytest.FixtureRequest, page: Page, script_site: str) -> Page:
    if getattr(request, "param", "new") == "old":
        page.add_init_script(BEFORE_ED25519)
    page.goto(f"{script_site}/agreement.html")
    page.wait_for_function("() => globalThis.ready")
    return page


def judge_in_browser(page: Page, directory_text: str, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    page.evaluate("text => useDirectory(text)", directory_text)
    verdicts: list[dict[str, Any]] = json.loads(page.evaluate("text => judge(text)", json.dumps(questions)))
    return verdicts


def judge_here(directory: key_directory.KeyDirectory, question: dict[str, Any]) -> dict[str, Any]:
    at = key_directory.read_instant(question["at"])
    return judge(
        question["digits"], directory, at, question["offline"], id_number=question["id"], name=question["name_given"]
    )


in_old_and_new_browsers = pytest.mark.parametrize("agreement", ["new", "old"], indirect=True)


@in_old_and_new_browsers
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
    agree_on_mutated_codes(agreement, signer, MUTATIONS)


@pytest.mark.parametrize("agreement", ["old"], indirect=True)
@pytest.mark.timeout(120 + MUTATIONS // 500)
def test_a_browser_from_before_ed25519_agrees_too(agreement: Page, signer: Signer) -> None:
    agree_on_mutated_codes(agreement, signer, MUTATIONS // 20)


def agree_on_mutated_codes(agreement: Page, signer: Signer, count: int) -> None:
    seed = int(os.environ.get("MUTATION_SEED", secrets.randbits(32)))
    print(f"MUTATION_SEED={seed} MUTATIONS={MUTATIONS}")  # noqa: T201 - shown when the test fails
    mutator = Mutator(random.Random(seed), signer)  # noqa: S311 - mutations, not secrets
    directory = key_directory.load(signer.directory_text)
    seen: Counter[str] = Counter()
    for start in range(0, count, BATCH):
        questions = [mutator.draw() for _ in range(min(BATCH, count - start))]
        answers = [judge_here(directory, question) for question in questions]
        others = judge_in_browser(agreement, signer.directory_text, questions)
        for question, answer, other in zip(questions, answers, others, strict=True):
            assert other == answer, question
        seen.update(answer["verdict"] for answer in answers)
    print(dict(seen))  # noqa: T201 - as above
    assert set(seen) == VERDICTS, "each must be drawn, or the agreement on it is not tested"
    assert seen["code_bad_signature"] > count // 5


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
