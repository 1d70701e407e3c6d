"""Finding a class: by occupation, region and first day, with the seats that are left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.errors import InvalidInput, NotFound
from voucher_service.faces import forms
from voucher_service.faces.wording import REGIONS
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, allow, caller

blueprint = Blueprint("worker_classes", __name__)

SHOWN_MAX = 60


@blueprint.get("/classes")
@allow(HOLDER)
def search() -> str:
    """List the classes that still take people, soonest first; the own region's unless another is asked for."""
    region_id, occupation, first_day = _wanted_region(), request.args.get("occupation", ""), _wanted_day()
    found, unfit = _found(region_id, occupation, first_day), _unfit()
    return render_template(
        "worker/classes.html",
        region_id=region_id,
        occupation=occupation,
        first_day=first_day,
        occupations=programmes.occupations(),
        classes=[(one, _institution(one), unfit(one)) for one in found[:SHOWN_MAX]],
        more=len(found) > SHOWN_MAX,
    )


@blueprint.get("/classes/<int(max=999999):region_id>/<string(length=16):training_class>")
@allow(HOLDER)
def show(region_id: int, training_class: str) -> str:
    """Show one class that still takes people, with when it meets; one that does not is absent (NotFound)."""
    class_id = forms.identifier(training_class)
    query = classes.enrolling(region_id, forms.now()).filter_by(class_id=class_id)
    if (found := db.session.scalar(query)) is None:
        raise NotFound
    return render_template(
        "worker/class.html",
        training_class=found,
        institution=_institution(found),
        unfit=_unfit()(found),
        sessions=classes.sessions(found),
        occupations=programmes.occupations(),
    )


def _found(region_id: int, occupation: str, first_day: date) -> list[Any]:
    """Ask each wanted region for a little more than is shown."""
    found: list[Any] = []
    for region in (region_id,) if region_id else REGIONS:
        query = classes.enrolling(region, forms.now())
        columns = query.selected_columns
        query = query.where(columns["starts_on"] >= first_day)
        if occupation:
            query = query.filter_by(occupation_code=occupation)
        found += db.session.scalars(query.order_by(columns["starts_on"], columns["class_id"]).limit(SHOWN_MAX + 1))
    return sorted(found, key=lambda one: (one.starts_on, one.class_id))


def _unfit() -> Callable[[Any], str | None]:
    """Return what says by which rule a class is not for the voucher that the caller could bring, R16 or R17j."""
    now = forms.now()
    held = vouchers.of_holder(caller().region_id, caller().subject_id)
    usable = next((one for one in held if vouchers.state_at(one, now) in {"offered", "claimed"}), None)
    return lambda found: vouchers.unfit_for(usable, found.family) if usable else None


def _institution(training_class: Any) -> str:
    name: str = institutions.get(training_class.region_id, training_class.institution_id).name
    return name


def _wanted_region() -> int:
    """The region that was asked for, 0 for all of them; the worker's own when none was. Refuses with InvalidInput."""
    wanted = request.args.get("region")
    if wanted is None:
        return caller().region_id
    if wanted == "":
        return 0
    if wanted not in map(str, REGIONS):
        raise InvalidInput({"region": ["GB/T 2260"]})
    return int(wanted)


def _wanted_day() -> date:
    wanted = request.args.get("from", "")
    return forms.day_of("from", wanted) if wanted else local_date(forms.now())
