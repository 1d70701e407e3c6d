"""Pages about the sealed ledger: the newest head for everyone, and receipts for those whose voucher it is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template

from voucher_service.errors import NotFound
from voucher_service.faces.forms import identifier
from voucher_service.faces.receipts import READERS, READERS_OF_ALL, may_see, receipt_for
from voucher_service.ledger import proofs
from voucher_service.ledger import service as ledger
from voucher_service.ledger.errors import FactNotSealed
from voucher_service.ledger.heads import key_id, ledger_key, public_pem, regions_of
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, PUBLIC, allow, caller

blueprint = Blueprint("ledger_pages", __name__, url_prefix="/ledger")

_VOUCHER = "<int(min=100000, max=999999):region_id>/<string(length=16):voucher>"


@blueprint.get("")
@allow(PUBLIC)
def show_ledger() -> str:
    """Show anyone the newest signed head, the key, and how to check a receipt against them."""
    who = caller()
    try:
        head = proofs.newest_head()
    except FactNotSealed:
        head = None
    key = ledger_key(current_app.extensions["settings"])
    return render_template(
        "ledger/head.html",
        head=head,
        regions=regions_of(head) if head else [],
        key_id=key_id(key.public_key()),
        public_key=public_pem(key).decode("ascii"),
        own=vouchers.of_holder(who.region_id, who.subject_id) if who.role == HOLDER else [],
    )


@blueprint.get(f"/vouchers/{_VOUCHER}")
@allow(HOLDER, *READERS_OF_ALL)
def show_facts(region_id: int, voucher: str) -> str:
    """List a voucher's facts, each with the way to its receipt."""
    facts = _own_facts(region_id, identifier(voucher))
    return render_template("ledger/facts.html", region_id=region_id, voucher=voucher, facts=facts)


@blueprint.get(f"/receipts/{_VOUCHER}/<int(max=2147483647):seq>")
@allow(*READERS)
def show_receipt(region_id: int, voucher: str, seq: int) -> str:
    """Say of one fact that it is in the sealed ledger, and hand out its receipt."""
    try:
        receipt = receipt_for(caller(), region_id, identifier(voucher), seq)
    except FactNotSealed:
        receipt = None
    return render_template("ledger/receipt.html", region_id=region_id, voucher=voucher, seq=seq, receipt=receipt)


def _own_facts(region_id: int, voucher_id: int) -> list[Any]:
    """Return a voucher's facts; somebody else's are as absent as none (NotFound)."""
    facts = ledger.facts_of(region_id, voucher_id)
    if not facts or not may_see(caller(), region_id, voucher_id, facts[0].seq):
        raise NotFound
    return list(facts)
