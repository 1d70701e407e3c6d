"""`voucher-service rules` lists what is enforced and previews a new pack; `voucher-service classes` checks a plan."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask
from marshmallow import Schema, ValidationError

from voucher_service import rulebook
from voucher_service.calendar import local_date
from voucher_service.errors import Refusal
from voucher_service.identifiers import from_hex, to_hex

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
FILE_BYTES_MAX = 1024 * 1024


def groups(make_app: Callable[[], Flask], make_asking_app: Callable[[], Flask]) -> tuple[click.Group, click.Group]:
    """Return the commands; `make_asking_app` is called by those that look into the database."""
    return _rules(make_app, make_asking_app), _classes(make_asking_app)


def _rules(make_app: Callable[[], Flask], make_asking_app: Callable[[], Flask]) -> click.Group:
    @click.group()
    def rules() -> None:
        """List the rules of the city's plan, or preview what a new rule pack would change."""

    @rules.command("list")
    @_JSON
    def list_rules(*, as_json: bool) -> None:
        """List every rule: clause, kind, numbers, the function that decides, and what it demands."""
        make_app()  # A rule's function is declared when its room is imported, and the application imports them all.
        rows = [_row(demand) for demand in rulebook.demands().values()]
        if as_json:
            click.echo(json.dumps({"rules": rows}, ensure_ascii=False))
            return
        for row in rows:
            click.echo("\n    ".join(_lines(row)))

    @rules.command("preview")
    @click.argument("pack", type=_FILE)
    @_JSON
    def preview(pack: Path, *, as_json: bool) -> None:
        """Say which open classes the rule pack in the file PACK would judge differently, with the figures."""
        from voucher_service.classes.schemas import PreviewSchema  # noqa: PLC0415 - brings the whole service with it
        from voucher_service.classes.service import preview_of  # noqa: PLC0415
        from voucher_service.programmes.service import PackDocumentSchema  # noqa: PLC0415

        app = make_asking_app()
        document = _loaded(PackDocumentSchema(), pack)
        with app.app_context(), _refusals():
            told = PreviewSchema().dump(preview_of(document, local_date(app.extensions["clock"].now())))
        if as_json:
            click.echo(json.dumps(told, ensure_ascii=False))
            return
        for number in told["numbers"]:
            click.echo(f"{number['key']}: {number['now']} → {number['then']}")
        for change in told["changes"]:
            kept = "" if change["takes_effect"] else "  (keeps its own pack)"
            click.echo(f"{change['class_id']} {change['state']} {change['after']['rule_id']}: "
                       f"{change['before']['light']} → {change['after']['light']}{kept}")  # fmt: skip
            click.echo(f"    {change['after']['zh']}\n    {change['after']['en']}")
        click.echo(f"{len(told['changes'])} changes in {told['classes_looked_at']} open classes")

    return rules


def _classes(make_app: Callable[[], Flask]) -> click.Group:
    @click.group()
    def classes() -> None:
        """Check class plans."""

    @classes.command()
    @click.argument("plan", type=_FILE)
    @click.option("--institution", required=True, help="The institution's id, 16 hex digits.")
    @_JSON
    def preflight(plan: Path, institution: str, *, as_json: bool) -> None:
        """Ask every rule about the plan in the file PLAN; exit 1 if one of them turns it down."""
        from voucher_service.classes import service  # noqa: PLC0415 - brings the whole service with it
        from voucher_service.classes.schemas import ProposalSchema  # noqa: PLC0415
        from voucher_service.institutions.service import by_id  # noqa: PLC0415

        app, proposal = make_app(), _loaded(ProposalSchema(), plan)
        with app.app_context(), _refusals():
            school, today = by_id(_identifier(institution)), local_date(app.extensions["clock"].now())
            found = service.findings_of_proposal(school.region_id, school.institution_id, proposal, today)
            told = [service.explained(finding) for finding in found]
        if as_json:
            click.echo(
                json.dumps({"institution_id": to_hex(school.institution_id), "findings": told}, ensure_ascii=False)
            )
        else:
            for finding in told:
                click.echo(f"{finding['light']:5}  {finding['rule_id']:5} {finding['clause']}  {finding['zh']}")
                click.echo(f"                {finding['en']}")
        sys.exit(any(finding["light"] == "red" for finding in told))

    return classes


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    """A rule as the terminal shows it: its head, and what belongs to it below."""
    yield f"{row['rule']}  {row['clause'] or '—'}  {'/'.join(row['kinds'])}  {', '.join(row['decided_by'])}"
    yield from (row["zh"], row["en"])
    if row["numbers"]:
        yield ", ".join(row["numbers"])
    if row["who_zh"]:
        yield from (row["who_zh"], row["who_en"])


def _row(demand: rulebook.Demand) -> dict[str, Any]:
    return {
        "rule": demand.rule_id,
        "clause": demand.clause,
        "kinds": list(demand.kinds),
        "stage": demand.stage,
        "numbers": list(demand.numbers),
        "decided_by": list(demand.decided_by),
        "who_zh": demand.who_zh,
        "who_en": demand.who_en,
        "zh": demand.zh,
        "en": demand.en,
    }


def _loaded(schema: Schema, path: Path) -> Any:
    """Read a document as the API would; what it would refuse ends the command with a sentence."""
    try:
        with path.open("rb") as file:
            text = file.read(FILE_BYTES_MAX + 1)
        if len(text) > FILE_BYTES_MAX:
            raise click.ClickException(f"{path} is larger than {FILE_BYTES_MAX} bytes")
        document = json.loads(text)
    except (OSError, ValueError, RecursionError) as wrong:
        raise click.ClickException(f"{path} cannot be read: {wrong}") from wrong
    if not isinstance(document, Mapping):
        raise click.ClickException(f"{path} holds no JSON object")
    try:
        return schema.load(document)
    except ValidationError as wrong:
        raise click.ClickException(f"{path}: {json.dumps(wrong.messages, ensure_ascii=False)}") from wrong


def _identifier(text: str) -> int:
    try:
        return from_hex(text)
    except ValueError as wrong:
        raise click.ClickException(str(wrong)) from wrong


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn a refusal into the command's own error."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(f"{refusal.code}: {refusal.sentence_zh} {refusal.sentence_en}") from refusal
