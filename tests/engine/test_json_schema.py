"""Schemas: what they allow, and where they are wrong."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from desktop.engine import json_schema
from desktop.engine.json_schema import MAX_SCHEMA
from desktop.errors import KotonohaError


def allows(schema: object, value: str) -> bool:
    """Return whether a text is JSON after the schema."""
    grammar = json_schema.parse(json.dumps(schema, ensure_ascii=False))
    state = grammar.advance(grammar.start, value.encode())
    return state is not None and state.done


NODE = {
    "type": "object",
    "properties": {"値": {"type": "integer"}, "子": {"type": "array", "items": {"$ref": "#/$defs/a~1b"}}},
}


@pytest.mark.parametrize(
    ("schema", "yes", "no"),
    [
        (True, ['{"a": [1.5e3, {}, null]}', '"\\u3042"', "-0.5"], ["{", "01", "'a'", '"\\ud800"', '"\n"']),
        ({"type": "boolean"}, ["true"], ["1"]),
        ({"type": ["string", "null"]}, ['"a"', "null"], ["1"]),
        ({"const": {"a": ['"', "\\", "あ"]}}, ['{"a": ["\\"", "\\\\", "あ"]}'], ["{}"]),
        ({"enum": ["赤", "青", 1]}, ['"赤"', "1"], ['"緑"']),
        ({"type": "string", "minLength": 2, "maxLength": 3}, ['"猫犬"', '"\\n\\n\\n"'], ['"猫"', '"abcd"']),
        ({"type": "string", "pattern": "^[0-9]{3}-\\d{4}$"}, ['"123-4567"'], ['"1234567"', '"x123-4567"']),
        ({"type": "string", "pattern": "猫|犬"}, ['"黒猫だ"', '"犬"'], ['"鳥"']),
        ({"type": "string", "pattern": '^(?:[^"]|\\n)+$'}, ['"a\\\\b"', '"\\n"'], ['"a\\"b"', '""']),
        ({"format": "date-time"}, ['"2026-11-24T09:05:00+09:00"'], ['"2026-13-24T09:05:00Z"']),
        ({"format": "uuid"}, ['"123e4567-e89b-12d3-a456-426614174000"'], ['"123"']),
        ({"type": "string", "format": "email"}, ['"a"'], ["1"]),  # an annotation
        ({"type": "number", "minimum": 0}, ["0.5", "12e3"], ["-1"]),
        ({"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "null"}},
         ["[null]", "[null, null]"], ["[]", "[null, null, null]"]),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
         ['[1, "a"]'], ["[1]", '[1, "a", 2]']),
        ({"properties": {"甲": {"type": "integer"}, "乙": True, "丙": True}, "required": ["乙"]},
         ['{"乙": 1}', '{"甲": 1, "乙": 2}', '{"乙": 1, "丙": 3}'],
         ["{}", '{"甲": 1}', '{"丙": 1, "乙": 2}']),
        ({"properties": {"ab": {"type": "string"}}, "additionalProperties": {"type": "integer"}},
         ["{}", '{"ab": "x", "a": 1, "abc": 2}', '{"猫": 1}'], ['{"ab": 1}', '{"ab": "x", "ab": 1}']),
        ({"type": "object", "additionalProperties": False}, ["{}", "{ }"], ['{"a": 1}']),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, ["5", '"a"'], ["null"]),
        ({"type": "object",
          "oneOf": [{"properties": {"a": True}, "required": ["a"]}, {"properties": {"b": True}}]},
         ['{"a": 1}', '{"b": 1}', "{}"], ['{"a": 1, "b": 2}']),
        ({"allOf": [{"$ref": "#/$defs/x"}, {"properties": {"y": True}, "required": ["y"]}],
          "$defs": {"x": {"type": "object", "properties": {"x": True}, "required": ["x"]}}},
         ['{"x": 1, "y": 2}'], ['{"x": 1}', '{"y": 2}']),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": NODE}},
         ['{"値": 1, "子": [{"値": 2}, {"子": []}]}'], ["[]"]),
    ],
)  # fmt: skip
def test_what_a_schema_allows(schema: object, yes: list[str], no: list[str]) -> None:
    assert [each for each in yes if not allows(schema, each)] == []
    assert [each for each in no if allows(schema, each)] == []


@pytest.mark.parametrize(
    "bounds", [(-5, 12), (0, 0), (100, 1234), (-120, -7), (None, 5), (3, None), (-1000, 1000), (99, 101)]
)
def test_integers_keep_within_their_bounds(bounds: tuple[int | None, int | None]) -> None:
    low, high = bounds
    schema: dict[str, Any] = {"type": "integer"}
    schema |= {} if low is None else {"minimum": low}
    schema |= {} if high is None else {"exclusiveMaximum": high + 1}
    grammar = json_schema.parse(json.dumps(schema))
    for value in range(-1300, 1300):
        state = grammar.advance(grammar.start, str(value).encode())
        assert (state is not None and state.done) == (
            (low is None or value >= low) and (high is None or value <= high)
        ), value


def test_it_may_be_written_over_many_lines_but_not_endlessly() -> None:
    value = {"a": [1, {"b": 2}], "c": "d"}
    for indent in (None, 0, 2, 4):
        assert allows(True, json.dumps(value, indent=indent))
    assert not allows(True, '{"a":' + " " * 30 + "1}")


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ("", "1行目の1文字目: 値が要ります"),
        ('{"a": 1,}', "1行目の9文字目"),
        ('{\n "a"\n}', "3行目の1文字目: 「:」が要ります"),
        ('"' + "x" * MAX_SCHEMA + '"', "長すぎます"),
        ("[" * 9999, "入れ子が深すぎます"),
        ("1", "# が正しくありません"),
        ('{"type": "objekt"}', "#/type が"),
        ('{"properties": {"年齢": {"type": ["数"]}}}', "#/properties/年齢/type が"),
        ('{"properties": {"a/b": {"minLength": -1}}}', "#/properties/a~1b/minLength が"),
        ('{"items": {"anyOf": []}}', "#/items/anyOf が"),
        ('{"items": {"anyOf": [{}, {"not": {}}]}}', "#/items/anyOf/1/not が"),
        ('{"minItems": 3, "maxItems": 2}', "#/maxItems が"),
        ('{"enum": []}', "#/enum が"),
        ('{"$ref": "#/nowhere"}', "#/$ref が正しくありません。#/nowhere がありません"),
        ('{"$ref": "https://example.com/s.json"}', "#/$ref が"),
        ('{"$ref": "#"}', "# が正しくありません。自分自身"),
        ('{"anyOf": [{"$ref": "#"}, {"type": "null"}]}', "自分自身"),
        ('{"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#/$defs/a"}}}', "自分自身"),
        ('{"allOf": [{"type": "string"}, {"type": "null"}]}', "#/allOf/1/type が"),
        ('{"pattern": "(?=a)"}', "#/pattern が"),
        ('{"pattern": "("}', "#/pattern が"),
        ('{"pattern": "(a)\\\\1"}', "#/pattern が"),
        ('{"type": "number", "maximum": 3}', "#/maximum が"),
        ('{"type": "integer", "minimum": 5, "maximum": 3}', "# が正しくありません。この範囲"),
        ('{"required": ["a"], "additionalProperties": false}', "#/required が"),
        ('{"properties": {"x": {"maxLength": 1000000}}}', "#/properties/x が正しくありません。大きすぎます"),
        ('{"uniqueItems": true}', "#/uniqueItems が"),
        ('{"properties": {"\\ud800": {"type": 5}}}', "#/properties/?/type が"),
        ('{"properties":' * 300 + "1" + "}" * 300, "入れ子が深すぎます"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(schema: str, place: str) -> None:
    with pytest.raises(KotonohaError) as told:
        json_schema.parse(schema)
    assert told.value.code == "schema_invalid"
    assert place in told.value.ja
    assert "JSON schema" in told.value.en


WORDS: list[object] = [
    *("type", "object", "array", "string", "integer", "properties", "items", "anyOf", "allOf", "$ref", "#"),
    *("required", "enum", "pattern", "additionalProperties", "#/properties", "年齢", "minLength", "maxItems"),
    *("(a|b)*$", "[^\\d]{2,}", "(" * 400 + ")" * 400, "[\\U0001F600]", "(?i)a", "(a{99}){99}", "\\bx"),
    *(-1, 0, 7, 10**30, 1.5, True, False, None, {}, [], "\ud800", ""),
]


def _grown(random_: random.Random, depth: int = 0) -> object:
    kind = random_.randrange(4 if depth < 5 else 1)
    if kind == 0:
        return random_.choice(WORDS)
    if kind == 1:
        return [_grown(random_, depth + 1) for _ in range(random_.randrange(4))]
    return {str(random_.choice(WORDS)): _grown(random_, depth + 1) for _ in range(random_.randrange(5))}


def test_grown_schemas_are_read_or_refused_with_a_sentence() -> None:
    random_ = random.Random(6)
    read = 0
    for _ in range(3000):
        schema = _grown(random_)
        try:
            grammar = json_schema.parse(json.dumps(schema))
            for text in ("{", "[", '"a', "-1", "true"):
                grammar.advance(grammar.start, text.encode())
            read += 1
        except KotonohaError as error:
            assert error.code in ("schema_invalid", "grammar_invalid")
            str(error).encode("utf-8", "strict")
    assert 100 < read < 2900


def test_a_schema_cannot_grow_when_it_is_read() -> None:
    options = [{"properties": {f"x{at}": True}} for at in range(700)]
    with pytest.raises(KotonohaError, match="多すぎます"):
        json_schema.parse(json.dumps({"anyOf": options, "oneOf": [{"required": []}] * 700}))


@pytest.mark.parametrize("text", ['{"const": 1e999}', '{"const": NaN}', '{"enum": [-Infinity]}'])
def test_a_number_that_json_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(KotonohaError) as told:
        json_schema.parse(text)
    assert told.value.code == "schema_invalid"
