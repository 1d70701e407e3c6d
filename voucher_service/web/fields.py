"""Fields that every stage's schemas share, and the schema that they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate

from voucher_service.identifiers import from_hex, to_hex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class StrictSchema(Schema):
    """Refuses unknown members (marshmallow's default, said here because the service promises it).

    A body with nothing wrong in it is read by a short loop over what its fields do, at a third of the cost. Whatever
    the loop does not take is read again by the library, which alone says what is wrong.
    """

    def _init_fields(self) -> None:
        super()._init_fields()
        fields_read = self.load_fields.items()
        self._is_plain = all(_is_plain(name, field) for name, field in fields_read)
        self._readings = [_reading_of(name, field) for name, field in fields_read]

    def _deserialize(
        self, data: Any, *, many: bool = False, partial: Any = None, unknown: Any = RAISE, **kwargs: Any
    ) -> Any:
        if self._is_plain and type(data) is dict and not many and partial is None and unknown == RAISE:
            try:
                return self._read(data)
            except ValidationError:
                pass  # the library finds this one and all others that there are
        return super()._deserialize(data, many=many, partial=partial, unknown=unknown, **kwargs)

    def _read(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what the fields make of a body; raises ValidationError if there is anything wrong with it."""
        found, members = {}, 0
        for reading in self._readings:
            value = data.get(reading.member, missing)
            if value is missing:
                value = reading.field.deserialize(missing)
            else:
                members += 1
                value = reading.value_of(value, data)
            if value is not missing:
                found[reading.key] = value
        if members != len(data):
            raise ValidationError("unknown members")
        return found


class _Reading(NamedTuple):
    """How one field is read: its member of the body, the key it is handed on by, and what makes its value."""

    member: str
    key: str
    field: fields.Field[Any]
    deserialize: Callable[..., Any]
    validators: Sequence[Callable[[Any], Any]]

    def value_of(self, value: Any, data: dict[str, Any]) -> Any:
        """Do what `Field.deserialize` does to a value that is there."""
        if value is None:
            return self.field.deserialize(None, self.member, data)
        made = self.deserialize(value, self.member, data)
        for validator in self.validators:
            validator(made)
        return made


def _is_plain(name: str, field: fields.Field[Any]) -> bool:
    """Whether the library does no more with a field's value than `value_of` does."""
    steps = ("deserialize", "_validate")
    its_own_way = any(getattr(type(field), step) is not getattr(fields.Field, step) for step in steps)
    return not (its_own_way or field.pre_load or field.post_load or "." in (field.attribute or name))


def _reading_of(name: str, field: fields.Field[Any]) -> _Reading:
    """Look up once what the library looks up for each value."""
    member = name if field.data_key is None else field.data_key
    made_by = field._deserialize  # noqa: SLF001 - what a field is written as; the public method looks all else up again
    return _Reading(member, field.attribute or name, field, made_by, tuple(field.validators))


class Identifier(fields.Field[int]):
    """A 64-bit id: 16 lower-case hex digits outside, a signed integer inside."""

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        return None if value is None else to_hex(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:  # noqa: ARG002
        try:
            return from_hex(value) if isinstance(value, str) else from_hex("")
        except ValueError as error:
            raise ValidationError(str(error)) from error


def region() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(100000, 999999))


def line(most: int, *, least: int = 1, **options: Any) -> fields.String:
    """One line of text of `least` to `most` characters without control characters."""
    return fields.String(validate=[validate.Length(least, most), validate.Regexp(r"[^\x00-\x1f\x7f]*\Z")], **options)
