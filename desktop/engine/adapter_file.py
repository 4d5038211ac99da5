"""Whether a file is a LoRA adapter for a kind of model. No llama.cpp: both sides of the engine ask this."""

from __future__ import annotations

from pathlib import Path

from desktop.errors import KotonohaError
from desktop.gguf.check import whole
from desktop.gguf.reader import Contents


def require_adapter(path: Path, architecture: str) -> None:
    """Raise ``KotonohaError`` ``"adapter_invalid"``, or what ``whole`` raises, where it is not one."""
    contents = whole(path)
    if contents.text("general.type") != "adapter" or contents.text("adapter.type") != "lora":
        raise invalid_adapter(path, "LoRAアダプターのファイルではありません。", "It is not a LoRA adapter.")
    made_for = contents.architecture
    if made_for != architecture:
        raise invalid_adapter(
            path,
            f"別の種類のモデル用です（アダプター: {made_for}、モデル: {architecture}）。",
            f"It is made for another kind of model (adapter: {made_for}, model: {architecture}).",
        )
    _require_pairs(contents, path)


def invalid_adapter(path: Path, ja: str, en: str) -> KotonohaError:
    """Return the error for an adapter that cannot be used, with the reason in both languages."""
    return KotonohaError(
        "adapter_invalid",
        f"アダプター {path.name} は使えません。{ja}モデルの設定でアダプターを選び直してください。",
        f"The adapter {path.name} cannot be used. {en} Please choose another one in the model's settings.",
    )


def _require_pairs(contents: Contents, path: Path) -> None:
    """Refuse what llama.cpp would only find out by a C++ exception in the middle of loading."""
    names = {tensor.name for tensor in contents.tensors}
    halves = {
        name.removesuffix(end) for name in names for end in (".lora_a", ".lora_b") if name.endswith(end)
    }
    if not halves or any(f"{name}{end}" not in names for name in halves for end in (".lora_a", ".lora_b")):
        raise invalid_adapter(path, "中身が揃っていません。", "It is not complete.")
