"""/api/v1/redemptions: the scan at the class door."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from voucher_service.classes import service as classes
from voucher_service.database.chain import ChainBroken
from voucher_service.errors import NotFound, Refusal
from voucher_service.redemptions import service
from voucher_service.redemptions.models import Redemption
from voucher_service.redemptions.schemas import (
    OneTimeCodeRequestSchema,
    OneTimeCodeSchema,
    RedeemedListSchema,
    RedeemedSchema,
    RedeemSchema,
    UndoDecisionSchema,
    UndoRequestedSchema,
    UndoRequestSchema,
)
from voucher_service.redemptions.service import Scan
from voucher_service.vouchers.errors import AnswerUnsettled
from voucher_service.web.access import BUREAU, INSTITUTION, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.headers import Answer
from voucher_service.web.idempotency import idempotent, keep_refusal, kept_answer, request_hash, required_key
from voucher_service.web.strict_json import Blueprint

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("redemptions", __name__, url_prefix="/api/v1/redemptions")


@blueprint.post("")
@allow(*INSTITUTION)
@blueprint.arguments(RedeemSchema)
@blueprint.response(201, description="`redemption`, `voucher`, `class_id`, `seat`, `reserved_fen`, `redeemed_at`")
def redeem(wanted: dict[str, Any]) -> Response:
    """Redeem the shown voucher against one seat of a class of the caller's institution."""
    scan = _scan(wanted)
    if service.is_paper(scan.digits) and (earlier := kept_answer(scan.idempotency_key, scan.request_hash)):
        return earlier  # a retry must not spend another try of the one-time code
    try:
        return Answer(service.redeem(scan, caller(), now()), 201, mimetype="application/json")
    except ChainBroken:
        if earlier := kept_answer(scan.idempotency_key, scan.request_hash):
            return earlier
        raise AnswerUnsettled from None
    except Refusal as refusal:
        return _refuse(scan, refusal)


@blueprint.post("/one-time-codes")
@allow(*INSTITUTION)
@blueprint.arguments(OneTimeCodeRequestSchema)
@blueprint.response(201, OneTimeCodeSchema)
def send_one_time_code(shown: dict[str, Any]) -> Any:
    """Send the holder of a paper voucher that is shown with their card a one-time code; kept under no key."""
    scan = _scan({**shown, "class_id": 0, "one_time_code": None}, key="")
    return service.send_code(scan, shown["channel"], caller(), now())


def _scan(wanted: dict[str, Any], key: str | None = None) -> Scan:
    person = wanted["person"]
    return Scan(
        digits=wanted["code"],
        class_region_id=caller().region_id,
        class_id=wanted["class_id"],
        id_number=person["id_number"],
        name=person["name"],
        person_check=person["method"],
        waiver_reason=person["waiver_reason"],
        idempotency_key=required_key() if key is None else key,
        request_hash=request_hash(),
        one_time_code=wanted["one_time_code"],
    )


def _refuse(scan: Scan, refusal: Refusal) -> Response:
    """Answer a retry of an earlier scan with what it was told then; keep a new refusal together with its reason."""
    record = partial(service.store_refused, scan, refusal, caller(), now())
    return keep_refusal(refusal, scan.idempotency_key, scan.request_hash, record)


@blueprint.get("/of-class/<string(length=16):training_class>")
@allow(*INSTITUTION)
@blueprint.response(200, RedeemedListSchema)
def list_of_class(training_class: str) -> dict[str, Any]:
    """List the live redemptions of one of the institution's own classes."""
    found = classes.find(identifier(training_class), caller())
    return {"redemptions": service.of_class(found.region_id, found.class_id)}


@blueprint.post("/<int(min=100000, max=999999):region_id>/<string(length=16):redemption>/undo-request")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(UndoRequestSchema)
@blueprint.response(201, UndoRequestedSchema)
def ask_undo(wanted: dict[str, str], region_id: int, redemption: str) -> Any:
    """Ask that a redemption be undone: within five days, and before the first attended session."""
    found = service.find(region_id, identifier(redemption))
    if found.institution_id != caller().institution_id:
        raise NotFound
    return service.ask_undo(found, **wanted, caller=caller(), now=now())


@blueprint.post("/<int(min=100000, max=999999):region_id>/<string(length=16):redemption>/undo")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(UndoDecisionSchema)
@blueprint.response(200, RedeemedSchema)
def undo(wanted: dict[str, bool], region_id: int, redemption: str) -> Redemption:
    """Confirm or decline what the institution asked; confirmed, the voucher can be used again."""
    found = service.find(region_id, identifier(redemption))
    service.settle_undo(found, caller(), now(), confirmed=wanted["confirmed"])
    return service.find(region_id, found.redemption_id)
