"""/api/v1/vouchers: what holders do with their own vouchers."""

from __future__ import annotations

from typing import Any

from flask import Response

from voucher_service.database.chain import ChainBroken
from voucher_service.errors import NotFound, Refusal
from voucher_service.institutions import service as institutions
from voucher_service.ledger import service as ledger
from voucher_service.vouchers import live_codes, service
from voucher_service.vouchers.errors import AnswerUnsettled
from voucher_service.vouchers.models import Voucher
from voucher_service.vouchers.schemas import (
    AcceptanceSchema,
    ClaimSchema,
    EndRequestSchema,
    HeaderSchema,
    PaperSchema,
    SessionRequestSchema,
    SignatureSchema,
    TimelineSchema,
    VoucherDecisionSchema,
    VoucherDecisionsSchema,
    VoucherSchema,
    VouchersSchema,
    VoucherVerdictSchema,
)
from voucher_service.web.access import BUREAU, BUREAU_REVIEWER, HOLDER, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent, keep_refusal, kept_answer, request_hash, required_key
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("vouchers", __name__, url_prefix="/api/v1/vouchers")

_SHOWN = VoucherSchema()


@blueprint.post("")
@allow(HOLDER)
@blueprint.arguments(ClaimSchema)
@blueprint.response(201, description="`voucher`, `state`, `expires_at`")
def claim(wanted: dict[str, Any]) -> Response:
    """Claim a voucher of a programme that is open in the holder's region."""
    key, digest = required_key(), request_hash()
    try:
        body = service.claim(service.Claim(**wanted, idempotency_key=key, request_hash=digest), caller(), now())
    except ChainBroken:
        if earlier := kept_answer(key, digest):
            return earlier
        raise AnswerUnsettled from None
    except Refusal as refusal:
        return keep_refusal(refusal, key, digest)
    return Response(body, 201, mimetype="application/json")


@blueprint.get("")
@allow(HOLDER)
@blueprint.response(200, VouchersSchema)
def list_own() -> dict[str, Any]:
    """List the holder's own vouchers, newest first."""
    return {"vouchers": [_shown(found) for found in service.of_holder(caller().region_id, caller().subject_id)]}


@blueprint.get("/<string(length=16):voucher>")
@allow(HOLDER)
@blueprint.response(200, VoucherSchema)
def show(voucher: str) -> dict[str, Any]:
    """Show one of the holder's own vouchers."""
    return _shown(_own(voucher))


@blueprint.get("/<string(length=16):voucher>/facts")
@allow(HOLDER)
@blueprint.response(200, TimelineSchema)
def show_facts(voucher: str) -> dict[str, Any]:
    """Show everything that ever happened to one of the holder's own vouchers."""
    return {"facts": ledger.facts_of(caller().region_id, _own(voucher).voucher_id)}


@blueprint.post("/<string(length=16):voucher>/return")
@idempotent
@allow(HOLDER)
@blueprint.response(200, VoucherSchema)
def give_back(voucher: str) -> Voucher:
    """Give an unused voucher back; the quota is free again."""
    return service.give_back(_own(voucher), ledger.Actor("holder", caller().subject_id), now())


@blueprint.post("/<string(length=16):voucher>/acceptance")
@idempotent
@allow(HOLDER)
@blueprint.arguments(AcceptanceSchema)
@blueprint.response(200, VoucherSchema)
def accept(wanted: dict[str, Any], voucher: str) -> dict[str, Any]:
    """Claim a voucher that the bureau has offered to the people of a roster."""
    return _shown(service.accept(_own(voucher), wanted["answers"], now()))


@blueprint.get("/<string(length=16):voucher>/code-header")
@allow(HOLDER)
@blueprint.response(200, HeaderSchema)
def show_header(voucher: str) -> dict[str, Any]:
    """Give the header that a live-code session opened now would have."""
    moment = now()
    return {"header": live_codes.header_for(_own(voucher), moment).to_bytes().hex(), "server_time": moment}


@blueprint.post("/<string(length=16):voucher>/code-sessions")
@idempotent
@allow(HOLDER)
@blueprint.arguments(SessionRequestSchema)
@blueprint.response(201, SignatureSchema)
def open_code_session(wanted: dict[str, str], voucher: str) -> dict[str, str]:
    """Sign the end of the phone's chain; any earlier session of the voucher ends."""
    header, anchor = bytes.fromhex(wanted["header"]), bytes.fromhex(wanted["anchor"])
    signature = live_codes.open_session(_own(voucher), header, anchor, now(), log_in_id=caller().session_id)
    return {"signature": signature.hex()}


@blueprint.post("/<string(length=16):voucher>/papers")
@idempotent
@allow(HOLDER)
@blueprint.response(201, PaperSchema)
def print_paper(voucher: str) -> service.Paper:
    """Print the voucher: a static code that redeems on line with card and one-time code. The last sheet ends."""
    return service.print_paper(_own(voucher), caller(), now())


@blueprint.get("/decisions")
@allow(*BUREAU)
@blueprint.response(200, VoucherDecisionsSchema)
def list_decisions() -> dict[str, Any]:
    """List what waits for a second person in the caller's region, for the city's bureau in all; oldest first."""
    region_id = caller().region_id
    return {"decisions": service.waiting(None if region_id == institutions.CITY_REGION else region_id)}


@blueprint.post("/decisions/<int(min=100000, max=999999):region_id>")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(EndRequestSchema)
@blueprint.response(201, VoucherDecisionSchema)
def ask_end(wanted: dict[str, Any], region_id: int) -> service.VoucherDecision:
    """Ask, as the first of two persons, that a voucher be voided or revoked."""
    return service.ask_end(region_id, wanted.pop("voucher"), **wanted, caller=caller(), now=now())


@blueprint.post("/decisions/<int(min=100000, max=999999):region_id>/<string(length=16):decision>")
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(VoucherVerdictSchema)
@blueprint.response(200, VoucherDecisionSchema)
def decide_end(wanted: dict[str, bool], region_id: int, decision: str) -> service.VoucherDecision:
    """Confirm or decline, as the second person; confirmed, the voucher and its codes end at once."""
    decision_id = identifier(decision)
    return service.decide_end(region_id, decision_id, caller(), now(), confirmed=wanted["confirmed"])


def _shown(voucher: Voucher) -> dict[str, Any]:
    """A voucher as it stands now: an overdue one reads as expired before the sweep has come by."""
    columns = {field.attribute or name for name, field in _SHOWN.fields.items()}
    return {name: getattr(voucher, name) for name in columns} | {"state": service.state_at(voucher, now())}


def _own(voucher: str) -> Voucher:
    """Return one of the caller's vouchers; somebody else's is as absent as none (NotFound)."""
    found = service.find(caller().region_id, identifier(voucher))
    if found.holder_id != caller().subject_id:
        raise NotFound
    return found
