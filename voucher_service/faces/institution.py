"""An institution's pages: its classes, and handing one in."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.faces import examining, filming, forms, planning, roll_call, sheets, training
from voucher_service.faces.named import class_named
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.web.access import INSTITUTION, INSTITUTION_ADMIN, allow, caller, own_institution_id

blueprint = Blueprint("institution", __name__, url_prefix="/institution")
for part in (training, roll_call, examining, planning, sheets, filming):
    blueprint.register_blueprint(part.blueprint)

CLASSES_MAX = 200


@blueprint.get("/")
@allow(*INSTITUTION)
def list_classes() -> str:
    """List the institution's classes, the latest first."""
    found = db.session.scalars(classes.visible_to(caller()).limit(CLASSES_MAX))
    return render_template(
        "institution/classes.html",
        institution=institutions.get(caller().region_id, own_institution_id()),
        classes=sorted(found, key=lambda found: found.starts_on, reverse=True),
        occupations=programmes.occupations(),
    )


@blueprint.post("/classes/<string(length=16):training_class>/submit")
@allow(INSTITUTION_ADMIN)
def submit_class(training_class: str) -> Response:
    """Hand a draft in; a refusal's page names every rule that it breaks."""
    with unit_of_work():
        found = class_named(training_class)
        classes.submit(found.region_id, found.class_id, forms.now())
    return training.back_to(training_class)
