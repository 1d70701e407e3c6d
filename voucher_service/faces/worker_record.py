"""A training record to show an employer: what was learnt, where and when, each step with the ledger's signed receipt.

The receipts can be checked by anybody with `voucher-service verify-receipt`, without asking this service.
"""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Response, render_template

from voucher_service.calendar import local_text
from voucher_service.faces import forms, wording
from voucher_service.faces.worker_training import Training, trainings_of
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.ledger import proofs
from voucher_service.ledger import service as ledger
from voucher_service.ledger.errors import FactNotSealed
from voucher_service.ledger.receipts import receipt_document
from voucher_service.programmes import service as programmes
from voucher_service.web.access import HOLDER, allow, caller

blueprint = Blueprint("worker_record", __name__)

STEPS: Final = ("VoucherRedeemed", "TrainingCompleted", "VoucherCertified")
"""What an employer may ask about: the class was joined, finished, and led to a certificate."""


@blueprint.get("/training/record")
@allow(HOLDER)
def show() -> str:
    """Show the record as it prints: the own name in full, the ID number masked."""
    who, now = caller(), forms.now()
    return render_template(
        "worker/record.html",
        name=holders.particulars(who.subject_id).name,
        id_number=holders.masked(who.subject_id).id_number,
        trainings=[(training, _steps(training)) for training in trainings_of(who, now)],
        occupations=programmes.occupations(),
        now=now,
    )


@blueprint.get("/training/record.json")
@allow(HOLDER)
def export() -> Response:
    """Hand the record over as JSON with every receipt; a step that is not sealed yet has none."""
    who, now = caller(), forms.now()
    document = {
        "made_at": local_text(now),
        "name": holders.particulars(who.subject_id).name,
        "id_number_masked": holders.masked(who.subject_id).id_number,
        "trainings": [_document(training) for training in trainings_of(who, now)],
        "to_verify": "save each receipt as a file and run `voucher-service verify-receipt`",
    }
    return Response(
        json.dumps(document, ensure_ascii=False, indent=2),
        mimetype="application/json",
        headers={"Content-Disposition": 'attachment; filename="training-record.json"'},
    )


def _document(training: Training) -> dict[str, Any]:
    held, certificate = training.training_class, training.certificate
    known = programmes.occupations().get(held.occupation_code)
    verified = certificate is not None and certificate.state == "verified"
    return {
        "occupation_code": held.occupation_code,
        "occupation": known.name if known else held.occupation_code,
        "level": wording.LEVELS.get(held.level, held.level),
        "institution": training.institution,
        "first_day": held.starts_on.isoformat(),
        "last_day": held.ends_on.isoformat(),
        "sessions": training.attendance.tally.held,
        "attended": training.attendance.tally.attended,
        "certificate": {
            "type": wording.CERTIFICATES.get(certificate.certificate_type, certificate.certificate_type),
            "number": certificate.number,
            "issuer": certificate.issuer,
            "issued_on": certificate.issued_on.isoformat(),
        }
        if verified
        else None,
        "voucher": to_hex(training.voucher.voucher_id),
        "steps": [
            {
                "kind": fact.kind,
                "at": local_text(fact.recorded_at),
                "receipt": receipt_document(receipt) if receipt else None,
            }
            for fact, receipt in _steps(training)
        ],
    }


def _steps(training: Training) -> list[tuple[Any, Any]]:
    """Pair each step with its receipt, None while the ledger has not sealed it."""
    voucher = training.voucher
    facts = ledger.facts_of(voucher.region_id, voucher.voucher_id)
    return [(fact, _receipt(voucher, fact.seq)) for fact in facts if fact.kind in STEPS]


def _receipt(voucher: Any, seq: int) -> Any:
    try:
        return proofs.receipt(voucher.region_id, voucher.voucher_id, seq)
    except FactNotSealed:
        return None
