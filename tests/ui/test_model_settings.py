"""The settings of one model, in the real window, with the two small models and the real engine."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from lora_files import write_lora
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QSpinBox

from desktop import paths
from desktop.engine.protocol import Adapter, Device
from desktop.engine.states import chat_key
from desktop.models.loading import machine_key
from desktop.store import Choices, Run
from desktop.ui.app import App
from desktop.ui.controls.question import Question
from desktop.ui.history.bin_dialog import BinDialog
from desktop.ui.settings import model_settings
from desktop.ui.settings.model_settings import ModelSettingsDialog
from desktop.ui.settings.template_dialog import TemplateDialog

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
WAIT = 120_000  # ms, a guard against hanging
GIB = 1 << 30
PLAIN = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}[assistant] "


@pytest.fixture
def app(qtbot, home, starter_model, smollm2):
    """The application, started, with both models; SmolLM2 is in use."""
    paths.models()
    os.link(starter_model, home / "models" / starter_model.name)
    app = App(paths.home())
    app.start()
    qtbot.waitUntil(lambda: app.window is not None and bool(app.session.models), timeout=WAIT)
    added = []
    app.session.add_model(smollm2, app, added.append, added.append)
    qtbot.waitUntil(lambda: len(app.session.models) == 2, timeout=WAIT)
    app.window.conversation.choices.model_chosen.emit(added[0])
    app.session.change(temperature=0.0, max_tokens=4)
    yield app
    app.window.close()
    app.end()
    app.window.deleteLater()


@pytest.fixture
def dialog(qtbot, app):
    return opened(qtbot, app)


def opened(qtbot, app) -> ModelSettingsDialog:
    """Open the dialog as its menu item does, and wait until it knows how the model is loaded."""
    app.window.conversation.choices.open_settings()
    dialog = app.window.findChildren(ModelSettingsDialog)[-1]
    qtbot.waitUntil(dialog.template.isEnabled, timeout=WAIT)
    return dialog


def choices(app) -> Choices:
    return model(app).choices


def model(app):
    return app.window.conversation.choices._model


def settle(qtbot, app) -> None:
    """Wait until the store has nothing left to do."""
    done = []
    app.session.jobs.store(lambda: None, on_done=done.append)
    qtbot.waitUntil(lambda: done != [], timeout=WAIT)


def pick(box, value) -> None:
    """Choose an entry as a person does."""
    at = next(at for at in range(box.count()) if box.itemData(at) == value)
    box.setCurrentIndex(at)
    box.activated.emit(at)


def ask(qtbot, app):
    page = app.window.page
    page.composer.edit.insertPlainText("Hello")
    page.composer.button.click()
    qtbot.waitUntil(lambda: not app.turns.busy(), timeout=WAIT)
    return app.session.store.messages.path(app.session.store.chats.list()[0].id)[-1]


def test_each_row_begins_at_automatic_and_says_what_that_is(dialog):
    assert "CPUだけで動かします（コンテキスト 8,192" in dialog.sentence.text()
    assert dialog.state.text() == "次に読み込むとき"
    assert dialog.context_length.currentText() == "自動（8,192）"
    assert dialog.cache_type.currentText() == "自動（16ビット）"
    assert dialog.threads.text().startswith("自動（")
    assert dialog.budget.text() == "自動（上限なし）"
    assert dialog.draft.currentText() == "使わない"
    assert "GB ／ 空き" in dialog.bars[0].figures()
    assert dialog.bars[1].isHidden()
    assert dialog.warning.isHidden() and dialog.first_way.isHidden()
    assert not dialog.reset.isEnabled()


def test_what_this_machine_or_model_lacks_is_disabled_with_its_reason(dialog):
    assert not dialog.gpu_layers.isEnabled()
    assert "使えるGPUが見つからない" in dialog._gpu_note.text()
    assert not dialog.draft.isEnabled()
    assert "語彙が同じ" in dialog._draft_note.text()
    assert not dialog.thinking.isEnabled()
    assert "考える機能がありません" in dialog._thinking_note.text()


def test_a_choice_is_kept_told_and_used_by_the_next_answer(qtbot, app, dialog):
    pick(dialog.context_length, 1024)
    assert choices(app).context_length == 1024
    qtbot.waitUntil(lambda: "コンテキスト 1,024" in dialog.sentence.text(), timeout=WAIT)
    assert "手動: コンテキスト長" in dialog.sentence.text()
    assert dialog.context_length.itemText(0) == "自動（8,192）"
    pick(dialog.cache_type, "q8_0")
    dialog.threads.setValue(1)
    dialog.accept()
    answer = ask(qtbot, app)
    assert answer.stats.context_length == 1024
    assert app.session.engine.loaded.cache_type == "q8_0"
    assert app.session.engine.loaded.threads == 1
    assert app.session.store.models.get(model(app).id).choices == Choices(
        context_length=1024, cache_type="q8_0", threads=1
    )
    again = opened(qtbot, app)
    qtbot.waitUntil(lambda: again.state.text() == "いま、こう動いています", timeout=WAIT)
    assert again.context_length.currentText() == "1,024"
    pick(again.context_length, None)
    qtbot.waitUntil(lambda: again.state.text() == "次に読み込むとき", timeout=WAIT)
    assert choices(app).context_length is None


def test_all_goes_back_to_automatic_and_that_can_be_undone(qtbot, app, dialog):
    pick(dialog.context_length, 2048)
    pick(dialog.reproducible, True)
    app.session.choose(model(app), template=PLAIN, adapters=(Adapter("/some/where.gguf", 0.5),))
    before = choices(app)
    assert before.reproducible
    dialog.reset.click()
    assert choices(app) == Choices()
    assert dialog.context_length.currentText().startswith("自動")
    assert dialog.reproducible.currentData() is None
    assert dialog.reset.text() == "元に戻す"
    dialog.reset.click()
    assert choices(app) == before
    assert dialog.reset.text() == "自動に戻す"
    settle(qtbot, app)
    assert app.session.store.models.get(model(app).id).choices == before


def test_enter_in_a_field_ends_the_typing_and_presses_nothing(qtbot, app, dialog):
    pick(dialog.context_length, 2048)
    dialog.threads.setFocus()
    dialog.threads.selectAll()
    qtbot.keyClicks(dialog.threads, "3")
    qtbot.keyClick(dialog.threads, Qt.Key.Key_Return)
    assert choices(app) == Choices(context_length=2048, threads=3)
    assert dialog.isVisible()


def test_layers_are_counted_as_people_do(qtbot, app, monkeypatch):
    card = Device("CUDA0", "a card", "CUDA", "gpu", 8 * GIB, 8 * GIB)
    cpu = Device("CPU", "a processor", "CPU", "cpu", 16 * GIB, 8 * GIB)
    monkeypatch.setattr(model_settings, "list_devices", lambda *_: (cpu, card))
    dialog = opened(qtbot, app)
    assert dialog.gpu_layers.isEnabled()
    assert dialog.gpu_layers.text() == "自動（30 / 30）"
    assert not dialog.bars[1].isHidden()
    for shown, kept in ((30, 31), (12, 13), (1, 2), (0, 0)):
        dialog.gpu_layers.setValue(shown)
        assert choices(app).gpu_layers == kept
        assert dialog.gpu_layers.text() == f"{shown} / 30"
    qtbot.waitUntil(dialog.bars[1].isHidden, timeout=WAIT)
    dialog.gpu_layers.setValue(-1)
    assert choices(app).gpu_layers is None


def test_a_remembered_fallback_is_told_and_can_be_forgotten(qtbot, app, dialog):
    devices = dialog._outlook.devices
    run = Run(
        context_length=1024,
        fallback="out_of_memory",
        free_bytes=sum(device.free_bytes for device in devices),
        when=time.time(),
        threads=2,
    )
    store, id = app.session.store, model(app).id
    app.session.jobs.store(lambda: store.models.remember(id, machine_key(devices), run))
    settle(qtbot, app)
    dialog.accept()
    dialog = opened(qtbot, app)
    qtbot.waitUntil(lambda: not dialog.first_way.isHidden(), timeout=WAIT)
    assert "コンテキスト 1,024" in dialog.sentence.text()
    assert "メモリが足りなかった" in dialog.warning.text()
    dialog.first_way.click()
    qtbot.waitUntil(dialog.first_way.isHidden, timeout=WAIT)
    assert "コンテキスト 8,192" in dialog.sentence.text()
    assert dialog.warning.isHidden()
    kept = store.models.run(id, machine_key(devices))
    assert (kept.fallback, kept.threads) == ("", 2)


def test_adapters_are_checked_added_weighed_and_taken_out(qtbot, app, dialog, tmp_path, smollm2):
    rows = dialog.adapters
    dialog.add_adapter(str(smollm2))
    qtbot.waitUntil(lambda: "LoRAアダプターのファイルではありません" in dialog.warning.text(), timeout=WAIT)
    other = write_lora(tmp_path / "other.gguf", architecture="gemma3", width=576)
    dialog.add_adapter(str(other))
    qtbot.waitUntil(lambda: "別の種類のモデル用" in dialog.warning.text(), timeout=WAIT)
    assert choices(app).adapters == ()
    one, two = (
        str(write_lora(tmp_path / name, architecture="llama", width=576, names=("blk.0.attn_q.weight",)))
        for name in ("one.gguf", "two.gguf")
    )
    for path in (one, two, one):
        dialog.add_adapter(path)
        qtbot.waitUntil(lambda path=path: path in [each.path for each in choices(app).adapters], timeout=WAIT)
    assert choices(app).adapters == (Adapter(one), Adapter(two))
    rows._scales[0].setValue(0.4)
    assert choices(app).adapters == (Adapter(one, 0.4), Adapter(two))
    dialog.accept()
    assert ask(qtbot, app).status != "failed"
    dialog = opened(qtbot, app)
    dialog.adapters._remove(0)
    assert choices(app).adapters == (Adapter(two),)
    assert len(dialog.adapters._rows) == 1


def edited(qtbot, dialog, text) -> TemplateDialog:
    dialog.template.click()
    editor = dialog.findChildren(TemplateDialog)[-1]
    if text is not None:
        editor.edit.setPlainText(text)
        editor.edit.document().setModified(True)
    return editor


def test_a_template_begins_as_the_models_own_and_is_tried_before_it_is_saved(qtbot, app, dialog):
    editor = edited(qtbot, dialog, None)
    assert editor.edit.toPlainText().startswith("{% for message in messages %}")
    editor.edit.setPlainText("{% for m in messages %}{{ m.content }}")
    editor.save.click()
    qtbot.waitUntil(editor.save.isEnabled, timeout=WAIT)
    assert "テンプレート" in editor.state.text() and "endfor" in editor.state.text()
    assert choices(app).template == ""
    editor.edit.setPlainText(PLAIN)
    editor.try_out.click()
    qtbot.waitUntil(editor.save.isEnabled, timeout=WAIT)
    assert "[user] 日本の首都はどこですか？\n[assistant]" in editor.example.toPlainText()
    assert choices(app).template == ""
    editor.save.click()
    qtbot.waitUntil(lambda: choices(app).template == PLAIN, timeout=WAIT)
    qtbot.waitUntil(lambda: "自分で書いたもの" in dialog._template_note.text(), timeout=WAIT)
    editor = edited(qtbot, dialog, None)
    assert editor.edit.toPlainText() == PLAIN
    editor.original.click()
    editor.save.click()
    assert choices(app).template == ""


def test_an_edited_template_is_not_lost_by_closing(qtbot, app, dialog):
    editor = edited(qtbot, dialog, PLAIN)
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    (box,) = editor.findChildren(QMessageBox)
    back, away = (
        next(button for button in box.buttons() if button.text() == text)
        for text in ("編集に戻る", "保存せずに閉じる")
    )
    back.click()
    assert editor.isVisible()
    assert editor.edit.toPlainText() == PLAIN
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    box = editor.findChildren(QMessageBox)[-1]
    away = next(button for button in box.buttons() if button.text() == "保存せずに閉じる")
    away.click()
    assert not editor.isVisible()
    assert choices(app).template == ""


def test_a_missing_file_is_told_and_the_rows_stay(qtbot, app, tmp_path):
    gone = tmp_path / "gone.gguf"
    store = app.session.store
    lost = store.models.add(path=gone, name="どこかへ行った", size_bytes=1, trained_context_length=4096)
    app.session.refresh_models()
    qtbot.waitUntil(lambda: len(app.session.models) == 3, timeout=WAIT)
    dialog = ModelSettingsDialog(app.session, lost, app.window)
    dialog.open()
    qtbot.waitUntil(lambda: "ファイルがありません" in dialog.sentence.text(), timeout=WAIT)
    pick(dialog.context_length, 2048)
    assert app.session.model(lost.id).choices.context_length == 2048
    dialog.accept()


def test_a_small_model_of_the_same_vocabulary_can_draft(qtbot, app, smollm2, tmp_path):
    small = tmp_path / "small.gguf"
    small.symlink_to(smollm2)
    added = app.session.store.models.add(path=small, name="小さいモデル", size_bytes=1000)
    app.session.refresh_models()
    qtbot.waitUntil(lambda: len(app.session.models) == 3, timeout=WAIT)
    dialog = opened(qtbot, app)
    qtbot.waitUntil(dialog.draft.isEnabled, timeout=WAIT)
    assert [dialog.draft.itemText(at) for at in range(dialog.draft.count())] == ["使わない", "小さいモデル"]
    pick(dialog.draft, added.path)
    assert choices(app).draft_path == added.path
    dialog.accept()
    assert ask(qtbot, app).status != "failed"
    assert app.session.engine.loaded.draft_path == added.path
    app.session.store.models.remove(added.id)
    app.session.refresh_models()
    qtbot.waitUntil(lambda: len(app.session.models) == 2, timeout=WAIT)
    dialog = opened(qtbot, app)
    assert dialog.draft.currentText() == "small.gguf"  # still seen, and can be left
    pick(dialog.draft, "")
    assert choices(app).draft_path == ""


def test_a_model_that_thinks_can_be_told_when_and_how_long(qtbot, app, dialog):
    app.session.choose(model(app), template=PLAIN + "{% if not enable_thinking %}<think></think>{% endif %}")
    qtbot.waitUntil(dialog.thinking.isEnabled, timeout=WAIT)
    assert dialog.budget.isEnabled()
    for value in (True, False, None):
        pick(dialog.thinking, value)
        assert choices(app).thinking is value
    dialog.budget.setValue(0)
    assert choices(app).thinking_budget == 0
    dialog.budget.setValue(-1)
    assert choices(app).thinking_budget is None


def test_the_size_of_the_kept_states_reaches_the_engine(qtbot, app):
    engine = app.session.engine
    assert engine._configuration().states_bytes == 2 * GIB
    box = next(
        box for box in app.window.settings.findChildren(QSpinBox) if box.accessibleName() == "計算の保存"
    )
    assert box.text() == "2 GB"
    box.setValue(0)
    assert box.text() == "残さない"
    assert engine._configuration().states_bytes == 0
    box.setValue(64)
    settle(qtbot, app)
    assert app.session.store.settings.get().states_gb == 64
    assert engine._configuration().states_bytes == 64 * GIB


def test_a_chat_erased_from_the_bin_loses_its_computed_state(qtbot, app):
    store = app.session.store
    folder: Path = app.session.engine.states_folder
    chat, kept = store.chats.create(), store.chats.create()
    folder.mkdir(exist_ok=True)
    for each in (chat, kept):
        (folder / f"{chat_key(each.id)}.state").write_bytes(b"x" * 1000)
    app.window.show_settings()
    qtbot.waitUntil(lambda: "いま 0.00 GB" in app.window.settings._states_note.text(), timeout=WAIT)
    store.chats.delete(chat.id)
    bin_dialog = BinDialog(app.session, app.window)
    qtbot.waitUntil(lambda: bin_dialog.list.count() == 1, timeout=WAIT)
    bin_dialog.list.selectAll()
    bin_dialog.erase.click()
    bin_dialog.findChild(Question).yes.click()
    qtbot.waitUntil(lambda: bin_dialog.list.count() == 0, timeout=WAIT)
    assert [path.stem for path in folder.glob("*.state")] == [chat_key(kept.id)]
    bin_dialog.accept()
