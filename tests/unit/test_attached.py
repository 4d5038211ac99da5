"""Files in the prompt: each a clear block that nothing in it can end, before the question."""

from __future__ import annotations

from test_turn import FakeEngine, FakeLoader

from desktop.chat import turn
from desktop.chat.asked import next_prompt, prompt_of
from desktop.chat.attached import block_of, with_blocks
from desktop.engine.protocol import Finished, Piece, Sampling, Started, Turn
from desktop.jobs import Cancel
from desktop.models.loading import Target
from desktop.store import Choices
from desktop.store.attachments import Attached


def attached(text, name="資料.txt", kind="text", cut=False):
    return Attached(1, None, name, kind, text, cut)


def add(store, chat_id, text="りんごは赤い。", name="果物.txt"):
    return store.attachments.add(chat_id, name=name, kind="text", text=text, size_bytes=1, sha256="0" * 64).id


def test_a_block_names_the_file_and_fences_its_text():
    assert block_of(attached("一行目\n"), japanese=True) == "ファイル「資料.txt」\n```\n一行目\n```"
    code = block_of(attached("x = 1", "a.py", "code"), japanese=False)
    assert code == 'File "a.py"\n```python\nx = 1\n```'
    assert block_of(attached("# 題", "a.docx", "word"), japanese=True).startswith(
        "ファイル「a.docx」\n```markdown\n"
    )


def test_nothing_in_a_text_ends_its_block():
    block = block_of(attached("```\n終わり\n`````\nまだ中\n"), japanese=True)
    assert block.split("\n")[1] == block.split("\n")[-1] == "``````"


def test_a_part_says_that_it_is_one():
    assert block_of(attached("先頭", cut=True), japanese=True).endswith("```\n（ここまでが先頭。以下は省略）")
    assert "left out" in block_of(attached("head", cut=True), japanese=False)


def test_blocks_come_before_the_question_in_its_language():
    both = with_blocks("これは何？", [attached("apple", "a.txt"), attached("pear", "b.txt")])
    assert both == "ファイル「a.txt」\n```\napple\n```\n\nファイル「b.txt」\n```\npear\n```\n\nこれは何？"
    assert with_blocks("What is this?", [attached("りんご")]).startswith('File "')
    assert with_blocks("", [attached("りんご")]).startswith("ファイル「")


def test_an_answer_is_asked_with_the_files_of_its_questions(store, model):
    chat = store.chats.create()
    _, message = turn.begin(store, chat.id, "何色？", model, None, attachments=[add(store, chat.id)])[1:]
    engine = FakeEngine(Started(1, 5, 0, 0, 2048), Piece(1, "赤"), Finished(1, "end"))
    list(
        turn.answer(
            store, FakeLoader(engine), message=message, target=Target("m.gguf", None, Choices()),
            sampling=Sampling(), system="", cancel=Cancel(),
        )
    )  # fmt: skip
    asked = Turn("user", "ファイル「果物.txt」\n```\nりんごは赤い。\n```\n\n何色？")
    assert engine.asked[0] == (asked,)
    assert store.messages.path(chat.id)[0].text == "何色？"  # what is shown stays what was written
    again = prompt_of(store, message.id, choices=Choices(), policy="leave_out", system="")
    assert again.turns == (asked,)
    # The next question has the earlier file still, and its own.
    draft = add(store, chat.id, "バナナは黄色い。", "黄.txt")
    path = store.messages.path(chat.id)
    options = {"choices": Choices(), "policy": "leave_out", "system": "", "attachments": [draft]}
    following = next_prompt(store, path, "これは？", **options)
    assert following.turns[0] == asked
    assert following.turns[-1].text == "ファイル「黄.txt」\n```\nバナナは黄色い。\n```\n\nこれは？"
    assert next_prompt(store, path, "", **options).turns[-1].text.endswith("```")


def test_a_new_chat_begins_with_its_files(store, model):
    begun = turn.begin(store, None, "何色？", model, None, attachments=[add(store, None)])
    assert begun.chat.title == "何色？"
    (files,) = store.attachments.sent(begun.chat.id).values()
    assert [each.name for each in files] == ["果物.txt"]
