"""Reads grammars as llama.cpp writes them (GBNF), and says where one is wrong.

The language is that of llama.cpp's grammars/README.md, without its references to tokens: ``name ::= …`` with
literals, classes of characters, groups, ``*``, ``+``, ``?``, ``{m,n}``, ``|``, and comments after ``#``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from desktop.engine.grammar import MAX_DEPTH, Chars, Choice, Grammar, Node, Repeat, Rule, Sequence, TooLarge
from desktop.errors import KotonohaError

MAX_GRAMMAR = 256 * 1024  # characters
MAX_RULES = 2_000
_LAST = 0x10FFFF
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n", "\\": "\\", '"': '"', "[": "[", "]": "]", "-": "-"}
_HEX = {"x": 2, "u": 4, "U": 8}
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


def parse(text: str) -> Grammar:
    """Return the grammar of a GBNF text. Raise ``KotonohaError("grammar_invalid")`` with line and column."""
    if len(text) > MAX_GRAMMAR:
        raise KotonohaError(
            "grammar_invalid",
            f"答えの文法が長すぎます（{len(text):,}文字。{MAX_GRAMMAR:,}文字まで）。",
            f"The grammar for the answer is too long ({len(text):,} of {MAX_GRAMMAR:,} characters).",
        )
    reader = _Reader(text)
    rules = reader.rules()
    reader.check(rules)
    try:
        return Grammar(rules)
    except TooLarge as large:
        raise reader.wrong(
            large.place,
            "繰り返しを展開すると大きくなりすぎます。回数を減らしてください",
            "written out, the repetitions become too large; use fewer",
        ) from None


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._places: dict[str, int] = {}  # where each rule is defined

    def wrong(self, place: int, ja: str, en: str) -> KotonohaError:
        """Return the failure at a place in the text."""
        line = self._text.count("\n", 0, place) + 1
        column = place - (self._text.rfind("\n", 0, place) + 1) + 1
        return KotonohaError(
            "grammar_invalid",
            f"答えの文法（GBNF）が正しくありません。{line}行目の{column}文字目: {ja}。",
            f"The grammar for the answer (GBNF) is not valid. Line {line}, column {column}: {en}.",
        )

    def rules(self) -> dict[str, Node]:
        """Return the rules by name, as they are written."""
        rules: dict[str, Node] = {}
        self._space(lines=True)
        while self._at < len(self._text):
            place = self._at
            name = self._name()
            if name in rules:
                raise self.wrong(place, f"規則 {name} が2つあります", f"the rule {name} is there twice")
            if len(rules) >= MAX_RULES:
                raise self.wrong(place, "規則が多すぎます", "there are too many rules")
            self._space()
            if not self._text.startswith("::=", self._at):
                raise self._expected("::=")
            self._at += 3
            self._space(lines=True)
            self._places[name] = place
            rules[name] = self._alternatives(0)
            if self._at < len(self._text) and self._peek() not in "\r\n":
                raise self._unexpected()
            self._space(lines=True)
        return rules

    def check(self, rules: Mapping[str, Node]) -> None:
        """Raise for names that are missing and for rules that begin with themselves."""
        if "root" not in rules:
            raise self.wrong(
                len(self._text), "最初の規則 root がありません", "there is no rule root to begin with"
            )
        for node in rules.values():
            for used in _uses(node):
                if used.name not in rules:
                    raise self.wrong(
                        used.place, f"規則 {used.name} がありません", f"there is no rule {used.name}"
                    )
        circle = left_recursive(rules)
        if circle is not None:
            raise self.wrong(
                circle.place,
                f"規則 {circle.name} が自分自身で始まるため、終わりません（左再帰）",
                f"the rule {circle.name} begins with itself and never ends (left recursion)",
            )

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _space(self, *, lines: bool = False) -> None:
        text, at = self._text, self._at
        while at < len(text):
            if text[at] == "#":
                while at < len(text) and text[at] not in "\r\n":
                    at += 1
            elif text[at] in " \t" or (lines and text[at] in "\r\n"):
                at += 1
            else:
                break
        self._at = at

    def _name(self) -> str:
        begin = self._at
        while self._peek() in _WORD:
            self._at += 1
        if begin == self._at:
            raise self.wrong(
                begin,
                f"規則の名前（英数字と -）が要りますが、{self._found_ja()}",
                f"a rule's name (letters, digits and -) is expected, not {self._found_en()}",
            )
        return self._text[begin : self._at]

    def _found_ja(self) -> str:
        return f"「{self._peek()}」があります" if self._peek().strip() else "ここで終わっています"

    def _found_en(self) -> str:
        return f'"{self._peek()}"' if self._peek().strip() else "the end"

    def _expected(self, what: str) -> KotonohaError:
        return self.wrong(
            self._at,
            f"「{what}」が要りますが、{self._found_ja()}",
            f'"{what}" is expected, not {self._found_en()}',
        )

    def _unexpected(self) -> KotonohaError:
        if self._peek() in "*+?{":
            return self.wrong(
                self._at,
                f"「{self._peek()}」の前に、繰り返すものがありません",
                f'there is nothing to repeat before "{self._peek()}"',
            )
        return self.wrong(
            self._at,
            f"「{self._peek()}」はここに書けません。文字列、[ ]、( )、規則の名前か改行が要ります",
            f'"{self._peek()}" cannot be here; a literal, [ ], ( ), a rule\'s name or a new line is expected',
        )

    def _alternatives(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.wrong(self._at, "括弧の入れ子が深すぎます", "the groups are nested too deeply")
        options = [self._sequence(depth)]
        while self._peek() == "|":
            self._at += 1
            self._space(lines=True)
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self, depth: int) -> Node:
        items: list[Node] = []
        while (mark := self._peek()) and (mark in '"[(.' or mark in _WORD):
            place = self._at
            if mark == '"':
                item: Node = self._literal()
            elif mark == "[":
                item = self._class()
            elif mark == "(":
                self._at += 1
                self._space(lines=True)
                item = self._alternatives(depth + 1)
                if self._peek() != ")":
                    raise self._expected(")") if not self._peek() else self._unexpected()
                self._at += 1
            elif mark == ".":
                self._at += 1
                item = Chars(((0, _LAST),))
            else:
                item = Rule(self._name(), place)
            self._space(lines=depth > 0)
            while self._peek() and self._peek() in "*+?{":
                item = self._repetition(item)
                self._space(lines=depth > 0)
            items.append(item)
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _repetition(self, item: Node) -> Node:
        place, mark = self._at, self._peek()
        self._at += 1
        if mark != "{":
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[mark]
            return Repeat(item, least, most, place)
        self._space(lines=True)
        least, most = self._integer(), None
        self._space(lines=True)
        if self._peek() == ",":
            self._at += 1
            self._space(lines=True)
            if self._peek() != "}":
                most = self._integer()
                self._space(lines=True)
        else:
            most = least
        if self._peek() != "}":
            raise self._expected("}")
        self._at += 1
        if most is not None and most < least:
            raise self.wrong(
                place, f"回数が逆です（{least} > {most}）", f"the counts are reversed ({least} > {most})"
            )
        return Repeat(item, least, most, place)

    def _integer(self) -> int:
        begin = self._at
        while self._peek() and self._peek() in "0123456789":
            self._at += 1
        if not 0 < self._at - begin < 8:
            raise self.wrong(
                begin,
                "繰り返しの回数（7桁までの整数）が要ります",
                "a number of repetitions is expected, of at most 7 digits",
            )
        return int(self._text[begin : self._at])

    def _literal(self) -> Node:
        begin = self._at
        self._at += 1
        items = []
        while self._peek() != '"':
            if not self._peek():
                raise self.wrong(begin, '文字列が「"」で閉じていません', 'the literal is not closed by "')
            code = self._character()
            items.append(Chars(((code, code),)))
        self._at += 1
        return Sequence(tuple(items))

    def _class(self) -> Node:
        begin = self._at
        self._at += 1
        negated = self._peek() == "^"
        self._at += negated
        ranges = []
        while self._peek() != "]":
            if not self._peek():
                raise self.wrong(begin, "「[」が「]」で閉じていません", '"[" is not closed by "]"')
            place = self._at
            low = high = self._character()
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                high = self._character()
            if high < low:
                raise self.wrong(
                    place, "文字の範囲の順が逆です", "the range of characters is in reverse order"
                )
            ranges.append((low, high))
        self._at += 1
        if not ranges:
            raise self.wrong(begin, "[ ] の中に文字がありません", "there is no character in [ ]")
        return Chars(tuple(ranges), negated)

    def _character(self) -> int:
        """Return the code point of the next character, escaped or not."""
        place, character = self._at, self._peek()
        self._at += 1
        if character != "\\":
            return ord(character)
        mark = self._peek()
        self._at += 1
        if mark in _HEX:
            digits = self._text[self._at : self._at + _HEX[mark]]
            if len(digits) == _HEX[mark] and all(each in "0123456789abcdefABCDEF" for each in digits):
                code = int(digits, 16)
                if code <= _LAST and not 0xD800 <= code < 0xE000:
                    self._at += len(digits)
                    return code
            raise self.wrong(
                place,
                f"\\{mark} の後に、文字の番号が16進{_HEX[mark]}桁で要ります",
                f"\\{mark} needs a character's number in {_HEX[mark]} hexadecimal digits",
            )
        if mark not in _ESCAPES:
            raise self.wrong(
                place,
                f'\\{mark} という書き方はありません。使えるもの: \\n \\r \\t \\\\ \\" \\[ \\] \\x \\u \\U',
                f'there is no \\{mark}; there are \\n \\r \\t \\\\ \\" \\[ \\] \\x \\u \\U',
            )
        return ord(_ESCAPES[mark])


def _uses(node: Node) -> Iterator[Rule]:
    match node:
        case Rule():
            yield node
        case Sequence(items) | Choice(items):
            for item in items:
                yield from _uses(item)
        case Repeat(item=item):
            yield from _uses(item)


def left_recursive(rules: Mapping[str, Node]) -> Rule | None:
    """Return the use of a rule at the beginning of itself, directly or through others."""
    nullable: set[str] = set()
    known = -1
    while known < len(nullable):
        known = len(nullable)
        for name in (*rules, *reversed(list(rules))):  # chains of rules run in either direction
            if name not in nullable and _is_empty(rules[name], nullable):
                nullable.add(name)
    begins = {name: list(_begins(node, nullable)) for name, node in rules.items()}
    finished: set[str] = set()
    for name in rules:
        path: list[tuple[str, Iterator[Rule]]] = [] if name in finished else [(name, iter(begins[name]))]
        on_path = {name}
        while path:
            used = next(path[-1][1], None)
            if used is None:
                done, _ = path.pop()
                on_path.discard(done)
                finished.add(done)
            elif used.name in on_path:
                return used
            elif used.name not in finished:
                on_path.add(used.name)
                path.append((used.name, iter(begins[used.name])))
    return None


def _is_empty(node: Node, nullable: set[str]) -> bool:
    """Return whether an empty text can fulfil it."""
    match node:
        case Rule():
            return node.name in nullable
        case Sequence():
            return all(_is_empty(item, nullable) for item in node.items)
        case Choice():
            return any(_is_empty(option, nullable) for option in node.options)
        case Repeat():
            return node.least == 0 or _is_empty(node.item, nullable)
    return False


def _begins(node: Node, nullable: set[str]) -> Iterator[Rule]:
    """Yield the rules that a text of it may begin with."""
    match node:
        case Rule():
            yield node
        case Sequence():
            for item in node.items:
                yield from _begins(item, nullable)
                if not _is_empty(item, nullable):
                    return
        case Choice():
            for option in node.options:
                yield from _begins(option, nullable)
        case Repeat():
            yield from _begins(node.item, nullable)
