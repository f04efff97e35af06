"""The JSON schema of a file of rules, from the types and words of its fields.

Written out whole, without references, and in what draft 7 knows: so an editor of TOML
shows a field's words wherever it stands.  (Pydantic's own has references, and takes a
decimal for text.)
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ektp_sched.rules.fields import Table
from ektp_sched.rules.forms import apart, fields_of, form_of, is_table
from ektp_sched.words import in_language

_TYPES: Final[dict[Any, dict[str, str]]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    Decimal: {"type": "number"},
    date: {"type": "string", "format": "date"},
}


def schema_of(model: type[Table], language: str) -> dict[str, Any]:
    """Return the schema of the files of a model, with descriptions in a language."""
    draft = {"$schema": "http://json-schema.org/draft-07/schema#"}
    return draft | _schema(model, language, partly=False)


def schema_bytes(model: type[Table], language: str) -> bytes:
    """Return the schema as a file, for an editor."""
    schema = schema_of(model, language)
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()


def _schema(annotation: Any, language: str, *, partly: bool) -> dict[str, Any]:
    """Return the schema of a type; of one that is given ``partly`` no key is needed."""
    schema: dict[str, Any] = {}
    if isinstance(annotation, FieldInfo):
        if annotation.description is not None:
            schema["description"] = in_language(annotation.description, language)
        default = annotation.default
        if default not in (None, PydanticUndefined) and not isinstance(default, Table):
            schema["default"] = _plain(default)
    base, metadata = apart(annotation)
    for constraint in metadata:
        if isinstance(constraint, BeforeValidator):
            written = constraint.json_schema_input_type
            base = base if written is PydanticUndefined else written
    differs = form_of(annotation).of
    if differs is not None:
        return schema | _table(differs, language, partly=True)
    if is_table(base):
        return schema | _table(base, language, partly=partly)
    if get_origin(base) is Literal:
        return schema | {"type": "string", "enum": [*get_args(base)]}
    if get_args(base):
        return schema | _several(base, metadata, language, partly=partly)
    limits = _limits(metadata, "Length" if base is str else "")
    return schema | _TYPES.get(base, {}) | limits


def _table(model: type[BaseModel], language: str, *, partly: bool) -> dict[str, Any]:
    fields = fields_of(model).items()
    needed = [key for key, field in fields if field.is_required() and not partly]
    below = {key: _schema(field, language, partly=partly) for key, field in fields}
    schema = {"type": "object", "additionalProperties": False, "properties": below}
    return schema | ({"required": needed} if needed else {})


def _several(
    base: Any, metadata: list[Any], language: str, *, partly: bool
) -> dict[str, Any]:
    """Return the schema of a list, of a table by name, or of what may be either."""
    kinds = get_args(base)
    if get_origin(base) is tuple:
        size = (
            {}
            if kinds[-1] is Ellipsis
            else dict.fromkeys(("minItems", "maxItems"), len(kinds))
        )
        entry = _schema(kinds[0], language, partly=False)
        return {"type": "array", **_limits(metadata, "Items"), **size, "items": entry}
    if get_origin(base) is dict:
        names, entry = apart(kinds[0])[0], _schema(kinds[1], language, partly=partly)
        words = (
            {"propertyNames": {"enum": [*get_args(names)]}} if get_args(names) else {}
        )
        return {"type": "object", **words, "additionalProperties": entry}
    return {"anyOf": [_schema(kind, language, partly=partly) for kind in kinds]}


def _limits(metadata: list[Any], of: str) -> dict[str, Any]:
    """Return what a type says of a number, or of the length of what it is of."""
    limits: dict[str, Any] = {}
    for constraint in metadata:
        if isinstance(constraint, Ge):
            limits["minimum"] = constraint.ge
        elif isinstance(constraint, Gt):
            limits.pop("minimum", None)
            limits["exclusiveMinimum"] = constraint.gt
        elif isinstance(constraint, Le):
            limits["maximum"] = constraint.le
        elif isinstance(constraint, MinLen):
            limits[f"min{of}"] = constraint.min_length
        elif isinstance(constraint, MaxLen):
            limits[f"max{of}"] = constraint.max_length
    return limits


def _plain(default: Any) -> Any:
    if isinstance(default, tuple):
        return [_plain(part) for part in default]
    if isinstance(default, Decimal):
        return (
            int(default) if default == default.to_integral_value() else float(default)
        )
    return default
