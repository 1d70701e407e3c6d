"""A body is read by the schema's short loop as the library reads it, and the library says what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, INCLUDE, Schema, ValidationError, fields, validate

from voucher_service.redemptions.schemas import RedeemSchema
from voucher_service.web.fields import Identifier, StrictSchema, line, region


def _members() -> dict[str, Any]:
    return {
        "name": line(5, required=True),
        "region": region(),
        "thing": Identifier(allow_none=True, data_key="thing_id", attribute="made_thing"),
        "day": fields.Date(load_default=None),
        "kind": fields.String(load_default="typed", validate=validate.OneOf(("typed", "read"))),
        "drawn": fields.List(fields.Integer(strict=True), load_default=lambda: [1]),
        "sure": fields.Boolean(truthy={True}, falsy={False}),
    }


class Inner(StrictSchema):
    locals().update(_members())


class InnerOfTheLibrary(Schema):
    locals().update(_members())


class Outer(StrictSchema):
    inner = fields.Nested(Inner, required=True)
    several = fields.Nested(Inner, many=True)


class OuterOfTheLibrary(Schema):
    inner = fields.Nested(InnerOfTheLibrary, required=True)
    several = fields.Nested(InnerOfTheLibrary, many=True)


ODD = st.sampled_from([None, 0, 1, True, False, "", "a", "a\n", "张", "123456", "f" * 16, [], [1], {}, 410000, 1.5])
VALUES = {
    "name": st.one_of(st.text(max_size=6), ODD),
    "region": st.one_of(st.integers(99999, 1000000), ODD),
    "thing_id": st.one_of(st.just("0" * 15 + "a"), ODD),
    "day": st.one_of(st.just("2026-11-30"), ODD),
    "kind": st.one_of(st.just("read"), ODD),
    "drawn": st.one_of(st.lists(st.integers(), max_size=2), ODD),
    "sure": ODD,
    "thing": ODD,
    "stranger": ODD,
}
GOOD = {"name": "张三", "region": 411200}


def _one_body() -> st.SearchStrategy[dict[str, Any]]:
    """A good body with a few members put in or taken out, so that most are nearly right."""
    return st.lists(
        st.sampled_from(sorted(VALUES)).flatmap(lambda name: st.tuples(st.just(name), VALUES[name])), max_size=3
    ).map(lambda changed: {**GOOD, **dict(changed)})


def _outcome(schema: Schema, body: Any, **options: Any) -> tuple[str, Any]:
    try:
        return "read", schema.load(body, **options)
    except ValidationError as error:
        return "refused", (error.normalized_messages(), error.valid_data)


@given(st.one_of(_one_body(), ODD), st.lists(_one_body(), max_size=2), st.sampled_from([{}, {"unknown": EXCLUDE}]))
def test_the_loop_reads_and_refuses_whatever_the_library_does(body: Any, several: list[Any], options: Any) -> None:
    whole = {"inner": body, "several": several}
    assert _outcome(Inner(), body, **options) == _outcome(InnerOfTheLibrary(), body, **options)
    assert _outcome(Outer(), whole, **options) == _outcome(OuterOfTheLibrary(), whole, **options)


@pytest.mark.parametrize("options", [{"unknown": INCLUDE}, {"partial": True}, {"partial": ("name",)}, {"many": True}])
def test_what_the_loop_has_no_notion_of_is_left_to_the_library(options: dict[str, Any]) -> None:
    body: Any = [GOOD, {}] if "many" in options else {"region": 411200, "stranger": 1}
    assert _outcome(Inner(), body, **options) == _outcome(InnerOfTheLibrary(), body, **options)


def test_a_good_body_never_reaches_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def reach(*_: Any, **__: Any) -> None:
        raise AssertionError("read by the library")

    body = {"code": "1", "class_id": "f" * 16, "person": {"id_number": "4" * 18, "name": "张三"}}
    monkeypatch.setattr(Schema, "_deserialize", reach)
    assert RedeemSchema().load(body)["person"]["method"] == "typed"


@pytest.mark.parametrize("options", [{"pre_load": str.strip}, {"post_load": str.strip}, {"attribute": "a.b"}])
def test_a_field_with_steps_of_its_own_is_left_to_the_library(options: dict[str, Any]) -> None:
    members: Any = {"name": fields.String(**options)}
    body = {"name": " 张三 "}
    assert StrictSchema.from_dict(members)().load(body) == Schema.from_dict(members)().load(body)
    assert StrictSchema.from_dict(members)().load(body) != body
