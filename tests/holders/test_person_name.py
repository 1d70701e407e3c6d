from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher_service.holders.errors import NameMalformed, PhoneMalformed
from voucher_service.holders.person_name import canonical_name, canonical_phone, has_private_use, skeleton

REAL_SHAPES = [
    "测甲",
    "示乙丙",
    "虚拟甲乙",
    "测〇甲",
    "阿测·示拉提",
    "测\u2022示丙",
    "测\U00020bb7甲",  # Extension B
    "测\U0002b740\U0002b820",  # D, E
    "测\U0002ceb0\U00030edd\U000323af",  # F, G, H
    "葛\U000e0100测",  # variation sequences
    "辻\ufe00测",
    "测\uf92c\uf9f1",  # compatibility ideographs of GBK, which NFC would rewrite
    "测\u2f2f\u2e81",  # radicals
    "测\ue000",  # private use
    "CESHI YANGBEN",
    "Céšhi",
    "测\u3000甲",
    "测" * 50,
    "阿·测",
]


@pytest.mark.parametrize("name", REAL_SHAPES)
def test_names_are_stored_exactly_as_written(name: str) -> None:
    assert canonical_name(name) == name
    assert canonical_name(f" \u3000{name} ") == name


def test_every_ideograph_that_gb18030_writes_survives_unchanged() -> None:
    blocks = [
        (0x3400, 0x4DC0),
        (0x4E00, 0xA000),
        (0xF900, 0xFA6E),
        (0x20000, 0x2A6E0),
        (0x2A700, 0x2EBE1),
        (0x30000, 0x323B0),
    ]
    for start, end in blocks:
        for first in range(start, end, 40):
            name = "".join(map(chr, range(first, min(first + 40, end)))).ljust(2, "测")
            assert canonical_name(name) == name


def test_decomposed_latin_letters_are_composed() -> None:
    assert canonical_name("Ce\u0301shi") == "C\u00e9shi"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "测",
        "测" * 51,
        "测1甲",
        "测１甲",
        "测①",
        "<b>测甲</b>",
        "=测甲()",
        "测甲'",
        "测;甲",
        "测甲\n",
        "测\t甲",
        "测\x00甲",
        "测\u200b甲",
        "测\u200d甲",
        "测\u202e甲",
        "测\u2066甲",
        "测\ufeff甲",
        "测\u00ad甲",
        "测\u3164甲",  # a filler that Unicode calls a letter
        "测甲\u0301",
        "Z" + "\u0335" * 40 + "z",
        "葛\U000e0100\U000e0101测",
        "\U000e0100测甲",
        "A\ufe00b",
        "·测甲",
        "测甲·",
        "测··甲",
        "测  甲",
        "测😀",
        "测\ud800甲",
        "测\U0002ffff甲",
        "測_甲",
        "{{测甲}}",
        "--",
    ],
)
def test_what_is_in_no_name_is_refused(text: str) -> None:
    with pytest.raises(NameMalformed) as refused:
        canonical_name(text)
    assert refused.value.figures == {}


@given(st.text(max_size=80))
def test_an_accepted_name_is_stable_and_any_other_text_is_a_refusal(text: str) -> None:
    try:
        name = canonical_name(text)
    except NameMalformed:
        return
    assert canonical_name(name) == name
    assert skeleton(skeleton(name)) == skeleton(name)


def seconds_to_refuse(pairs: int) -> float:
    began = time.process_time()
    with pytest.raises(NameMalformed):
        canonical_name("测·" * pairs + "1")
    return time.process_time() - began


def test_a_hostile_length_is_judged_in_linear_time() -> None:
    """Ten times as long a name may take ten times as long, and some; squared it would be a hundred times."""
    short = min(seconds_to_refuse(10_000) for _ in range(5))
    assert min(seconds_to_refuse(100_000) for _ in range(3)) < 50 * short


@pytest.mark.parametrize("dot", "\u00b7\u2022\u2027\u30fb\uff65.\uff0e")
def test_every_middle_dot_compares_equal(dot: str) -> None:
    assert skeleton(canonical_name(f"阿测{dot}示拉")) == "阿测\u00b7示拉"


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        ("测\u2f2f", "测工"),
        ("测\uf92c", "测郎"),
        ("测 甲", "测甲"),
        ("测\u3000甲", "测甲"),
        ("葛\U000e0100测", "葛测"),
        ("\uff23\uff45shi", "Ceshi"),
    ],
)
def test_spellings_of_one_name_share_a_skeleton(written: str, same_as: str) -> None:
    assert skeleton(written) == skeleton(same_as)


def test_different_people_keep_different_skeletons() -> None:
    assert len({skeleton(name) for name in ("测吉", "测\U00020bb7", "测·吉", "样吉")}) == 4


def test_private_use_characters_are_flagged() -> None:
    assert has_private_use("测\ue000")
    assert has_private_use("测\U000f0000")
    assert not any(has_private_use(name) for name in ("测甲", "测\U00020bb7", "阿测·示"))


@pytest.mark.parametrize(
    "typed",
    [
        "16400000001",
        " 164 0000 0001 ",
        "164-0000-0001",
        "+86 16400000001",
        "008616400000001",
        "8616400000001",
        "１６４０００００００１",
    ],
)
def test_a_mobile_number_is_read_from_how_people_write_it(typed: str) -> None:
    assert canonical_phone(typed) == "16400000001"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1640000000",
        "164000000011",
        "12400000001",
        "06400000001",
        "+8516400000001",
        "٠١٦٤٠٠٠٠٠٠٠١",
        "16400000001;",
        "0398-1640000",
    ],
)
def test_anything_else_is_no_mobile_number(text: str) -> None:
    with pytest.raises(PhoneMalformed) as refused:
        canonical_phone(text)
    assert refused.value.figures == {}
