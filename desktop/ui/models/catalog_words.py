"""What the pages of the catalogue say, in short: terms, verdicts, where a model comes from."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QLocale, QObject

from desktop.models.catalog import Size, Use
from desktop.models.catalog_entries import Commercial, Entry, StepKind
from desktop.models.fits import Fit, rounded
from desktop.models.lineage import Nodes
from desktop.ui.controls.badge import Kind
from desktop.ui.controls.sizes import readable

VERY_WELL = 20.0  # tokens a second: faster than anybody reads
ARROW = " → "


class Word(NamedTuple):
    """What a badge says, and in which colour."""

    word: str
    kind: Kind


class CatalogWords(QObject):
    """All of it in the language of the window."""

    def commercial(self, allowed: Commercial) -> Word:
        """Return whether commercial use is allowed."""
        return {
            "yes": Word(self.tr("商用可"), "good"),
            "conditional": Word(self.tr("条件付きで商用可"), "caution"),
            "no": Word(self.tr("商用不可"), "wrong"),
        }[allowed]

    def conditions(self, use: Use) -> str:
        """Return the conditions of commercial use, one on each line."""
        lines = list(use.conditions)
        if not use.verified:
            lines.append(self.tr("ライセンスの内容は、まだ確かめられていません。"))
        return "\n".join(lines)

    def verdict(self, fit: Fit) -> Word:
        """Return how well a model runs here."""
        if fit.reason == "disk":
            return Word(self.tr("空き不足"), "wrong")
        if fit.verdict == "well":
            if fit.speed is None:
                return Word(self.tr("動く"), "good")
            fast = fit.speed.likely >= VERY_WELL
            return Word(self.tr("とても快適") if fast else self.tr("快適"), "good")
        return {
            "tight": Word(self.tr("ぎりぎり"), "caution"),
            "slow": Word(self.tr("重い"), "caution"),
            "no": Word(self.tr("動かない"), "wrong"),
        }[fit.verdict]

    def size(self, size: Size) -> str:
        """Return the size of a file; "about" where it was computed."""
        words = readable(size.bytes)
        return self.tr("約 {size}").format(size=words) if size.computed else words

    def pace(self, size: Size, fit: Fit | None) -> str:
        """Return the expected speed, where it runs at all, and the size."""
        words = self.size(size)
        if fit is None or fit.speed is None or fit.reason == "memory":
            return words
        speed = self.tr("約 {speed} トークン/秒").format(speed=rounded(fit.speed.likely))
        return f"{speed} · {words}"

    def step(self, kind: StepKind) -> str:
        """Return how a model was made of another."""
        return {
            "from_scratch": self.tr("フルスクラッチ"),
            "continued": self.tr("継続事前学習"),
            "distilled": self.tr("蒸留"),
            "tuned": self.tr("調整"),
            "merged": self.tr("マージ"),
        }[kind]

    def origin(self, entry: Entry, nodes: Nodes) -> str:
        """Return the maker, and in one line how the model came to be: "ELYZA　Llama 3 → 継続事前学習"."""
        chains: dict[str, list[str]] = {}
        for step in entry.lineage:
            name = nodes[step.origin].name if step.origin else ""
            chains.setdefault(name, [name] if name else []).append(self.step(step.kind))
        return "　".join((str(entry.maker), *(ARROW.join(chain) for chain in chains.values())))

    def kind(self, entry: Entry) -> str:
        """Return what the model is for."""
        return {
            "chat": self.tr("会話"),
            "base": self.tr("基盤（会話の訓練を受けていません）"),
            "embedding": self.tr("埋め込み（意味で探すためのもの）"),
        }[entry.kind]

    def thinking(self, entry: Entry) -> str:
        """Return whether it thinks before it answers."""
        return {
            "no": self.tr("考えずに、すぐ答えます"),
            "always": self.tr("考えてから答えます"),
            "optional": self.tr("考えるかどうかを選べます"),
        }[entry.thinking.does]

    def weights(self, entry: Entry) -> str:
        """Return the number of weights, and of those that each token is computed with."""
        total, active = (_billions(n) for n in (entry.parameters.total, entry.parameters.active))
        if active == total:
            return total
        return self.tr("{total}（一度に計算するのは {active}）").format(total=total, active=active)

    def languages(self, entry: Entry) -> str:
        """Return the languages, the main one first."""
        known = {
            "ja": self.tr("日本語"),
            "en": self.tr("英語"),
            "zh": self.tr("中国語"),
            "ko": self.tr("韓国語"),
        }
        names = (known.get(code) or QLocale(code).nativeLanguageName() or code for code in entry.languages)
        return self.tr("、").join(names)


def _billions(count: int) -> str:
    return f"{count / 1e9:.1f}B" if count >= 1e9 else f"{count / 1e6:.0f}M"
