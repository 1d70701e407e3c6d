"""What a new rule pack would change: which open classes would be judged differently, with the figures of both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from voucher_service.classes.judging import case_of, explained, plan_of
from voucher_service.classes.models import TrainingClass
from voucher_service.classes.rules import preflight
from voucher_service.database import db
from voucher_service.programmes import service as programmes

OPEN_STATES: Final = ("draft", "submitted", "industry_approved", "approved", "in_session")
CLASSES_MAX: Final = 5_000
"""More open classes than the city has ever had; a preview of more names the first of them."""


class Change(NamedTuple):
    """One rule's answer about one class, with the numbers that it keeps and with the new ones."""

    training_class: TrainingClass
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def takes_effect(self) -> bool:
        """A draft is judged by the pack of its submission; what is submitted keeps its own."""
        return self.training_class.state == "draft"


class Preview(NamedTuple):
    """`numbers` are those that differ from the pack in force, key → (now, then)."""

    numbers: Mapping[str, tuple[int | None, int]]
    classes_looked_at: int
    changes: list[Change]


def preview(numbers: Mapping[str, int], pack_in_force: int) -> Preview:
    """Judge every open class by its own pack and by `numbers`; keep what comes out differently."""
    current = programmes.rule_numbers(pack_in_force)
    still_open = select(TrainingClass).where(TrainingClass.state.in_(OPEN_STATES)).order_by(TrainingClass.class_id)
    looked_at = db.session.scalars(still_open.limit(CLASSES_MAX)).all()
    return Preview(
        numbers={key: (current.get(key), value) for key, value in numbers.items() if current.get(key) != value},
        classes_looked_at=len(looked_at),
        changes=[change for found in looked_at for change in _changes(found, numbers)],
    )


def _changes(found: TrainingClass, numbers: Mapping[str, int]) -> list[Change]:
    plan, own = plan_of(case_of(found)), programmes.rule_numbers(found.rule_pack_id)
    return [
        Change(found, explained(before), explained(after))
        for before, after in zip(preflight(plan, own), preflight(plan, numbers), strict=True)
        if before.outcome is not after.outcome
    ]


def preview_of(document: programmes.PackDocument, today: date) -> dict[str, Any]:
    """Preview a pack as it is shown. Refuses with PackNumbersWrong, RulePackMissing."""
    programmes.require_sound_pack(document)
    found = preview(document.numbers, programmes.rule_pack_in_force(today))
    return {
        "numbers": [{"key": key, "now": now, "then": then} for key, (now, then) in found.numbers.items()],
        "classes_looked_at": found.classes_looked_at,
        "changes": found.changes,
    }
