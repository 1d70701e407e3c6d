"""The public front page, and what every template can rely on: words, filters, and who is looking."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask import Blueprint, current_app, render_template, request

from voucher_service.calendar import local_date
from voucher_service.errors import percent
from voucher_service.faces import refusal_words as _  # noqa: F401 - refusals say its words from then on
from voucher_service.faces import wording
from voucher_service.identifiers import to_hex
from voucher_service.programmes import service as programmes
from voucher_service.web.access import FIELD_INSPECTOR, HOLDER, INSTITUTION, PUBLIC, REPORT_READERS, allow, caller

blueprint = Blueprint("pages", __name__)
blueprint.add_app_template_filter(wording.moment, "moment")
blueprint.add_app_template_filter(wording.yuan, "yuan")
blueprint.add_app_template_filter(to_hex, "hex")
blueprint.add_app_template_filter(percent, "percent")
blueprint.add_app_template_filter(wording.chinese, "chinese")

FRONTS: Final = {
    PUBLIC: "/",
    HOLDER: "/my",
    **dict.fromkeys(INSTITUTION, "/institution/"),
    **dict.fromkeys(REPORT_READERS, "/bureau/"),
    FIELD_INSPECTOR: "/bureau/supervision",
}
"""Where each role begins that has pages of its own."""


@blueprint.app_context_processor
def _shared() -> dict[str, Any]:
    return {**wording.WORDS, "visitor": caller(), "front": FRONTS.get(caller().role, "/")}


@blueprint.get("/")
@allow(PUBLIC)
def home() -> str:
    """Show the programmes of the city to anyone; for one region, those open to it and what is left of its share."""
    today = local_date(current_app.extensions["clock"].now())
    asked = request.args.get("region", "")
    region_id = next((region for region in wording.REGIONS if str(region) == asked), None)
    running: list[tuple[Any, int | None]] = (
        [(programme, None) for programme in programmes.all_programmes() if _is_running(programme, today)]
        if region_id is None
        else [(open_one.programme, open_one.left) for open_one in programmes.open_programmes(region_id, today)]
    )
    return render_template("home.html", programmes=running, region=region_id)


def _is_running(programme: Any, today: date) -> bool:
    return bool(programme.state == "open" and programme.opens_on <= today <= programme.closes_on)
