"""An institution's uploads: choose a file, say which column is what, watch it being checked, take the answer home."""

from __future__ import annotations

import json
import secrets
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.database import unit_of_work
from voucher_service.errors import InvalidInput, NotFound, Refusal
from voucher_service.exams import service as exams
from voucher_service.faces import forms
from voucher_service.faces.named import class_named
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.programmes import service as programmes
from voucher_service.rosters import service as rosters
from voucher_service.rosters.errors import RosterMissing
from voucher_service.sheets import service as sheets
from voucher_service.web.access import INSTITUTION, INSTITUTION_ADMIN, allow, caller
from voucher_service.web.idempotency import keep, kept_answer
from voucher_service.web.uploads import takes_file

blueprint = Blueprint("sheets", __name__)

FAULTS_SHOWN: Final = 100
KINDS: Final = {"roster": "花名册", "results": "考核成绩", "certificates": "证书"}
"""What can be uploaded → what its page calls it."""


@blueprint.get("/classes/<string(length=16):training_class>/roster")
@allow(*INSTITUTION)
def show_roster(training_class: str) -> str:
    """Show who is expected in a class, and take another roster."""
    found = class_named(training_class)
    return _roster_page(found)


@blueprint.post("/classes/<string(length=16):training_class>/roster")
@allow(*INSTITUTION)
@takes_file(sheets.FILE_BYTES_MAX)
def upload_roster(training_class: str) -> ResponseReturnValue:
    """Keep a roster's file once, however often the form is sent; its columns are confirmed on the next page."""
    found = class_named(training_class)
    try:
        kept = _upload_once("roster", found.class_id)
    except Refusal as refusal:
        return _roster_page(found, refusal), refusal.status
    return redirect(url_for("institution.sheets.show", sheet=kept), forms.SEE_OTHER)


@blueprint.post("/classes/<string(length=16):training_class>/roster/offer")
@allow(INSTITUTION_ADMIN)
def ask_offer(training_class: str) -> ResponseReturnValue:
    """Ask that the people of the roster be offered directed vouchers."""
    found = class_named(training_class)
    try:
        with unit_of_work():
            rosters.ask(rosters.of_class(found.region_id, found.class_id), caller(), forms.now())
    except Refusal as refusal:
        return _roster_page(class_named(training_class), refusal), refusal.status
    return redirect(url_for("institution.sheets.show_roster", training_class=training_class), forms.SEE_OTHER)


@blueprint.get("/classes/<string(length=16):training_class>/tables/<any(results, certificates):kind>")
@allow(*INSTITUTION)
def show_upload(training_class: str, kind: str) -> str:
    """Take a table of a class's exam results or certificates."""
    return _upload_page(class_named(training_class), kind)


@blueprint.post("/classes/<string(length=16):training_class>/tables/<any(results, certificates):kind>")
@allow(*INSTITUTION)
@takes_file(sheets.FILE_BYTES_MAX)
def upload(training_class: str, kind: str) -> ResponseReturnValue:
    """Keep a table's file once, however often the form is sent; its columns are confirmed on the next page."""
    found = class_named(training_class)
    try:
        kept = _upload_once(kind, _subject(found, kind))
    except Refusal as refusal:
        return _upload_page(found, kind, refusal), refusal.status
    return redirect(url_for("institution.sheets.show", sheet=kept), forms.SEE_OTHER)


@blueprint.get("/sheets/<string(length=16):sheet>")
@allow(*INSTITUTION)
def show(sheet: str) -> str:
    """Show an upload as it stands: its columns to be confirmed, its progress, or what came of it."""
    return _sheet_page(_own_sheet(sheet))


@blueprint.post("/sheets/<string(length=16):sheet>")
@allow(*INSTITUTION)
def confirm(sheet: str) -> ResponseReturnValue:
    """Take the mapping and begin to check the rows."""
    found = _own_sheet(sheet)
    try:
        with unit_of_work():
            sheets.confirm(found.sheet_id, _mapping(found), caller())
    except Refusal as refusal:
        return _sheet_page(found, refusal), refusal.status
    return redirect(url_for("institution.sheets.show", sheet=sheet), forms.SEE_OTHER)


@blueprint.post("/sheets/<string(length=16):sheet>/discard")
@allow(*INSTITUTION)
def discard(sheet: str) -> ResponseReturnValue:
    """Drop an upload that is not done."""
    found = _own_sheet(sheet)
    try:
        with unit_of_work():
            back = _back_to(sheets.discard(found.sheet_id, caller(), forms.now()))
    except Refusal as refusal:
        return _sheet_page(found, refusal), refusal.status
    return redirect(back, forms.SEE_OTHER)


@blueprint.get("/sheets/<string(length=16):sheet>/progress")
@allow(*INSTITUTION)
def show_progress(sheet: str) -> dict[str, Any]:
    """Tell the page's script how far the check is."""
    found = _own_sheet(sheet)
    return {"state": found.state, "checked": found.rows_checked, "total": found.rows_total}


@blueprint.get("/sheets/<string(length=16):sheet>/workbook")
@allow(*INSTITUTION)
def download(sheet: str) -> Response:
    """Send the table back with the column 错误原因; its name tells nobody's."""
    workbook = sheets.answer(_own_sheet(sheet))
    return send_file(workbook, sheets.MIMETYPE, as_attachment=True, download_name=f"{sheet}.xlsx")


def _upload_once(kind: str, subject_id: int) -> str:
    key, digest = forms.nonce(), forms.digest()
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput({"file": ["xlsx, csv"]})
    content = file.read()
    with unit_of_work():
        if earlier := kept_answer(key, digest):
            return str(json.loads(earlier.get_data())["sheet"])
        kept = to_hex(sheets.keep(kind, subject_id, content, caller(), forms.now()).sheet_id)
        keep(key, digest, 201, json.dumps({"sheet": kept}))
        return kept


def _mapping(sheet: Any) -> dict[str, int]:
    """Read the chosen columns, counted from 0; a field without one is left out."""
    chosen = {field.name: request.form.get(field.name, "") for field in sheets.fields_of(sheet.kind)}
    if any(text and not (text.isascii() and text.isdigit() and len(text) < 4) for text in chosen.values()):  # noqa: PLR2004
        raise InvalidInput({name: ["0-999"] for name in chosen})
    return {name: int(text) for name, text in chosen.items() if text}


def _sheet_page(sheet: Any, refusal: Refusal | None = None) -> str:
    mapping = sheets.guessed(sheet) if sheet.state == "uploaded" else {}
    return render_template(
        "institution/sheet.html",
        sheet=sheet,
        refusal=refusal,
        title=KINDS[sheet.kind],
        back=_back_to(sheet),
        fields=sheets.fields_of(sheet.kind),
        headings=[sheets.text_of(cell) for cell in sheets.headings(sheet)]
        if mapping or sheet.state == "uploaded"
        else [],
        mapping={name: str(at) for name, at in mapping.items()},
        given=request.form,
        faults=sheets.faults(sheet, limit=FAULTS_SHOWN),
    )


def _roster_page(training_class: Any, refusal: Refusal | None = None) -> str:
    try:
        roster = rosters.of_class(training_class.region_id, training_class.class_id)
    except RosterMissing:
        roster = None
    named = rosters.people(roster) if roster else []
    shown = holders.masked_known(named)
    return render_template(
        "institution/roster.html",
        training_class=training_class,
        occupations=programmes.occupations(),
        refusal=refusal,
        roster=roster,
        expected=rosters.expected(training_class.region_id, training_class.class_id),
        people=[shown[person] for person in named if person in shown],
        offer=rosters.offer_of(roster) if roster else None,
        uploads=sheets.latest("roster", training_class.class_id, caller()),
        fields=sheets.fields_of("roster"),
        nonce=secrets.token_hex(16),
    )


def _upload_page(training_class: Any, kind: str, refusal: Refusal | None = None) -> str:
    return render_template(
        "institution/upload.html",
        training_class=training_class,
        occupations=programmes.occupations(),
        kind=kind,
        title=KINDS[kind],
        refusal=refusal,
        uploads=sheets.latest(kind, _subject(training_class, kind), caller()),
        fields=sheets.fields_of(kind),
        nonce=secrets.token_hex(16),
    )


def _subject(training_class: Any, kind: str) -> int:
    """What a table is about: results are of the exam that stands filed for the class. Refuses with NotFound."""
    if kind == "certificates":
        return int(training_class.class_id)
    if (exam := exams.of_class(training_class.region_id, training_class.class_id)) is None:
        raise NotFound
    return exam.exam_id


def _back_to(sheet: Any) -> str:
    """The page that a table was uploaded from; of a pooled exam's classes, the first one's."""
    if sheet.kind == "roster":
        return url_for("institution.sheets.show_roster", training_class=to_hex(sheet.subject_id))
    class_id = sheet.subject_id
    if sheet.kind == "results":
        class_id = exams.class_ids(exams.find(sheet.subject_id, caller()))[0]
    return url_for("institution.sheets.show_upload", training_class=to_hex(class_id), kind=sheet.kind)


def _own_sheet(text: str) -> Any:
    return sheets.find(forms.identifier(text), caller())
