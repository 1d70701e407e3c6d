"""The law of moves: every way in which a voucher may pass from one state to the next, and what it does to money.

Source: the life of a voucher, 二(五). The table is data in the database too (`state_rule`), where a foreign key
keeps every fact inside it.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Money = Literal["none", "reserve", "post", "void", "release"]
"""What a move does to the budget: promise, turn a promise into a debt, take a promise back, take a debt back."""

NOTHING: Final = "none"
"""The state before the first fact."""

STATES: Final = (
    NOTHING,
    "offered",
    "claimed",
    "redeemed",
    "completed",
    "certified",
    "valued",
    "publicised",
    "payable",
    "paid",
    "expired",
    "returned",
    "voided",
    "forfeited",
    "rejected",
    "revoked",
    "recovered",
)
"""In the order of their code numbers in a sealed leaf; append only."""

LIVE: Final = ("offered", "claimed", "redeemed", "completed", "certified", "valued", "publicised", "payable")
ENDED: Final = ("paid", "expired", "returned", "voided", "forfeited", "rejected", "revoked", "recovered")
IN_HAND: Final = ("offered", "claimed", "redeemed")
"""The holder still has it to use or is in training with it."""


class Move(NamedTuple):
    number: int
    kind: str
    from_state: str
    to_state: str
    money: Money = "none"


MOVES: Final = (
    Move(1, "VoucherOffered", NOTHING, "offered"),
    Move(2, "VoucherClaimed", NOTHING, "claimed"),
    Move(3, "VoucherClaimed", "offered", "claimed"),
    Move(4, "VoucherReturned", "claimed", "returned"),
    Move(5, "VoucherRedeemed", "claimed", "redeemed", "reserve"),
    Move(6, "RedemptionUndone", "redeemed", "claimed", "void"),
    Move(7, "RedemptionGivenBack", "redeemed", "claimed", "void"),
    Move(8, "TrainingCompleted", "redeemed", "completed"),
    Move(9, "VoucherCertified", "completed", "certified", "post"),
    Move(10, "VoucherValued", "certified", "valued"),
    Move(11, "VoucherPublicised", "valued", "publicised"),
    Move(12, "ObjectionUpheld", "publicised", "certified"),
    Move(13, "VoucherReleased", "publicised", "payable"),
    Move(14, "VoucherPaid", "payable", "paid"),
    Move(15, "VoucherExpired", "offered", "expired"),
    Move(16, "VoucherExpired", "claimed", "expired"),
    Move(17, "VoucherVoided", "offered", "voided"),
    Move(18, "VoucherVoided", "claimed", "voided"),
    Move(19, "VoucherForfeited", "redeemed", "forfeited", "void"),
    Move(20, "VoucherForfeited", "completed", "forfeited", "void"),
    Move(21, "VoucherRejected", "certified", "rejected", "release"),
    Move(22, "VoucherRejected", "valued", "rejected", "release"),
    Move(23, "VoucherRejected", "publicised", "rejected", "release"),
    Move(24, "VoucherRevoked", "redeemed", "revoked", "void"),
    Move(25, "VoucherRevoked", "completed", "revoked", "void"),
    Move(26, "VoucherRevoked", "certified", "revoked", "release"),
    Move(27, "VoucherRevoked", "valued", "revoked", "release"),
    Move(28, "VoucherRevoked", "publicised", "revoked", "release"),
    Move(29, "VoucherRevoked", "payable", "revoked", "release"),
    Move(30, "VoucherRecovered", "paid", "recovered", "release"),
)

_BY_STEP: Final = {(move.kind, move.from_state, move.to_state): move for move in MOVES}
STATE_NUMBER: Final = {state: number for number, state in enumerate(STATES)}


def move_of(kind: str, from_state: str, to_state: str) -> Move:
    """Return the lawful move; raises KeyError when there is none."""
    return _BY_STEP[kind, from_state, to_state]
