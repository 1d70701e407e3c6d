"""The public front page: what is open, the four principles, and how far the city has come."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from voucher_service.calendar import local_date
from voucher_service.programmes import service as programmes
from voucher_service.web.access import PUBLIC, allow

blueprint = Blueprint("pages", __name__)


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
    return render_template("home.html", programmes=running, settings=current_app.extensions["settings"])
