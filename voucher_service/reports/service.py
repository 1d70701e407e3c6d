"""The bureau's funnel against its targets, exact at every instant and as cheap as the roll-ups are small."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from voucher_service.database import db
from voucher_service.ledger.counts import counts
from voucher_service.programmes.models import Allotment, Programme
from voucher_service.redemptions.models import RefusedScan
from voucher_service.reports.rules import DEFINITIONS, FUNNEL, SPLIT_NOTE, funnel, total


def funnel_report(programme_id: int) -> dict[str, Any]:
    """Return the funnel of one programme by region and by month, beside its targets, with the definition used."""
    programme = db.session.get_one(Programme, programme_id)
    cells = funnel(count for count in counts() if count.programme_id == programme_id)
    allotments = db.session.scalars(
        select(Allotment).where(Allotment.programme_id == programme_id).order_by(Allotment.region_id)
    )
    months = sorted({cell.month for cell in cells})
    return {
        "programme_id": programme_id,
        "programme": programme.name,
        "definition": DEFINITIONS["certified"],
        "split_note": SPLIT_NOTE,
        "target_issued": programme.target_issued,
        "target_used": programme.target_used,
        "total": {stage: total(cells, stage) for stage in FUNNEL},
        "regions": [
            {
                "region_id": allotment.region_id,
                "quota": allotment.quota,
                "target_used": allotment.target_used,
                "reached": {stage: total(cells, stage, allotment.region_id) for stage in FUNNEL},
            }
            for allotment in allotments
        ],
        "months": [
            {
                "month": month,
                "reached": {
                    stage: sum(n for cell, n in cells.items() if cell.month == month and cell.stage == stage)
                    for stage in FUNNEL
                },
            }
            for month in months
        ],
    }


def refusals_by_reason() -> dict[str, int]:
    """Return how many scans were refused for each reason."""
    scans = func.count().label("scans")
    query = select(RefusedScan.reason, scans).group_by(RefusedScan.reason).order_by(RefusedScan.reason)
    return {row.reason: row.scans for row in db.session.execute(query)}
