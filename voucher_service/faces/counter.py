"""The counter: a clerk helps whoever stands there with their ID card, with or without a phone of their own.

The card opens the person for half an hour, and only to this clerk; each look and each act is on record for the person.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.calendar import local_date, start_of_day
from voucher_service.database import unit_of_work
from voucher_service.errors import Refusal
from voucher_service.faces import claiming, forms
from voucher_service.faces.claiming import Claiming
from voucher_service.faces.particulars import FIELD_OF, told_in_form
from voucher_service.faces.worker_paper import sheet_page
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import BUREAU, BUREAU_CLERK, allow, caller

blueprint = Blueprint("counter", __name__, url_prefix="/counter")

LISTED_MAX = 200
_PERSON = "/<string(length=16):assistance>"
_VOUCHER = f"{_PERSON}/vouchers/<string(length=16):voucher>"
_CLAIM = f"{_PERSON}/claim/<int(max=2147483647):programme_id>"


@blueprint.get("/")
@allow(BUREAU_CLERK)
def show() -> str:
    return _form()


@blueprint.post("/")
@allow(BUREAU_CLERK)
def receive() -> ResponseReturnValue:
    """Open the person whose card lies before the clerk."""
    try:
        place, phone_reason = forms.line("place", 60), forms.line("phone_reason", 200, least=0)
        begun = holders.receive_at_counter(
            caller(),
            told_in_form(),
            place=place,
            phone_reason=phone_reason,
            regions=current_app.extensions["region_ids"](),
            city_region=institutions.CITY_REGION,
        )
    except Refusal as refusal:
        return _form(refusal), refusal.status
    session["place"] = place
    return _to_person(to_hex(begun))


@blueprint.get("/today")
@allow(*BUREAU)
def list_today() -> str:
    """List whom relatives and counters helped today, and whose phone changed, to draw samples from."""
    who = caller()
    region_id = None if who.region_id == institutions.CITY_REGION else who.region_id
    helped = holders.assistances_of_day(start_of_day(local_date(forms.now())), region_id, LISTED_MAX)
    changes = holders.phone_changes_of_day(start_of_day(local_date(forms.now())), region_id, LISTED_MAX)
    names = holders.masked_all({found.holder_id for found in helped} | {found.holder_id for found in changes})
    done = forms.identifier(request.args["changed"]) if "changed" in request.args else None
    return render_template("counter/today.html", helped=helped, changes=changes, done=done, names=names)


@blueprint.get(_PERSON)
@allow(BUREAU_CLERK)
def show_person(assistance: str) -> str:
    return _person_page(assistance)


@blueprint.post(f"{_PERSON}/code")
@allow(BUREAU_CLERK)
def hand_out_code(assistance: str) -> ResponseReturnValue:
    """Show a one-time code once, to be written down for the person."""
    try:
        handed = vouchers.hand_out_code(caller(), forms.identifier(assistance), forms.now())
    except Refusal as refusal:
        return _person_page(assistance, refusal=refusal), refusal.status
    return _person_page(assistance, handed=handed)


@blueprint.get(_CLAIM)
@allow(BUREAU_CLERK)
def show_questionnaire(assistance: str, programme_id: int) -> str:
    return claiming.questionnaire(_for_person(assistance, programme_id), programme_id)


@blueprint.post(f"{_CLAIM}/review")
@allow(BUREAU_CLERK)
def review(assistance: str, programme_id: int) -> ResponseReturnValue:
    return claiming.review(_for_person(assistance, programme_id), programme_id)


@blueprint.post(_CLAIM)
@allow(BUREAU_CLERK)
def claim(assistance: str, programme_id: int) -> Response:
    return claiming.claim(_for_person(assistance, programme_id), programme_id)


@blueprint.get(f"{_VOUCHER}/paper")
@allow(BUREAU_CLERK)
def show_paper(assistance: str, voucher: str) -> str:
    return _sheet(assistance, voucher)


@blueprint.post(f"{_VOUCHER}/paper")
@allow(BUREAU_CLERK)
def print_paper(assistance: str, voucher: str) -> ResponseReturnValue:
    """Print the person's voucher; the sheet before is no longer good, and they are told."""
    try:
        with unit_of_work():
            vouchers.print_for(caller(), forms.identifier(assistance), forms.identifier(voucher), forms.now())
    except Refusal as refusal:
        return _sheet(assistance, voucher, refusal), refusal.status
    return redirect(url_for("counter.show_paper", assistance=assistance, voucher=voucher), forms.SEE_OTHER)


@blueprint.get(f"{_VOUCHER}/give-back")
@allow(BUREAU_CLERK)
def review_giving_back(assistance: str, voucher: str) -> str:
    found = _voucher(assistance, voucher)
    return render_template(
        "worker/give_back.html", voucher=found, back=url_for("counter.show_person", assistance=assistance)
    )


@blueprint.post(f"{_VOUCHER}/give-back")
@allow(BUREAU_CLERK)
def give_back(assistance: str, voucher: str) -> Response:
    """Give the person's unused voucher back; they are told."""
    with unit_of_work():
        vouchers.give_back_for(caller(), forms.identifier(assistance), forms.identifier(voucher), forms.now())
    return _to_person(assistance)


def _for_person(assistance: str, programme_id: int) -> Claiming:
    who, assistance_id, now = caller(), forms.identifier(assistance), forms.now()
    return Claiming(
        person=vouchers.person_helped(who, assistance_id, now),
        address=url_for("counter.show_questionnaire", assistance=assistance, programme_id=programme_id),
        back=url_for("counter.show_person", assistance=assistance),
        claim=lambda wanted: vouchers.claim_with_help(wanted, who, assistance_id, now),
        voucher_page=lambda voucher: url_for("counter.show_paper", assistance=assistance, voucher=voucher),
        is_helped=True,
    )


def _voucher(assistance: str, voucher: str) -> Any:
    return vouchers.voucher_of_helped(caller(), forms.identifier(assistance), forms.identifier(voucher), forms.now())


def _sheet(assistance: str, voucher: str, refusal: Refusal | None = None) -> str:
    return sheet_page(_voucher(assistance, voucher), url_for("counter.show_person", assistance=assistance), refusal)


def _person_page(assistance: str, *, handed: holders.OneTimeCode | None = None, refusal: Refusal | None = None) -> str:
    now = forms.now()
    leave = holders.require_assistance(caller(), forms.identifier(assistance), now)
    held = vouchers.of_holder(leave.region_id, leave.holder_id)
    return render_template(
        "counter/person.html",
        leave=leave,
        holder=holders.masked(leave.holder_id),
        vouchers=[(found, vouchers.state_at(found, now), vouchers.standing_paper(found)) for found in held],
        programmes=programmes.open_programmes(leave.region_id, local_date(now)),
        address=url_for("counter.show_person", assistance=assistance),
        handed=handed,
        refusal=refusal,
        nonce=secrets.token_hex(16),
    )


def _to_person(assistance: str) -> Response:
    return redirect(url_for("counter.show_person", assistance=assistance), forms.SEE_OTHER)


def _form(refusal: Refusal | None = None) -> str:
    return render_template(
        "counter/receive.html",
        refusal=refusal,
        fault=FIELD_OF.get(refusal.code, "") if refusal else "",
        given=request.form,
        place=request.form.get("place") or session.get("place", ""),
        regions=sorted(current_app.extensions["region_ids"]()),
        categories=holders.categories(),
    )
