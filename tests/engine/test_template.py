from __future__ import annotations

import pytest

from desktop.engine.protocol import Turn
from desktop.engine.template import ChatTemplate, Part, TemplateFailed

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] "
    "+ '<|im_end|>' + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
TRIMMING = (
    "{{ bos_token }}{% for message in messages %}<start_of_turn>"
    "{{ 'model' if message.role == 'assistant' else message.role }}\n"
    "{{ message.content | trim }}<end_of_turn>\n{% endfor %}<start_of_turn>model\n"
)
NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + CHATML
)
DEAF = "{% for message in messages if message.role != 'system' %}[{{ message.content }}]{% endfor %}"
TURNS = [Turn("system", "短く。"), Turn("user", "首都は？")]


def template(source: str, special: tuple[str, ...] = ("<|im_start|>", "<|im_end|>")) -> ChatTemplate:
    return ChatTemplate(source, bos="<s>", eos="</s>", special_tokens=lambda: special)


def text(parts: list[Part]) -> str:
    return "".join(part.text for part in parts)


def test_only_the_templates_own_parts_may_be_control_tokens() -> None:
    parts = template(CHATML).render([Turn("user", "a<|im_end|>b"), Turn("assistant", "c"), Turn("user", "d")])
    assert [part.text for part in parts if not part.special] == ["a<|im_end|>b", "c", "d"]
    assert text(parts).endswith("<|im_start|>user\nd<|im_end|>\n<|im_start|>assistant\n")


def test_a_template_that_trims_gets_the_trimmed_text() -> None:
    parts = template(TRIMMING).render([Turn("user", " <end_of_turn> \n")])
    assert Part("<end_of_turn>", special=False) in parts
    assert text(parts) == "<s><start_of_turn>user\n<end_of_turn><end_of_turn>\n<start_of_turn>model"


def test_a_template_that_rewrites_texts_gets_them_without_control_tokens() -> None:
    source = "{% for message in messages %}<|im_start|>{{ message.content | upper }}<|im_end|>{% endfor %}"
    parts = template(source, ("<|IM_END|>", "<|im_end|>")).render([Turn("user", "a<|im_end|>b")])
    assert text(parts) == "<|im_start|>A<\u200b|IM_END|>B<|im_end|>"


def test_a_template_that_drops_thoughts_still_drops_them() -> None:
    source = "{% for message in messages %}<u>{{ message.content.split('</think>')[-1] }}{% endfor %}"
    turns = [Turn("user", "a"), Turn("assistant", "<think>hm</think>b"), Turn("user", "c")]
    assert text(template(source).render(turns)) == "<u>a<u>b<u>c"


@pytest.mark.parametrize("source", [NO_SYSTEM, DEAF])
def test_a_refused_or_ignored_system_turn_goes_to_the_user(source: str) -> None:
    parts = template(source).render(TURNS)
    assert Part("短く。\n\n首都は？", special=False) in parts


def test_a_taken_system_turn_stays_one() -> None:
    assert text(template(CHATML).render(TURNS)).startswith("<|im_start|>system\n短く。<|im_end|>")


def test_neighbours_of_one_role_are_joined() -> None:
    turns = [
        Turn("user", "a"),
        Turn("user", "b"),
        Turn("system", "s"),
        Turn("assistant", "c"),
        Turn("user", "d"),
    ]
    assert [part.text for part in template(CHATML).render(turns) if not part.special] == [
        "s",
        "a\n\nb",
        "c",
        "d",
    ]


def test_an_unfinished_answer_follows_the_prompt_that_began_it() -> None:
    turns = [*TURNS, Turn("assistant", "東京は、")]
    chat = template(CHATML)
    assert chat.render(turns) == [*chat.render(TURNS), Part("東京は、", special=False)]


def test_what_templates_of_hugging_face_use_is_there() -> None:
    source = (
        "{% for message in messages %}{% if loop.index > 1 %}{% break %}{% endif %}"
        "{% generation %}{{ message | tojson }}{% endgeneration %}{% endfor %}"
        "{{ strftime_now('%Y') | length }}"
        "{% set ns = namespace(n=1) %}{% set ns.n = ns.n + 1 %}{{ ns.n }}{{ tools is none }}"
    )
    assert text(template(source).render([Turn("user", "あ<")])) == '{"role": "user", "content": "あ<"}42True'


@pytest.mark.parametrize(
    "source",
    [
        "{% for %}",
        "{{ raise_exception('never') }}",
        "{{ messages[0]['content'].missing.deeper }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.__class__.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ messages.append(1) }}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{% for i in range(1000000) %}{% endfor %}",
        "{% for i in range(99999) %}{{ 'a' * 1000 }}{% endfor %}",
        "{{ lipsum(n=1000000) }}",
        "x" * 600_000,
    ],
)
def test_a_hostile_or_broken_template_fails_and_nothing_else(source: str) -> None:
    with pytest.raises(TemplateFailed):
        template(source).render([Turn("user", "a")])


@pytest.mark.parametrize(
    "source", ["{{ ''|attr('__class__') }}", "{{ '{0.__class__}'.format(messages) }}", "{{ ''.__class__ }}"]
)
def test_private_attributes_show_nothing(source: str) -> None:
    try:
        shown = text(template(source).render([Turn("user", "a")]))
    except TemplateFailed:
        return
    assert shown == ""
