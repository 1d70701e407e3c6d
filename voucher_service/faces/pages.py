"""The public front page, and what every template can rely on: words, filters, and who is looking."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template

from voucher_service.calendar import local_date
from voucher_service.faces import wording
from voucher_service.identifiers import to_hex
from voucher_service.programmes import service as programmes
from voucher_service.web.access import PUBLIC, allow, caller

blueprint = Blueprint("pages", __name__)
blueprint.add_app_template_filter(wording.moment, "moment")
blueprint.add_app_template_filter(wording.yuan, "yuan")
blueprint.add_app_template_filter(to_hex, "hex")


@blueprint.app_context_processor
def _shared() -> dict[str, Any]:
    return {**wording.WORDS, "visitor": caller()}


@blueprint.get("/")
@allow(PUBLIC)
def home() -> str:
    """Show the programmes of the city to anyone."""
    today = local_date(current_app.extensions["clock"].now())
    running = [
        programme
        for programme in programmes.all_programmes()
        if programme.state == "open" and programme.opens_on <= today <= programme.closes_on
    ]
    return render_template("home.html", programmes=running)
