"""The bureau's pages where it decides: classes that wait for an opinion, certificates to verify."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from voucher_service.certificates import service as certificates
from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import (
    bureau_holds,
    bureau_offers,
    bureau_reports,
    bureau_sign_ins,
    forms,
    inspecting,
    reviewed,
    training,
)
from voucher_service.faces.named import class_named
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.web.access import BUREAU, BUREAU_CLERK, INDUSTRY_REVIEWER, allow, caller

blueprint = Blueprint("bureau", __name__, url_prefix="/bureau")
blueprint.register_blueprint(bureau_reports.blueprint)
blueprint.register_blueprint(bureau_offers.blueprint)
blueprint.register_blueprint(bureau_holds.blueprint)
blueprint.register_blueprint(bureau_sign_ins.blueprint)
blueprint.register_blueprint(inspecting.blueprint)

CLASSES_MAX = 200
SHOWN_STATES: Final = (
    *("submitted", "industry_approved", "approved", "in_session", "ended", "exam_filed", "examined", "closed"),
    *("suspended", "disqualified"),
)


@blueprint.get("/classes")
@allow(*BUREAU, INDUSTRY_REVIEWER)
def list_waiting_classes() -> str:
    """List the classes that wait for the caller's side of the review, or those in another state."""
    due = "submitted" if caller().role == INDUSTRY_REVIEWER else "industry_approved"
    state = request.args.get("state", due)
    if state not in SHOWN_STATES:
        raise InvalidInput({"state": list(SHOWN_STATES)})
    waiting = db.session.scalars(classes.visible_to(caller(), state).limit(CLASSES_MAX))
    return render_template(
        "bureau/classes.html",
        classes=sorted(waiting, key=lambda found: found.starts_on),
        names=_institution_names(),
        occupations=programmes.occupations(),
        state=state,
        due=due,
        states=SHOWN_STATES,
    )


@blueprint.get("/classes/<string(length=16):training_class>")
@allow(*BUREAU, INDUSTRY_REVIEWER)
def show_class(training_class: str) -> str:
    """Show what a class proposes, what each rule says of it, and the opinions signed so far."""
    return reviewed.class_page(training_class)


@blueprint.get("/classes/<string(length=16):training_class>/findings")
@allow(*BUREAU, INDUSTRY_REVIEWER)
def show_findings(training_class: str) -> str:
    """Show what each rule says of a class."""
    found = class_named(training_class)
    return render_template(
        "findings.html",
        training_class=found,
        findings=training.explained_findings(found),
        occupations=programmes.occupations(),
        back=url_for("bureau.show_class", training_class=training_class),
    )


@blueprint.post("/classes/<string(length=16):training_class>/opinion")
@allow(*BUREAU, INDUSTRY_REVIEWER)
def sign_opinion(training_class: str) -> ResponseReturnValue:
    """Sign the opinion that is due; one person signs each step once."""
    try:
        verdict, note = forms.one_of("verdict", ("approve", "refuse")), forms.line("note", 500, least=0)
        step, now = request.form.get("step", ""), forms.now()
        with unit_of_work():
            found = class_named(training_class)
            classes.give_opinion(found.region_id, found.class_id, step, verdict, note=note, caller=caller(), now=now)
    except Refusal as refusal:
        return reviewed.class_page(training_class, refusal), refusal.status
    return redirect(url_for("bureau.show_class", training_class=training_class), forms.SEE_OTHER)


@blueprint.get("/certificates")
@allow(*BUREAU)
def list_certificates() -> str:
    """List the certificates that wait for verification, oldest first."""
    return _certificates()


@blueprint.post("/certificates/<string(length=16):certificate>/registry")
@allow(*BUREAU)
def ask_registry(certificate: str) -> ResponseReturnValue:
    """Ask the register of certificates; its answer stands beside the certificate."""
    try:
        answer = certificates.ask_registry(forms.identifier(certificate))
        with unit_of_work():
            certificates.keep_registry_answer(forms.identifier(certificate), answer, caller(), forms.now())
    except Refusal as refusal:
        return _certificates(refusal), refusal.status
    return redirect(url_for("bureau.list_certificates"), forms.SEE_OTHER)


@blueprint.post("/certificates/<string(length=16):certificate>")
@allow(BUREAU_CLERK)
def decide(certificate: str) -> ResponseReturnValue:
    """Verify or refuse a certificate; a verified one gives the voucher its value."""
    try:
        genuine = forms.one_of("genuine", ("yes", "no")) == "yes"
        with unit_of_work():
            certificates.verify(forms.identifier(certificate), caller(), forms.now(), genuine=genuine)
    except Refusal as refusal:
        return _certificates(refusal), refusal.status
    return redirect(url_for("bureau.list_certificates"), forms.SEE_OTHER)


def _certificates(refusal: Refusal | None = None) -> str:
    return render_template(
        "bureau/certificates.html",
        certificates=certificates.waiting(),
        names=_institution_names(),
        occupations=programmes.occupations(),
        refusal=refusal,
    )


def _institution_names() -> dict[int, str]:
    """The names of the institutions that the caller may see, in one query for a whole page."""
    return {found.institution_id: found.name for found in db.session.scalars(institutions.visible_to(caller()))}
