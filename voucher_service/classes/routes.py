"""/api/v1/classes"""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE

from voucher_service.calendar import local_date
from voucher_service.classes import service
from voucher_service.classes.models import TrainingClass
from voucher_service.classes.proposal import Proposal
from voucher_service.classes.schemas import (
    ClassesSchema,
    ClassInFullSchema,
    ClassPageArguments,
    ClassSchema,
    FindingsSchema,
    OpinionSchema,
    PreviewSchema,
    ProposalSchema,
)
from voucher_service.database import db
from voucher_service.programmes import service as programmes
from voucher_service.web.access import (
    BUREAU,
    BUREAU_REVIEWER,
    INDUSTRY_REVIEWER,
    INSTITUTION,
    INSTITUTION_ADMIN,
    INSTITUTION_CLIENT,
    PUBLIC,
    allow,
    caller,
    own_institution_id,
)
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.paging import PageArguments, page_of
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("classes", __name__, url_prefix="/api/v1/classes")

PLANNERS = (INSTITUTION_ADMIN, INSTITUTION_CLIENT)


@blueprint.route("/")
@allow(*INSTITUTION, *BUREAU, INDUSTRY_REVIEWER)
@blueprint.arguments(ClassPageArguments, location="query", unknown=RAISE)
@blueprint.response(200, ClassesSchema)
def list_classes(arguments: dict[str, Any]) -> dict[str, Any]:
    """List the classes that the caller may see."""
    query = service.visible_to(caller(), arguments.pop("state"))
    rows, after = page_of(db.session, query, TrainingClass.class_id, **arguments)
    return {"classes": rows, "next": after}


@blueprint.route("/enrolling/<int(max=999999):region_id>")
@allow(PUBLIC)
@blueprint.arguments(PageArguments, location="query", unknown=RAISE)
@blueprint.response(200, ClassesSchema)
def list_enrolling_classes(page: dict[str, Any], region_id: int) -> dict[str, Any]:
    """List the classes of a region that a voucher can still be spent on."""
    rows, after = page_of(db.session, service.enrolling(region_id, now()), TrainingClass.class_id, **page)
    return {"classes": rows, "next": after}


@blueprint.route("/<class_id>")
@allow(*INSTITUTION, *BUREAU, INDUSTRY_REVIEWER)
@blueprint.response(200, ClassInFullSchema)
def show_class(class_id: str) -> dict[str, Any]:
    """Show a class with its plan, its sessions and the opinions signed on it."""
    found = _named(class_id)
    return {
        "training_class": found,
        "review_clock": service.review_clock(found, local_date(now())),
        "lessons": found.plan,
        "sessions": service.sessions(found),
        "opinions": service.opinions(found),
    }


@blueprint.route("/<class_id>/findings")
@allow(*INSTITUTION, *BUREAU, INDUSTRY_REVIEWER)
@blueprint.response(200, FindingsSchema)
def check_class(class_id: str) -> dict[str, Any]:
    """Ask every rule about a class, before it is submitted or after."""
    return {"findings": [service.explained(finding) for finding in service.findings(_named(class_id))]}


@blueprint.route("/preflight", methods=["POST"])
@allow(*PLANNERS)
@blueprint.arguments(ProposalSchema)
@blueprint.response(200, FindingsSchema)
def check_proposal(proposal: Proposal) -> dict[str, Any]:
    """Ask every rule about a plan before anything of it is kept: green, amber or red for each."""
    today = local_date(now())
    found = service.findings_of_proposal(caller().region_id, own_institution_id(), proposal, today)
    return {"findings": [service.explained(finding) for finding in found]}


@blueprint.route("/pack-preview", methods=["POST"])
@allow(*BUREAU)
@blueprint.arguments(programmes.PackDocumentSchema)
@blueprint.response(200, PreviewSchema)
def preview_pack(document: programmes.PackDocument) -> dict[str, Any]:
    """Say what a rule pack would change before it takes effect: numbers, and open classes judged differently."""
    return service.preview_of(document, local_date(now()))


@blueprint.route("/", methods=["POST"])
@idempotent
@allow(*PLANNERS)
@blueprint.arguments(ProposalSchema)
@blueprint.response(201, ClassSchema)
def plan_class(proposal: Proposal) -> TrainingClass:
    """Draft a class with its sessions."""
    return service.plan_class(caller().region_id, own_institution_id(), proposal, now())


@blueprint.route("/<class_id>/submit", methods=["POST"])
@idempotent
@allow(*PLANNERS)
@blueprint.response(200, ClassSchema)
def submit_class(class_id: str) -> TrainingClass:
    """Hand a draft in for review; refused with every rule that it breaks."""
    found = _named(class_id)
    return service.submit(found.region_id, found.class_id, now())


@blueprint.route("/<class_id>/opinions", methods=["POST"])
@idempotent
@allow(*BUREAU, INDUSTRY_REVIEWER)
@blueprint.arguments(OpinionSchema)
@blueprint.response(200, ClassSchema)
def sign_opinion(opinion: dict[str, Any], class_id: str) -> TrainingClass:
    """Sign the opinion that is due; the second one of a step must be another person's."""
    found = _named(class_id)
    return service.give_opinion(found.region_id, found.class_id, **opinion, caller=caller(), now=now())


@blueprint.route("/<class_id>/start", methods=["POST"])
@idempotent
@allow(*PLANNERS)
@blueprint.response(200, ClassSchema)
def start_class(class_id: str) -> TrainingClass:
    found = _named(class_id)
    return service.start(found.region_id, found.class_id, now())


@blueprint.route("/<class_id>/end", methods=["POST"])
@idempotent
@allow(*PLANNERS)
@blueprint.response(200, ClassSchema)
def end_class(class_id: str) -> TrainingClass:
    found = _named(class_id)
    return service.end(found.region_id, found.class_id, now())


@blueprint.route("/<class_id>/cancel", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER, INDUSTRY_REVIEWER)
@blueprint.response(200, ClassSchema)
def cancel_class(class_id: str) -> TrainingClass:
    """Call off a class that nobody is in."""
    found = _named(class_id)
    return service.cancel(found.region_id, found.class_id, now())


def _named(class_id: str) -> TrainingClass:
    return service.find(identifier(class_id), caller())
