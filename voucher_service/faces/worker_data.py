"""What the service keeps about a worker, who looked at it, and all of it as a file to take away."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, render_template

from voucher_service.calendar import local_text
from voucher_service.faces import forms
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.ledger import service as ledger
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, allow, caller

blueprint = Blueprint("worker_data", __name__)

ACCESSES_SHOWN, ACCESSES_EXPORTED = 50, 10_000


@blueprint.get("/my/data")
@allow(HOLDER)
def show() -> str:
    """Show what is kept, masked as on a screen that others may see, and who looked at it."""
    who = caller()
    return render_template(
        "worker/data.html",
        holder=holders.masked(who.subject_id),
        category=_category(),
        vouchers=vouchers.of_holder(who.region_id, who.subject_id),
        accesses=holders.accesses(who.subject_id, who.region_id, ACCESSES_SHOWN),
    )


@blueprint.get("/my/data.json")
@allow(HOLDER)
def export() -> Response:
    """Hand everything over as JSON, in clear: it is the worker's own."""
    who, held = caller(), holders.particulars(caller().subject_id)
    document = {
        "exported_at": local_text(forms.now()),
        "person": {
            "name": held.name,
            "id_number": held.id_number,
            "phone": held.phone,
            "region_id": who.region_id,
            "category": holders.standing(who.subject_id).category,
        },
        "vouchers": [_voucher(voucher) for voucher in vouchers.of_holder(who.region_id, who.subject_id)],
        "looked_at_by": [
            {"at": local_text(access.accessed_at), "role": access.actor_role, "purpose": access.purpose}
            for access in holders.accesses(who.subject_id, who.region_id, ACCESSES_EXPORTED)
        ],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return Response(
        text, mimetype="application/json", headers={"Content-Disposition": 'attachment; filename="my-data.json"'}
    )


def _voucher(voucher: Any) -> dict[str, Any]:
    return {
        "voucher": to_hex(voucher.voucher_id),
        "state": vouchers.state_at(voucher, forms.now()),
        "programme_id": voucher.programme_id,
        "issued_at": local_text(voucher.issued_at),
        "expires_at": local_text(voucher.expires_at),
        "occupation_code": voucher.occupation_code,
        "level": voucher.level,
        "reserved_fen": voucher.reserved_fen,
        "value_fen": voucher.value_fen,
        "questionnaire": vouchers.questionnaire(voucher.region_id, voucher.voucher_id),
        "facts": [
            {"at": local_text(fact.recorded_at), "kind": fact.kind, "from": fact.from_state, "to": fact.to_state}
            for fact in ledger.facts_of(voucher.region_id, voucher.voucher_id)
        ],
    }


def _category() -> Any:
    slug = holders.standing(caller().subject_id).category
    return next(category for category in holders.categories() if category.slug == slug)
