"""What supervision decides: head-counts, recordings, online lessons and satisfaction. Pure; numbers are told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from voucher_service.calendar import add_months, local_date
from voucher_service.rulebook import decides
from voucher_service.supervision.errors import (
    ClassLostSubsidy,
    ClassNotInspected,
    InspectionPlacesFilled,
    OnlineNotRecognised,
    PayableReached,
    RecordingsMissing,
    RepairNotOver,
    SurveyTooFewAnswers,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

FIRST_DAY, MID_COURSE, UNANNOUNCED = "first_day", "mid_course", "unannounced"
KINDS: Final = (FIRST_DAY, MID_COURSE, UNANNOUNCED)
PLACES: Final = {FIRST_DAY: 1, MID_COURSE: 2}
"""How many checks of a kind the form of annex 3 has places for."""

COUNTS, OUTSIDE_DAYS, OUTSIDE_SESSIONS = "counts", "outside_days", "outside_sessions"

FAULTS: Final = ("fast_forward", "several_windows", "no_popup", "no_liveness", "out_of_order", "no_photo")
"""The six of 三(二), in its order."""
UNLISTED, UNREPORTED = "unlisted_platform", "unreported"

OF_OLDER_PACKS: Final = {"satisfied_score_min": 4, "survey_answers_min_permille": 300}
"""What counts where a rule pack is older than the number."""

TOTALS_FROM: Final = 5
"""So many answers hide each single one; below that an institution sees no total before the round is closed."""


class Span(Protocol):
    starts_at: datetime
    ends_at: datetime


class Checked(NamedTuple):
    """One check that counts: its kind, and how many were present."""

    kind: str
    present: int


class Checks(NamedTuple):
    """What a class's head-count rests on: visits, and how many were present on each effective recording."""

    visits: Sequence[Checked]
    videos: Sequence[int]

    @property
    def counted(self) -> Sequence[int]:
        """The head-counts during the training; where nobody came then, those on recordings, or on the first day."""
        during = [visit.present for visit in self.visits if visit.kind != FIRST_DAY]
        return during or self.videos or [visit.present for visit in self.visits]


def standing(inspected_at: datetime, kind: str, sessions: Sequence[Span], *, days: tuple[date, date]) -> str:
    """Say whether a visit counts: within the class's days and during a session, on the first day for a first-day check.

    `days` are the class's first and last.
    """
    day = local_date(inspected_at)
    first_day = local_date(sessions[0].starts_at) if sessions else days[0]
    if not days[0] <= day <= days[1] or (kind == FIRST_DAY and day != first_day):
        return OUTSIDE_DAYS
    during = any(session.starts_at <= inspected_at <= session.ends_at for session in sessions)
    return COUNTS if during else OUTSIDE_SESSIONS


def require_place(kind: str, made: int) -> None:
    """Let pass one more check of a kind while the form has a place. Refuses with InspectionPlacesFilled. Annex 3."""
    if made >= (places := PLACES.get(kind, made + 1)):
        raise InspectionPlacesFilled(made=made, places=places)


@decides("R18a", "R15")
def require_inspected(checks: Checks, *, inspections_min: int) -> None:
    """Let pass a class with enough visits, or effective recordings in their place. Refuses with ClassNotInspected.

    Source: 二(三)2, and 二(三)1 for the recordings.
    """
    if len(checks.visits) + len(checks.videos) < inspections_min:
        raise ClassNotInspected(
            inspections=len(checks.visits), videos=len(checks.videos), inspections_min=inspections_min
        )


def opening_head_count(checks: Checks) -> int | None:
    """Return how many were present on the first day, by the first-day check; None without one. 二(三)1."""
    return next((visit.present for visit in checks.visits if visit.kind == FIRST_DAY), None)


def training_head_count(checks: Checks) -> int | None:
    """Return the average present, rounded down by whole division: 27.9 is 27; None without a check. 二(三)1."""
    return sum(checks.counted) // len(checks.counted) if checks.counted else None


@decides("R14")
def require_payable(valued: int, checks: Checks) -> None:
    """Let pass one more certificate of a class while fewer than the average present have a value.

    Refuses with PayableReached. Source: 二(三)1.
    """
    payable = training_head_count(checks)
    if payable is not None and valued >= payable:
        raise PayableReached(checks=len(checks.counted), payable=payable, valued=valued, next=valued + 1)


@decides("R18b")
def require_recorded(unrecorded: Sequence[int]) -> None:
    """Let pass a class each session of which has a recording. Refuses with RecordingsMissing. Source: 二(三)2."""
    if unrecorded:
        raise RecordingsMissing(sessions=len(unrecorded), first=min(unrecorded))


@decides("R18c")
def unfilmed_minutes(session: Span, films: Iterable[Span]) -> int:
    """Return the minutes of a theory session that no recording shows, begun ones included. Source: 二(三)2."""
    shown = sum((end - start for start, end in _stretches(session, films)), timedelta())
    return -(-(session.ends_at - session.starts_at - shown) // timedelta(minutes=1))


def lessons_of(session: Span, lesson_minutes: int) -> int:
    """Return how many whole lessons a session has time for, and at least one."""
    return max(1, (session.ends_at - session.starts_at) // timedelta(minutes=lesson_minutes))


@decides("R18c")
def short_lessons(session: Span, films: Iterable[Span], *, lesson_minutes: int, minutes_min: int) -> int:
    """Return how many lessons of a practical session have no unbroken recording of `minutes_min`. Source: 二(三)2.

    A session is as many lessons as it has time for, of one length each.
    """
    length, lessons = session.ends_at - session.starts_at, lessons_of(session, lesson_minutes)
    stretches = _stretches(session, films)
    return sum(
        not any(
            min(end, session.starts_at + length * (number + 1) // lessons)
            - max(start, session.starts_at + length * number // lessons)
            >= timedelta(minutes=minutes_min)
            for start, end in stretches
        )
        for number in range(lessons)
    )


def _stretches(session: Span, films: Iterable[Span]) -> list[tuple[datetime, datetime]]:
    """The parts of a session that are filmed without a break, in order."""
    stretches: list[tuple[datetime, datetime]] = []
    for film in sorted(films, key=lambda film: film.starts_at):
        start, end = max(film.starts_at, session.starts_at), min(film.ends_at, session.ends_at)
        if start >= end:
            continue
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((start, end))
    return stretches


@decides("R18d")
def loses_subsidy(incomplete: int, *, strikes: int) -> bool:
    """Whether so many recordings that do not show everyone cost a class its subsidy. Source: 二(三)2."""
    return incomplete >= strikes


@decides("R18d")
def require_subsidised(state: str, incomplete: int, *, strikes: int) -> None:
    """Let pass a class that has not lost its subsidy. Refuses with ClassLostSubsidy. Source: 二(三)2."""
    if state == "disqualified" or loses_subsidy(incomplete, strikes=strikes):
        raise ClassLostSubsidy(incomplete=incomplete, strikes=strikes)


@decides("R18e")
def kept_until(recorded_on: date, *, years: int) -> date:
    """Return the last day on which a recording must still be there; 29 February ends on the 28th. Source: 二(三)2."""
    return add_months(recorded_on, 12 * years)


class OnlineReport(NamedTuple):
    """What a platform says of one session: the figures that its six duties are judged by.

    `photos` counts the lessons with a photo taken at random.
    """

    session_no: int
    platform: str
    fast_forwards: int
    windows_max: int
    longest_seconds_without_popup: int
    liveness_checks: int
    out_of_order: int
    photos: int


@decides("R18h")
def faults_in(report: OnlineReport, *, lessons: int, popup_minutes_max: int) -> dict[str, int]:
    """Return each of the six faults that a report on so many lessons shows, with its figure. Source: 三(二)."""
    silence = report.longest_seconds_without_popup
    found = {
        "fast_forward": (report.fast_forwards > 0, report.fast_forwards),
        "several_windows": (report.windows_max > 1, report.windows_max),
        "no_popup": (silence > popup_minutes_max * 60, silence),
        "no_liveness": (report.liveness_checks == 0, report.liveness_checks),
        "out_of_order": (report.out_of_order > 0, report.out_of_order),
        "no_photo": (report.photos < lessons, report.photos),
    }
    return {fault: figure for fault, (there, figure) in found.items() if there}


@decides("R18h")
def reasons_against(platform: str, reported: Sequence[Mapping[str, object]], listed: Collection[str]) -> list[str]:
    """Say why an online session is not recognised; nothing if it is. `reported` are the latest records' faults."""
    if not reported:
        return [UNREPORTED]
    unlisted = [] if platform in listed else [UNLISTED]
    return unlisted + [fault for fault in FAULTS if any(fault in faults for faults in reported)]


@decides("R18h")
def require_recognised(
    attended: Collection[int], unrecognised: Collection[int], held: int, *, permille_min: int
) -> None:
    """Let pass a trainee who attended enough without the sessions that do not count. Refuses with OnlineNotRecognised.

    Source: 三(二).
    """
    permille = len(set(attended) - set(unrecognised)) * 1000 // held if held else 0
    if unrecognised and permille < permille_min:
        raise OnlineNotRecognised(
            unrecognised=len(unrecognised),
            attended=len(attended),
            held=held,
            permille=permille,
            permille_min=permille_min,
        )


class Tally(NamedTuple):
    """A round of the survey so far."""

    answers: int
    satisfied: int

    @property
    def permille(self) -> int:
        """The satisfied in thousandths of those who answered, rounded down for showing; 0 of nobody."""
        return self.satisfied * 1000 // self.answers if self.answers else 0


def answers_needed(completed: int, *, permille_min: int) -> int:
    """Return how many answers close a round: the share of those who completed, rounded up, and never fewer than one."""
    return max(1, -(-completed * permille_min // 1000))


@decides("S18")
def require_answers(tally: Tally, completed: int, round_no: int, *, permille_min: int) -> None:
    """Let a round with enough answers close. Refuses with SurveyTooFewAnswers."""
    needed = answers_needed(completed, permille_min=permille_min)
    if tally.answers < needed:
        raise SurveyTooFewAnswers(round_no=round_no, answers=tally.answers, completed=completed, answers_needed=needed)


@decides("R18g")
def satisfies(tally: Tally, *, permille_min: int) -> bool:
    """Whether enough are satisfied, compared without rounding. Source: 二(三)2."""
    return tally.satisfied * 1000 >= tally.answers * permille_min


def repaired_from(closed_on: date, *, months: int) -> date:
    """Return the first day after a repair: the same day of a later month, or that month's last. Source: 二(三)2."""
    return add_months(closed_on, months)


@decides("R18g")
def require_repaired(repair_until: date, today: date, *, months: int) -> None:
    """Let the next round open when the repair is over. Refuses with RepairNotOver. Source: 二(三)2."""
    if today < repair_until:
        raise RepairNotOver(months=months, today=today.isoformat(), repair_until=repair_until.isoformat())
