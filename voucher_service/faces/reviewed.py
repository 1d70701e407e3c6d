"""The bureau's page of one class: what it proposes, what was signed and ruled, and what the caller may do about it."""

from __future__ import annotations

from typing import Final

from flask import render_template, request

from voucher_service.classes import service as classes
from voucher_service.errors import Refusal
from voucher_service.faces import forms, training
from voucher_service.faces.named import class_named
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.reports import service as reports
from voucher_service.supervision import service as supervision
from voucher_service.web.access import BUREAU, INDUSTRY_REVIEWER, caller

DUE: Final = {"submitted": "industry", "industry_approved": "bureau"}
"""State → whose opinion it waits for."""
SIGNERS: Final = {"industry": (INDUSTRY_REVIEWER,), "bureau": BUREAU}


def class_page(text: str, refusal: Refusal | None = None) -> str:
    """Show a class that is named in an address; after a refusal with what was filled in."""
    found = class_named(text)
    due = DUE.get(found.state)
    return render_template(
        "bureau/class.html",
        training_class=found,
        institution=institutions.get(found.region_id, found.institution_id),
        findings=training.explained_findings(found) if due else None,
        opinions=classes.opinions(found),
        sessions=classes.sessions(found),
        occupations=programmes.occupations(),
        due=due,
        rulings=classes.rulings_of(found),
        outlooks=reports.outlooks(found, forms.now()) if due is None else [],
        ruling_choices=classes.RULING_REASONS,
        supervised=found.state in supervision.SUPERVISED,
        payable=supervision.payable(found),
        signs=due is not None and caller().role in SIGNERS[due],
        refusal=refusal,
        given=request.form,
    )
