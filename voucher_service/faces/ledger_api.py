"""/api/v1/ledger: signed heads, receipts and consistency proofs. Heads and consistency tell of no voucher: public."""
# mypy: disable-error-code="untyped-decorator"
# The API library's decorators have no types.

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from voucher_service.faces.forms import identifier
from voucher_service.faces.ledger_schemas import (
    ConsistencySchema,
    HeadSchema,
    LedgerKeySchema,
    ReceiptSchema,
    TreeConsistencySchema,
)
from voucher_service.faces.receipts import READERS, receipt_for
from voucher_service.ledger import proofs
from voucher_service.ledger.heads import head_document, key_id, ledger_key, public_pem
from voucher_service.ledger.receipts import consistency_document, receipt_document, region_consistency_document
from voucher_service.web.access import PUBLIC, allow, caller
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("ledger", __name__, url_prefix="/api/v1/ledger", description="Proofs that the ledger only grew")

_NUMBER = "int(max=9223372036854775807)"
_SEQ = "int(max=2147483647)"
_REGION = "int(min=100000, max=999999):region_id"


@blueprint.get("/heads/latest")
@allow(PUBLIC)
@blueprint.response(200, HeadSchema)
def show_latest_head() -> dict[str, Any]:
    """Show the newest signed head."""
    return head_document(proofs.newest_head())


@blueprint.get(f"/heads/<{_NUMBER}:head_no>")
@allow(PUBLIC)
@blueprint.response(200, HeadSchema)
def show_head(head_no: int) -> dict[str, Any]:
    """Show a signed head by its number."""
    return head_document(proofs.head_numbered(head_no))


@blueprint.get("/key")
@allow(PUBLIC)
@blueprint.response(200, LedgerKeySchema)
def show_key() -> dict[str, str]:
    """Show the public key of the heads; whoever checks them should have it from another source too."""
    key = ledger_key(current_app.extensions["settings"])
    return {"key_id": key_id(key.public_key()), "public_key_pem": public_pem(key).decode("ascii")}


@blueprint.get(f"/receipts/<{_REGION}>/<string(length=16):voucher>/<{_SEQ}:seq>")
@allow(*READERS)
@blueprint.response(200, ReceiptSchema)
def show_receipt(region_id: int, voucher: str, seq: int) -> dict[str, Any]:
    """Give the receipt of one fact: that it is in the sealed ledger, checkable without this service."""
    return receipt_document(receipt_for(caller(), region_id, identifier(voucher), seq))


@blueprint.get(f"/consistency/<{_NUMBER}:first>/<{_NUMBER}:second>")
@allow(PUBLIC)
@blueprint.response(200, ConsistencySchema)
def show_consistency(first: int, second: int) -> dict[str, Any]:
    """Prove that the second head, by its number, only adds to the first."""
    regions = proofs.consistency(first, second)
    return consistency_document(proofs.head_numbered(first), proofs.head_numbered(second), regions)


@blueprint.get(f"/regions/<{_REGION}>/consistency/<{_NUMBER}:first_size>/<{_NUMBER}:second_size>")
@allow(PUBLIC)
@blueprint.response(200, TreeConsistencySchema)
def show_tree_consistency(region_id: int, first_size: int, second_size: int) -> dict[str, Any]:
    """Prove that a region's tree only grew from one size to another."""
    shown = proofs.region_consistency(region_id, first_size, second_size)
    roots = {
        f"{name}_root": proofs.root_at(region_id, size).hex()
        for name, size in (("first", first_size), ("second", second_size))
    }
    return {**region_consistency_document(shown), **roots}


@blueprint.after_request
def _name_download(response: Response) -> Response:
    """Let a browser keep a receipt as a file."""
    if response.status_code == 200 and response.mimetype == "application/json":  # noqa: PLR2004 - HTTP
        response.headers.setdefault("Content-Disposition", "inline; filename=ledger-proof.json")
    return response
