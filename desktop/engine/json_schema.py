"""From a JSON schema to a grammar whose texts are JSON after that schema, and what is wrong with it.

What would bind the answer and cannot be expressed is refused, with its place, and not passed over in silence;
annotations (``title``, ``description``, ``default``, unknown formats) bind nothing. Properties come in the
order of the schema; others only where ``additionalProperties`` names them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from desktop.engine.gbnf import left_recursive
from desktop.engine.grammar import Chars, Choice, Grammar, Node, Repeat, Rule, Sequence, TooLarge, literal
from desktop.engine.json_text import ANY, CHARACTER, COMMA, FORMATS, SPACE, between, generic, matching
from desktop.errors import KotonohaError

MAX_SCHEMA = 64 * 1024  # characters
_MOST_RULES = 5_000
_MOST_VISITS = 20_000  # parts that stand beside others are looked at once for each of them
_MOST_DEPTH = 64
_LONGEST = 1_000_000_000  # items or characters; what is really too many, the grammar says

_TYPES = ("string", "number", "integer", "boolean", "null", "object", "array")
# They would bind the answer, and a grammar cannot, or would become too large.
_UNSUPPORTED = frozenset(
    {"not", "if", "then", "else", "patternProperties", "propertyNames", "dependentSchemas", "dependencies"}
    | {"dependentRequired", "contains", "minContains", "maxContains", "uniqueItems", "multipleOf"}
    | {"minProperties", "maxProperties", "unevaluatedItems", "unevaluatedProperties", "additionalItems"}
    | {"$dynamicRef", "$recursiveRef"}
)
_BINDING = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems", "maxItems"}
    | {"enum", "const", "anyOf", "oneOf", "allOf", "$ref", "pattern", "format", "minLength", "maxLength"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
)
_OF_TYPE = {
    "object": ("properties", "required", "additionalProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
_JSON_ERRORS = {
    "Expecting value": "値が要ります",
    "Expecting property name enclosed in double quotes": '「"」で囲んだ名前か「}」が要ります',
    "Illegal trailing comma before end of object": "「}」の前に余分な「,」があります",
    "Illegal trailing comma before end of array": "「]」の前に余分な「,」があります",
    "Expecting ':' delimiter": "「:」が要ります",
    "Expecting ',' delimiter": "「,」が要ります",
    "Unterminated string starting at": '文字列が「"」で閉じていません',
    "Invalid control character at": "文字列の中に制御文字があります",
    "Invalid \\escape": "この「\\」の書き方はありません",
    "Invalid \\uXXXX escape": "\\u の後に16進4桁が要ります",
    "Extra data": "JSONの後に余分な文字があります",
}


def parse(text: str) -> Grammar:
    """Return the grammar of a JSON schema. Raise ``KotonohaError("schema_invalid")`` with the place."""
    if len(text) > MAX_SCHEMA:
        raise _invalid(
            f"長すぎます（{len(text):,}文字。{MAX_SCHEMA:,}文字まで）",
            f"it is too long ({len(text):,} of {MAX_SCHEMA:,} characters)",
        )
    try:
        return _grammar(_decoded(text))
    except RecursionError:
        raise _invalid("入れ子が深すぎます", "it is nested too deeply") from None


def _grammar(schema: object) -> Grammar:
    converter = _Converter(schema)
    converter.rules["root"] = converter.visit(schema, "#", 0)
    converter.follow()
    circle = left_recursive(converter.rules)
    if circle is not None:
        raise _wrong(circle.name, "自分自身を参照して、終わりません", "it refers to itself and never ends")
    try:
        return Grammar(converter.rules)
    except TooLarge as large:
        raise _wrong(
            converter.places[large.place],
            "大きすぎます。個数や長さの上限を小さくしてください",
            "it is too large; make its limits of number or length smaller",
        ) from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text[:40])
    return number


def _decoded(text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except json.JSONDecodeError as error:
        reason = _JSON_ERRORS.get(error.msg, error.msg)
        raise _invalid(
            f"JSONとして読めません。{error.lineno}行目の{error.colno}文字目: {reason}",
            f"it is not JSON. Line {error.lineno}, column {error.colno}: {error.msg}",
        ) from None
    except ValueError as error:  # a number out of range, or an integer of thousands of digits
        raise _invalid(f"JSONとして読めません（{error}）", f"it is not JSON ({error})") from None


def _invalid(ja: str, en: str) -> KotonohaError:
    # A name in the schema may hold half a surrogate pair, which cannot be sent.
    ja, en = (text.encode("utf-8", "replace").decode() for text in (ja, en))
    return KotonohaError(
        "schema_invalid", f"JSONスキーマを使えません。{ja}。", f"The JSON schema cannot be used: {en}."
    )


def _wrong(pointer: str, ja: str, en: str) -> KotonohaError:
    shown = pointer if len(pointer) <= 200 else f"…{pointer[-200:]}"
    return _invalid(f"{shown} が正しくありません。{ja}", f"{shown} is not valid: {en}")


def _step(pointer: str, *steps: str | int) -> str:
    return "/".join((pointer, *(str(step).replace("~", "~0").replace("/", "~1") for step in steps)))


class _Converter:
    """Makes rules; those of referred parts are called after their JSON pointers."""

    def __init__(self, schema: object) -> None:
        self.rules: dict[str, Node] = generic()
        self.places = ["#"]  # JSON pointers, by the place in a node
        self._schema = schema
        self._visits = 0
        self._wanted: list[str] = []  # pointers whose rules are yet to be made

    def follow(self) -> None:
        """Make the rules of all parts that are referred to."""
        while self._wanted:
            pointer = self._wanted.pop()
            self._add(pointer, self.visit(self._find(pointer, pointer), pointer, 0))

    def visit(self, schema: object, pointer: str, depth: int) -> Node:  # noqa: PLR0911 - one a keyword
        """Return the node of a part of the schema."""
        self._visits += 1
        if depth > _MOST_DEPTH:
            raise _wrong(pointer, "入れ子が深すぎます", "it is nested too deeply")
        if self._visits > _MOST_VISITS:
            raise _invalid("部分が多すぎます", "it has too many parts")
        if schema is True:
            return ANY
        if not isinstance(schema, dict):
            raise _wrong(pointer, "スキーマは { } で書きます", "a schema is an object")
        for key in schema.keys() & _UNSUPPORTED:
            if schema[key] is not False:  # "uniqueItems": false binds nothing
                raise _wrong(
                    _step(pointer, key), "答えを縛る方法がないため、使えません", "it cannot be enforced"
                )
        if "$ref" in schema:
            return self._reference(schema, pointer)
        if "allOf" in schema:
            return self.visit(self._merged(schema, pointer), pointer, depth + 1)
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self._union(schema, key, pointer, depth)
        if "const" in schema:
            return self._constant(schema["const"])
        if "enum" in schema:
            values = self._list(schema, "enum", pointer)
            return Choice(tuple(self._constant(value) for value in values))
        types = self._types(schema, pointer)
        nodes = [self._typed(kind, schema, pointer, depth) for kind in types]
        return nodes[0] if len(nodes) == 1 else Choice(tuple(nodes))

    def _add(self, name: str, node: Node) -> Rule:
        if len(self.rules) >= _MOST_RULES:
            raise _invalid("部分が多すぎます", "it has too many parts")
        self.rules[name] = node
        return Rule(name)

    def _place(self, pointer: str) -> int:
        self.places.append(pointer)
        return len(self.places) - 1

    def _list(self, schema: Mapping[str, Any], key: str, pointer: str) -> list[Any]:
        value = schema[key]
        if not isinstance(value, list) or not value:
            raise _wrong(
                _step(pointer, key), "[ ] に1つ以上要ります", "a list with at least one entry is expected"
            )
        return value

    def _types(self, schema: Mapping[str, Any], pointer: str) -> list[str]:
        named = schema.get("type")
        if named is None:
            found = [kind for kind, keys in _OF_TYPE.items() if schema.keys() & set(keys)]
            return found or ["any"]
        types = named if isinstance(named, list) and named else [named]
        for kind in types:
            if not isinstance(kind, str) or kind not in _TYPES:
                raise _wrong(
                    _step(pointer, "type"),
                    f"型は {'、'.join(_TYPES)} のどれかです",
                    f"a type is one of {', '.join(_TYPES)}",
                )
        return types

    def _typed(  # noqa: PLR0911 - one a type
        self, kind: str, schema: Mapping[str, Any], pointer: str, depth: int
    ) -> Node:
        match kind:
            case "object":
                return self._object(schema, pointer, depth)
            case "array":
                return self._array(schema, pointer, depth)
            case "string":
                return self._string(schema, pointer)
            case "integer" | "number":
                return self._number(kind, schema, pointer)
            case "boolean":
                return Choice((literal("true"), literal("false")))
            case "null":
                return literal("null")
        return ANY

    def _constant(self, value: object) -> Node:
        return literal(json.dumps(value, ensure_ascii=False))

    def _reference(self, schema: Mapping[str, Any], pointer: str) -> Node:
        place = _step(pointer, "$ref")
        if beside := sorted(schema.keys() & (_BINDING - {"$ref"})):
            raise _wrong(
                _step(pointer, beside[0]),
                "$ref のそばには書けません",
                "it cannot stand beside a $ref",
            )
        target = schema["$ref"]
        if not isinstance(target, str) or not (target == "#" or target.startswith("#/")):
            raise _wrong(
                place,
                "同じスキーマの中の # で始まる場所だけ使えます",
                "only places in the same schema, which begin with #, can be referred to",
            )
        target = _step("#", *_tokens(target))
        self._find(target, place)
        if target not in self.rules and target not in self._wanted:
            self._wanted.append(target)
        return Rule(target)

    def _find(self, pointer: str, place: str) -> object:
        part: Any = self._schema
        for token in _tokens(pointer):
            if isinstance(part, dict) and token in part:
                part = part[token]
            elif isinstance(part, list) and token.isdecimal() and int(token[:9]) < len(part):
                part = part[int(token)]
            else:
                raise _wrong(place, f"{pointer[:200]} がありません", f"there is no {pointer[:200]}")
        return part

    def _merged(self, schema: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        """Return one schema in place of all of ``allOf`` and what stands beside it."""
        whole = {key: value for key, value in schema.items() if key != "allOf"}
        for at, part in enumerate(self._list(schema, "allOf", pointer)):
            where = _step(pointer, "allOf", at)
            part = self._resolved(part, where)  # noqa: PLW2901
            if "allOf" in part:
                raise _wrong(
                    where, "allOf の中の allOf は使えません", "an allOf inside an allOf cannot be used"
                )
            whole = self._with(whole, part, where)
        return whole

    def _resolved(self, part: object, pointer: str) -> dict[str, Any]:
        """Return the schema that a part is or refers to."""
        for _ in range(_MOST_DEPTH):
            if not isinstance(part, dict):
                raise _wrong(pointer, "スキーマは { } で書きます", "a schema is an object")
            target = part.get("$ref")
            if not isinstance(target, str) or not target.startswith("#"):
                return part
            part = self._find(target, _step(pointer, "$ref"))
        raise _wrong(pointer, "自分自身を参照して、終わりません", "it refers to itself and never ends")

    def _with(self, base: dict[str, Any], part: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        """Return a schema that demands both."""
        both = dict(base)
        for key, value in part.items():
            mine = both.get(key)
            if key not in both or key not in _BINDING or mine == value:
                both[key] = value
            elif key == "properties" and isinstance(mine, dict) and isinstance(value, dict):
                for name in mine.keys() & value.keys():
                    if mine[name] != value[name]:
                        raise self._conflict(_step(pointer, key, name))
                both[key] = mine | value
            elif key == "required" and isinstance(mine, list) and isinstance(value, list):
                both[key] = [*mine, *value]
            else:
                raise self._conflict(_step(pointer, key))
        return both

    def _conflict(self, pointer: str) -> KotonohaError:
        return _wrong(pointer, "ほかの部分と両方を満たせません", "it cannot be combined with the other parts")

    def _union(self, schema: Mapping[str, Any], key: str, pointer: str, depth: int) -> Node:
        beside = {name: value for name, value in schema.items() if name in _BINDING and name != key}
        options = []
        for at, option in enumerate(self._list(schema, key, pointer)):
            where = _step(pointer, key, at)
            if beside:
                if not isinstance(option, dict) or "$ref" in option:
                    raise self._conflict(where)
                option = self._with(beside, option, where)  # noqa: PLW2901
            options.append(self.visit(option, where, depth + 1))
        return Choice(tuple(options))

    def _count(self, schema: Mapping[str, Any], key: str, default: int | None, pointer: str) -> int | None:
        value = schema.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LONGEST:
            raise _wrong(_step(pointer, key), "0以上の整数が要ります", "an integer from 0 on is expected")
        return value

    def _counts(
        self, schema: Mapping[str, Any], least: str, most: str, pointer: str
    ) -> tuple[int, int | None]:
        low = self._count(schema, least, 0, pointer) or 0
        high = self._count(schema, most, None, pointer)
        if high is not None and high < low:
            raise _wrong(_step(pointer, most), f"{least} より小さいです", f"it is less than {least}")
        return low, high

    def _string(self, schema: Mapping[str, Any], pointer: str) -> Node:
        low, high = self._counts(schema, "minLength", "maxLength", pointer)
        if "pattern" in schema:
            place = _step(pointer, "pattern")
            if low or high is not None:
                raise _wrong(place, "長さと一緒には使えません", "it cannot be used together with a length")
            try:
                return Sequence((literal('"'), matching(schema["pattern"]), literal('"')))
            except ValueError as error:
                raise _wrong(
                    place,
                    f"この正規表現は使えません（{error}）",
                    f"this regular expression cannot be used ({error})",
                ) from None
        known = FORMATS.get(schema["format"]) if isinstance(schema.get("format"), str) else None
        if known is not None and not low and high is None:
            return known
        return Sequence((literal('"'), Repeat(CHARACTER, low, high, self._place(pointer)), literal('"')))

    def _number(self, kind: str, schema: Mapping[str, Any], pointer: str) -> Node:
        bounds: dict[str, float] = {}
        for key in _OF_TYPE["number"]:
            value = schema.get(key)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= 10**15:
                raise _wrong(
                    _step(pointer, key), "15桁までの数が要ります", "a number of at most 15 digits is expected"
                )
            bounds[key] = value
        if kind == "integer":
            low, high = _bounds(bounds)
            if low is not None and high is not None and low > high:
                raise _wrong(pointer, "この範囲に整数がありません", "there is no integer in this range")
            return between(low, high)
        if not bounds or bounds == {"minimum": 0}:
            return Rule("number-from-zero" if bounds else "number")
        key = next(iter(bounds))
        raise _wrong(
            _step(pointer, key),
            "小数の範囲は縛れません（使えるのは minimum: 0 だけです）",
            "the range of numbers cannot be enforced (only minimum: 0 can); use integers",
        )

    def _array(self, schema: Mapping[str, Any], pointer: str, depth: int) -> Node:
        low, high = self._counts(schema, "minItems", "maxItems", pointer)
        items, key = schema.get("items", True), "items"
        first = schema.get("prefixItems", [])
        if isinstance(items, list):  # as it was written before 2020
            first, items = items, False
        if not isinstance(first, list):
            raise _wrong(_step(pointer, "prefixItems"), "[ ] が要ります", "a list is expected")
        nodes = [
            self.visit(each, _step(pointer, "prefixItems", at), depth + 1) for at, each in enumerate(first)
        ]
        rest = None
        if items is not False:
            rest = self.visit(items, _step(pointer, key), depth + 1)
        place = self._place(pointer)
        if high is not None and high < len(nodes):
            nodes, rest = nodes[:high], None
        more_low, more_high = max(low - len(nodes), 0), None if high is None else high - len(nodes)
        if rest is None and more_low:
            raise _wrong(_step(pointer, "minItems"), "項目が足りません", "there are not so many items")
        parts: list[Node] = []
        for at, node in enumerate(nodes):
            parts += [COMMA, node] if at else [node]
        if rest is not None and (more_high is None or more_high > 0):
            following = Sequence((COMMA, rest))
            if nodes:
                parts.append(Repeat(following, more_low, more_high, place))
            else:
                last = None if more_high is None else more_high - 1
                some = Sequence((rest, Repeat(following, max(more_low - 1, 0), last, place)))
                parts.append(some if more_low else Repeat(some, 0, 1, place))
        return Sequence((literal("["), SPACE, *parts, SPACE, literal("]")))

    def _object(self, schema: Mapping[str, Any], pointer: str, depth: int) -> Node:
        properties = schema.get("properties", {})
        if not isinstance(properties, dict):
            raise _wrong(_step(pointer, "properties"), "{ } が要ります", "an object is expected")
        required = schema.get("required", [])
        if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
            raise _wrong(_step(pointer, "required"), "名前の [ ] が要ります", "a list of names is expected")
        extra = schema.get("additionalProperties", not properties and not required)
        missing = [name for name in required if name not in properties]
        if missing and extra is not False:  # they may be anything that the others may be
            properties = properties | dict.fromkeys(missing, True if extra is True else extra)
        elif missing:
            raise _wrong(
                _step(pointer, "required"),
                f"{missing[0]} が properties にありません",
                f"{missing[0]} is not one of the properties",
            )
        members: Node = Sequence(())
        started: Node = Sequence(())
        if extra is not False:
            value = self.visit(extra, _step(pointer, "additionalProperties"), depth + 1)
            member = Sequence((_other_name(properties), COLON, value))
            started = Repeat(Sequence((COMMA, member)), 0, None, self._place(pointer))
            members = Repeat(Sequence((member, started)), 0, 1, self._place(pointer))
        for at, (name, part) in reversed(list(enumerate(properties.items()))):
            where = _step(pointer, "properties", name)
            value = self.visit(part, where, depth + 1)
            member = Sequence((literal(json.dumps(name, ensure_ascii=False)), COLON, value))
            pair = self._add(f"{pointer} member {at}", member)
            after = self._add(f"{pointer} after {at}", started)
            begun, fresh = Sequence((COMMA, pair, after)), Sequence((pair, after))
            if name in required:
                started, members = begun, fresh
            else:
                before = self._add(f"{pointer} before {at}", members)
                started, members = Choice((begun, after)), Choice((fresh, before))
        return Sequence((literal("{"), SPACE, members, SPACE, literal("}")))


def _tokens(pointer: str) -> list[str]:
    return [unquote(each).replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]]


def _bounds(bounds: Mapping[str, float]) -> tuple[int | None, int | None]:
    """Return the least and the greatest integer allowed."""
    lows = [-int(-bounds["minimum"] // 1)] if "minimum" in bounds else []
    highs = [int(bounds["maximum"] // 1)] if "maximum" in bounds else []
    if "exclusiveMinimum" in bounds:
        lows.append(int(bounds["exclusiveMinimum"] // 1) + 1)
    if "exclusiveMaximum" in bounds:
        highs.append(-int(-bounds["exclusiveMaximum"] // 1) - 1)
    return max(lows, default=None), min(highs, default=None)


COLON = Sequence((literal(":"), SPACE))


def _other_name(taken: Iterable[str]) -> Node:
    """Return the node of a name in quotes that is none of these."""
    tree: dict[str, Any] = {}
    for name in taken:
        branch = tree
        for character in name:
            branch = branch.setdefault(character, {})
        branch[""] = {}
    return Sequence((literal('"'), _outside(tree, 0), literal('"')))


def _outside(tree: Mapping[str, Any], depth: int) -> Node:
    plain = ((0, 0x1F), (0x22, 0x22), (0x5C, 0x5C))  # what JSON escapes
    others = tuple((ord(c), ord(c)) for c in tree if c)
    away = Sequence((Chars(plain + others, negated=True), Repeat(Chars(plain, negated=True), 0, None)))
    options: list[Node] = [away]
    if depth < _MOST_DEPTH:  # longer names are then left out together
        options += [Sequence((literal(c), _outside(branch, depth + 1))) for c, branch in tree.items() if c]
    if "" not in tree and depth:
        options.append(Sequence(()))
    return Choice(tuple(options))
