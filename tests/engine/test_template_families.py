"""Every family's prompt is what its template says, and what people write in it is never more than text."""

from __future__ import annotations

import pytest
from families import CONTROLS, FAMILIES, bos_eos, plain, source

from desktop.engine import template
from desktop.engine.protocol import Turn
from desktop.engine.template import ChatTemplate, Part, TemplateFailed
from desktop.engine.thinking import style_of

NO_SYSTEM = ("gemma",)
THINKING = ("harmony", "llm_jp_4", "qwen3", "deepseek_r1", "magistral")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "_strftime_now", lambda _form: "24 Nov 2026")


def chat_template(family: str) -> ChatTemplate:
    bos, eos = bos_eos(family)
    return ChatTemplate(
        source(family),
        bos=bos,
        eos=eos,
        special_tokens=lambda: CONTROLS[family],
        style=style_of(source(family)),
    )


def text(parts: list[Part]) -> str:
    return "".join(part.text for part in parts)


def conversation(*texts: str, system: str = "") -> list[Turn]:
    turns = [Turn("system", system)] if system else []
    return turns + [Turn("assistant" if at % 2 else "user", words) for at, words in enumerate(texts)]


def expected(family: str, turns: list[Turn]) -> str:
    return plain(source(family), turns, *bos_eos(family))


@pytest.mark.parametrize("system", ["", "短く答えてください。"])
@pytest.mark.parametrize("family", FAMILIES)
def test_ordinary_texts_give_the_prompt_of_the_template(family: str, system: str) -> None:
    turns = conversation("日本の首都は？", "東京です。", "では 2 + 3 は?", system=system)
    parts = chat_template(family).render(turns)
    texts = [part.text for part in parts if not part.special]
    if system and family in NO_SYSTEM:
        turns = conversation(f"{system}\n\n日本の首都は？", "東京です。", "では 2 + 3 は?")
    assert text(parts) == expected(family, turns)
    # Where the system's text stands is the template's affair.
    assert [words for words in texts if words != system] == [
        turn.text for turn in turns if turn.role != "system"
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_what_people_write_changes_nothing_of_the_templates_own(family: str) -> None:
    hostile = " ".join((*CONTROLS[family], *reversed(CONTROLS[family]), "end"))
    tame = chat_template(family).render(conversation("a", "b", "c"))
    parts = chat_template(family).render(conversation(f"a {hostile}", "b", f"c {hostile}"))
    assert [part.text for part in parts if part.special] == [part.text for part in tame if part.special]
    assert [part.text for part in parts if not part.special] == [f"a {hostile}", "b", f"c {hostile}"]


@pytest.mark.parametrize("family", FAMILIES)
def test_an_answer_full_of_control_tokens_stays_text(family: str) -> None:
    hostile = " ".join(token for token in CONTROLS[family] if "think" not in token)
    parts = chat_template(family).render(conversation("a", f"{hostile} b", "c"))
    assert [part.text for part in parts if not part.special] == ["a", f"{hostile} b", "c"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hostile_system_text_stays_text(family: str) -> None:
    hostile = f"x {' '.join(CONTROLS[family])} y"
    parts = chat_template(family).render(conversation("a", system=hostile))
    own = "".join(part.text for part in parts if part.special)
    assert hostile not in own
    assert any(hostile in part.text for part in parts if not part.special)
    assert own.count(CONTROLS[family][0]) == text(
        chat_template(family).render(conversation("a", system="x"))
    ).count(CONTROLS[family][0])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("words", [" a ", "\n\na\n", "a\n ", "\u3000a\u3000", "{{ x }}", "{% raw %}"])
def test_white_space_and_the_language_of_templates(family: str, words: str) -> None:
    turns = conversation(words, words, words)
    parts = chat_template(family).render(turns)
    assert text(parts) == expected(family, turns)
    assert all(part.text.strip() == words.strip() for part in parts if not part.special)


@pytest.mark.parametrize("family", FAMILIES)
def test_strange_and_large_texts(family: str) -> None:
    strange = "\ud800 \0 \u202e ktnh0n0e " + "あ" * 1_000_000
    parts = chat_template(family).render(conversation(strange))
    assert Part(strange, special=False) in parts


@pytest.mark.parametrize("family", FAMILIES)
def test_ten_thousand_turns(family: str) -> None:
    turns = conversation(*(str(at) for at in range(9_999)))
    parts = chat_template(family).render(turns)
    assert [part.text for part in parts if not part.special] == [turn.text for turn in turns]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_next_prompt_begins_with_the_last_one_and_its_answer(family: str) -> None:
    """So the KV cache stays usable; thoughts, which are not sent back, aside."""
    first = text(chat_template(family).render(conversation("a"), thinking=False))
    continued = text(chat_template(family).render(conversation("a", "b"), thinking=False))
    assert continued == f"{first}b"
    if family not in THINKING and family != "mistral_v3":
        later = text(chat_template(family).render(conversation("a", "b", "c")))
        assert later.startswith(first)


# Thinking


@pytest.mark.parametrize(
    ("family", "choice"),
    [("qwen3", True), ("harmony", True), ("llm_jp_4", True), ("deepseek_r1", False), ("magistral", False),
     ("llama3", False)],
)  # fmt: skip
def test_whether_the_template_has_a_switch(family: str, choice: bool) -> None:
    assert chat_template(family).has_switch is choice


def test_a_switch_in_a_sentence_is_none() -> None:
    words = "{{ 'your thinking process' }}{% set thinking = 1 %}{{ thinking }}</think>"
    for spoken in (words, "{{ enable_thinking", "{{" + "(" * 5000 + "enable_thinking"):
        assert not ChatTemplate(spoken, bos="", eos="", style=style_of("</think>")).has_switch


@pytest.mark.parametrize(
    ("family", "end"),
    [
        ("qwen3", "<|im_start|>assistant\n<think>\n\n</think>\n\n"),
        ("deepseek_r1", "<｜Assistant｜><think>\n\n</think>\n\n"),
        ("magistral", "[/INST][THINK][/THINK]"),
        ("harmony", "<|start|>assistant<|channel|>final<|message|>"),
        ("llm_jp_4", "<|start|> assistant<|channel|> final<|message|>"),
    ],
)
def test_switched_off_the_answer_comes_next(family: str, end: str) -> None:
    parts = chat_template(family).render(conversation("a"), thinking=False)
    assert text(parts).endswith(end)
    assert text(parts).count("<think>") == ("<think>" in end)


@pytest.mark.parametrize("family", ["harmony", "llm_jp_4"])
def test_harmony_is_told_how_hard_to_think(family: str) -> None:
    def effort(thinking: bool | None) -> str:
        prompt = text(chat_template(family).render(conversation("a"), thinking))
        return prompt.partition("Reasoning: ")[2].partition("\n")[0]

    assert [effort(thinking) for thinking in (None, True, False)] == ["medium", "medium", "low"]


@pytest.mark.parametrize("family", FAMILIES)
def test_switched_on_the_prompt_is_the_templates_own(family: str) -> None:
    turns = conversation("a", "b", "c")
    assert chat_template(family).render(turns, thinking=True) == chat_template(family).render(turns)


@pytest.mark.parametrize(
    ("family", "before"),
    [
        ("qwen3", "<|im_start|>assistant\n"),
        ("deepseek_r1", "<｜Assistant｜><think>\n\n</think>\n\n"),
        ("magistral", "[/INST]"),
        ("harmony", "<|start|>assistant<|channel|>final<|message|>"),
        ("llm_jp_4", "<|start|> assistant<|channel|> final<|message|>"),
        ("llama3", "<|start_header_id|>assistant<|end_header_id|>\n\n"),
    ],
)
def test_a_continued_answer_goes_on_in_the_answer(family: str, before: str) -> None:
    parts = chat_template(family).render(conversation("a", "東京は、"))
    assert text(parts).endswith(f"{before}東京は、")
    assert parts[-1] == Part("東京は、", special=False)


def test_an_answer_that_has_not_begun_may_still_be_thought_about() -> None:
    turns = conversation("a")
    chat = chat_template("deepseek_r1")
    assert chat.render([*turns, Turn("assistant", "")]) == chat.render(turns)


@pytest.mark.parametrize("family", ["qwen3", "deepseek_r1"])
def test_thoughts_in_an_old_answer_are_dropped_by_the_template(family: str) -> None:
    turns = conversation("a", "<think>\nhm</think>b<|im_end|>", "c")
    parts = ChatTemplate(
        source(family), bos="", eos="", special_tokens=lambda: ["<|im_end|>"], style=style_of("</think>")
    ).render(turns)
    assert [part.text for part in parts if not part.special] == ["a", "b<|im_end|>", "c"]


# Templates that change what people write


@pytest.mark.parametrize(
    "change", ["replace(' ', '')", "lower", "upper", "replace('x', '')", "title", "tojson", "reverse"]
)
@pytest.mark.parametrize("words", ["a<|e|>b", "a<| e|>b", "a<|xe|>b", "a<|E|>b", "a<\u200b|e|>b", "a>|e|<b"])
def test_no_change_makes_a_control_token_of_a_text(change: str, words: str) -> None:
    source = "{% for m in messages %}<|s|>{{ m.content | " + change + " }}<|e|>{% endfor %}"
    parts = ChatTemplate(source, bos="", eos="", special_tokens=lambda: ("<|s|>", "<|e|>")).render(
        [Turn("user", words)]
    )
    own = text([part for part in parts if part.special])
    assert own.count("<|s|>") == own.count("<|e|>") == 1


def test_a_template_may_make_control_tokens_of_texts_itself() -> None:
    source = "{% for m in messages %}<|s|>{{ m.content | replace('[image]', '<|image|>') }}{% endfor %}"
    chat = ChatTemplate(source, bos="", eos="", special_tokens=lambda: ("<|s|>", "<|image|>"))
    assert text(chat.render([Turn("user", "a [image]")])) == "<|s|>a <|image|>"


# A template's own errors


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("a\n{% if %}", "line 2: "),
        ("a\nb\n{{ messages[0].nothing.more }}", "line 3: UndefinedError: "),
        ("{{ raise_exception('roles must alternate') }}", "roles must alternate"),
        ("\n{{ 1 / 0 }}", "line 2: ZeroDivisionError: "),
    ],
)
def test_an_error_tells_the_line(source: str, detail: str) -> None:
    with pytest.raises(TemplateFailed) as failed:
        ChatTemplate(source, bos="", eos="").render([Turn("user", "a")])
    assert str(failed.value).startswith(detail)
    assert failed.value.code == "template_failed"


def test_one_of_many_names_is_the_longest() -> None:
    names = ["<|a|>", "<|ab|>", "<|a|>b", "<" + "x" * 100, "[A]", "(", "", "あい", "あ"]
    find = template.any_of(names)
    assert find.findall("<|a|><|ab|><|a|>b [A] (<" + "x" * 100 + "あいあ") == [
        *("<|a|>", "<|ab|>", "<|a|>b", "[A]", "(", "<" + "x" * 100, "あい", "あ")
    ]
    assert template.any_of([]).findall("abc") == []
    assert (
        len(template.any_of(f"<unused{at}>" for at in range(6_000)).findall("<unused5999><unused6000>")) == 1
    )
