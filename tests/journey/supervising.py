"""What a city does beside a class so that its certificates are worth something: inspects, films, and asks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from voucher_service.classes import service as classes
from voucher_service.identifiers import from_hex

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.journey.city import Town, Worker


UNAUTHENTICATED = 401


def address(class_id: str) -> str:
    return f"/api/v1/supervision/classes/{class_id}"


def bureau_token(town: Town, login_name: str = "bureau-clerk") -> str:
    """A session of today, which nobody finds in the town's drawer on another day: by then it is over."""
    town.tokens.pop(login_name, None)
    town.staff_token(login_name)
    return town.tokens.pop(login_name)


def visit(town: Town, present: int, **changes: Any) -> dict[str, Any]:
    """An inspection as it is written down on the spot, with changes."""
    return {
        "kind": "first_day",
        "inspected_at": town.clock.now().isoformat(),
        "place": "示例教室",
        "teachers": 2,
        "present": present,
        "photo": "示例照片/1",
        "photo_sha256": "ab" * 32,
        **changes,
    }


def inspect(town: Town, class_id: str, present: int, who: str = "bureau-clerk", **changes: Any) -> Any:
    path = f"{address(class_id)}/inspections"
    return town.post(path, bureau_token(town, who), visit(town, present, **changes))


def films(town: Town, region_id: int, class_id: str) -> list[dict[str, Any]]:
    """One recording of each session of a class, from its first minute to its last."""
    with town.app.app_context():
        held = classes.sessions(classes.get(region_id, from_hex(class_id)))
        return [
            {
                "session_no": session.session_no,
                "reference": f"示例录像/{class_id}/{session.session_no}",
                "sha256": hashlib.sha256(f"{class_id}/{session.session_no}".encode()).hexdigest(),
                "starts_at": session.starts_at.isoformat(),
                "ends_at": session.ends_at.isoformat(),
            }
            for session in held
        ]


def film(town: Town, class_id: str, clerk: str, recordings: Sequence[dict[str, Any]]) -> Any:
    return town.post(f"{address(class_id)}/recordings", clerk, {"recordings": list(recordings)})


def answer(worker: Worker, score: int = 5, **changes: Any) -> Any:
    """A worker rates the class from a session of today."""
    path = f"/api/v1/supervision/vouchers/{worker.voucher}/answers"
    said = worker.town.post(path, worker.token, {"score": score, **changes})
    if said.status_code != UNAUTHENTICATED:
        return said
    return worker.town.post(path, worker.log_in().token, {"score": score, **changes})


def close_survey(town: Town, class_id: str, clerk: str) -> Any:
    return town.post(f"{address(class_id)}/survey/close", clerk, {})


def ask(town: Town, class_id: str, clerk: str, workers: Iterable[Worker]) -> None:
    """Everybody is satisfied, and the round is closed."""
    for worker in workers:
        assert answer(worker).status_code == 201
    closed = close_survey(town, class_id, clerk)
    assert closed.status_code == 201, closed.text
