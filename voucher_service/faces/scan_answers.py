"""What a scan form is answered: the redemption made once for each form, and the page in one word and one colour."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from voucher_service.database.chain import ChainBroken
from voucher_service.errors import Refusal
from voucher_service.faces import forms
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.redemptions import service as redemptions
from voucher_service.redemptions.service import Scan
from voucher_service.web.access import caller
from voucher_service.web.idempotency import keep_refusal, kept_answer
from voucher_service.web.problems import problem_of


def page(training_class: Any, status: int, answer: dict[str, Any]) -> ResponseReturnValue:
    """The answer in one word and one colour, and in sentences below."""
    shown = render_template(
        "scan/result.html",
        training_class=training_class,
        status=status,
        answer=answer,
        holder=_admitted(training_class, answer),
    )
    return shown, status


def redeem_once(wanted: Scan) -> tuple[int, dict[str, Any]]:
    """Redeem, or return what this very form was answered before."""
    if earlier := _earlier(wanted):
        return earlier
    try:
        return 201, json.loads(redemptions.redeem(wanted, caller(), forms.now()))
    except ChainBroken:
        if earlier := _earlier(wanted):
            return earlier
        raise
    except Refusal as refusal:
        record = partial(redemptions.store_refused, wanted, refusal, caller(), forms.now())
        keep_refusal(refusal, wanted.idempotency_key, wanted.request_hash, record)
        return _earlier(wanted) or (refusal.status, problem_of(refusal))


def _earlier(wanted: Scan) -> tuple[int, dict[str, Any]] | None:
    kept = kept_answer(wanted.idempotency_key, wanted.request_hash)
    return None if kept is None else (kept.status_code, json.loads(kept.get_data()))


def _admitted(training_class: Any, answer: dict[str, Any]) -> holders.Masked | None:
    """Return who was let in, masked; None for a refused scan."""
    for redemption in redemptions.of_class(training_class.region_id, training_class.class_id):
        if to_hex(redemption.redemption_id) == answer.get("redemption"):
            return holders.masked(redemption.holder_id)
    return None
