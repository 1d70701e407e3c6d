"""A voucher's way as nodes: what is done and when, what is being done by whom and until when, and what comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

DONE, NOW, AHEAD, OVER = "done", "now", "ahead", "over"

WAY: Final = ("claimed", "redeemed", "completed", "certified", "valued", "publicised", "payable", "paid")
"""The states of a voucher that comes to be paid, in their order."""


@dataclass(frozen=True, slots=True)
class Step:
    """The words of one state: what was done, and while it is the next one: what to do, and whose turn it is."""

    done: str
    next: str
    whose: str


STEPS: Final[Mapping[str, Step]] = {
    "claimed": Step("领到培训券", "领取培训券", "您"),
    "redeemed": Step("到班用券", "自己选一个班，到班出示券码和身份证", "您"),
    "completed": Step("培训结业", "按时上课；结业由系统按签到记录核定", "您和培训机构"),
    "certified": Step("证书核验通过", "参加考核；机构录入证书，人社部门核验", "培训机构和人社部门"),
    "valued": Step("补贴定额，两人签字", "按标准核定补贴，两人审核签字", "人社部门"),
    "publicised": Step("开始公示", "公示不少于5个工作日", "人社部门"),
    "payable": Step("公示结束，等待拨付", "公示结束、没有异议后列入拨付", "人社部门"),
    "paid": Step("补贴已拨付", "财政部门确认并拨付", "财政部门"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """One node; `status` is one of DONE, NOW, AHEAD, OVER. The texts are Chinese and still to be translated."""

    state: str
    status: str
    title: str
    at: datetime | None = None
    whose: str = ""
    until: datetime | None = None


def nodes_of(voucher: Any, state: str, facts: Sequence[Any]) -> list[Node]:
    """Return the nodes of a voucher as it stands; one that ended early has an end and nothing ahead."""
    reached = _reached(facts)
    if state in WAY:
        here = WAY.index(state)
        done = [_done(passed, reached) for passed in WAY[: here + 1]]
        return done + [_ahead(coming, voucher, now=coming == WAY[here + 1]) for coming in WAY[here + 1 :]]
    if state == "offered":
        return [_ahead(coming, voucher, now=coming == "claimed") for coming in WAY]
    passed = [step for step in WAY if step in reached]
    ended_at = voucher.expires_at if state == "expired" and state not in reached else reached.get(state)
    return [*(_done(step, reached) for step in passed), Node(state, OVER, "", ended_at)]


def _reached(facts: Sequence[Any]) -> dict[str, datetime]:
    """When each state was last reached; a redemption that was undone was not reached."""
    reached: dict[str, datetime] = {}
    for fact in facts:
        if fact.to_state in WAY and fact.from_state in WAY and WAY.index(fact.to_state) < WAY.index(fact.from_state):
            later = WAY[WAY.index(fact.to_state) + 1 :]
            reached = {state: at for state, at in reached.items() if state not in later}
        else:
            reached[fact.to_state] = fact.recorded_at
    return reached


def _done(state: str, reached: Mapping[str, datetime]) -> Node:
    return Node(state, DONE, STEPS[state].done, reached.get(state))


def _ahead(state: str, voucher: Any, *, now: bool) -> Node:
    if not now:
        return Node(state, AHEAD, STEPS[state].done)
    until = {"claimed": voucher.expires_at, "redeemed": voucher.expires_at, "certified": voucher.certify_by}.get(state)
    return Node(state, NOW, STEPS[state].next, None, STEPS[state].whose, until)
