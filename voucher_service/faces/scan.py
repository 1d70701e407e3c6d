"""The scanner at the class door: camera, scanner box or typed digits, the person's card, and one large answer.

The key in the form makes a page that is sent or reloaded twice one scan, with the same answer.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.faces import forms, scan_answers, scan_paper
from voucher_service.faces.named import class_named
from voucher_service.holders.service import NAME_CHARACTERS_MAX
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.redemptions.service import Scan
from voucher_service.scanning import service as scanning
from voucher_service.web.access import INSTITUTION, allow, caller

blueprint = Blueprint("scan", __name__, url_prefix="/scan")

CLASSES_MAX = 200
OPEN = ("approved", "in_session")


@blueprint.get("/")
@allow(*INSTITUTION)
def choose_class() -> str:
    """Ask at which class's door this device stands."""
    own = db.session.scalars(classes.visible_to(caller()).limit(CLASSES_MAX))
    return render_template(
        "scan/classes.html",
        classes=[found for found in own if found.state in OPEN],
        occupations=programmes.occupations(),
    )


@blueprint.get("/<string(length=16):training_class>")
@allow(*INSTITUTION)
def show_scanner(training_class: str) -> str:
    found = class_named(training_class)
    return render_template(
        "scan/scanner.html",
        training_class=found,
        nonce=secrets.token_hex(16),
        counted=scanning.tally(found.class_id, caller()),
        occupations=programmes.occupations(),
    )


@blueprint.post("/<string(length=16):training_class>")
@allow(*INSTITUTION)
def scan(training_class: str) -> ResponseReturnValue:
    """Redeem the shown voucher; a paper one goes on at the door for paper, which asks for a one-time code."""
    found = class_named(training_class)
    code = forms.scanned_code()
    if redemptions.is_paper(code):
        return scan_paper.door(found, code=code)
    return scan_answers.page(found, *scan_answers.redeem_once(_scan(found, code)))


def _scan(training_class: Any, code: str) -> Scan:
    return Scan(
        digits=code,
        class_region_id=training_class.region_id,
        class_id=training_class.class_id,
        id_number=forms.line("id_number", 20),
        name=forms.line("name", NAME_CHARACTERS_MAX),
        person_check="typed",
        waiver_reason=forms.line("waiver_reason", 200, least=0) or None,
        idempotency_key=forms.nonce(),
        request_hash=forms.digest(),
    )
