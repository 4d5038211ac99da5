"""Chat templates of the well-known families, written after their public formats, and their control tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
from jinja2.ext import loopcontrols

from desktop.engine.protocol import Turn

_FOLDER = Path(__file__).with_name("templates")
CONTROLS: Mapping[str, tuple[str, ...]] = {
    "chatml": ("<|im_start|>", "<|im_end|>"),
    "llama2": ("<s>", "</s>"),
    "llama3": ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    "gemma": ("<bos>", "<start_of_turn>", "<end_of_turn>"),
    "mistral_v3": ("<s>", "</s>", "[INST]", "[/INST]"),
    "mistral_v7": ("<s>", "</s>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
    "magistral": (
        *("<s>", "</s>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
        *("[THINK]", "[/THINK]"),
    ),
    "harmony": ("<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|return|>"),
    "llm_jp_4": ("<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|return|>"),
    "qwen3": ("<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_response>", "</tool_response>"),
    "deepseek_r1": (
        *("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>"),
        *("<think>", "</think>"),
    ),
    "phi": ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|endoftext|>"),
    "instruction": ("<s>", "</s>"),
}
FAMILIES = tuple(CONTROLS)


def source(family: str) -> str:
    return (_FOLDER / f"{family}.jinja").read_text("utf-8")


def bos_eos(family: str) -> tuple[str, str]:
    controls = CONTROLS[family]
    if controls[0] == "<s>":
        return "<s>", "</s>"
    return {
        "llama3": ("<|begin_of_text|>", "<|eot_id|>"),
        "gemma": ("<bos>", "<eos>"),
        "deepseek_r1": ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"),
        "phi": ("", "<|endoftext|>"),
    }.get(family, ("", controls[1]))


def plain(source: str, turns: Sequence[Turn], bos: str, eos: str) -> str:
    """Render as Hugging Face's transformers do, without any of the care that this program takes."""
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])

    def refuse(message: str) -> None:
        raise ValueError(message)

    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = lambda _form: "24 Nov 2026"
    return environment.from_string(source).render(
        messages=[{"role": turn.role, "content": turn.text} for turn in turns],
        add_generation_prompt=True,
        bos_token=bos,
        eos_token=eos,
        tools=None,
    )
