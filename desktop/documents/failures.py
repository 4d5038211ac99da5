"""What can go wrong with reading a file, in words: what happened, and what to do."""

from __future__ import annotations

from desktop.documents.document import MOST_BYTES
from desktop.errors import KotonohaError

_SENTENCES = {
    "document_unreadable": (
        "ファイルを開けません。場所と、読み取りの許可を確かめてください。",
        "The file cannot be opened. Check where it is, and permission to read it.",
    ),
    "document_too_big": (
        f"ファイルが大きすぎます（{MOST_BYTES >> 20} MBまで）。必要な部分だけを別のファイルにしてください。",
        f"The file is too big (at most {MOST_BYTES >> 20} MB). Put the part that you need into a file of "
        "its own.",
    ),
    "document_empty": (
        "ファイルに文字がありません。",
        "There is no text in the file.",
    ),
    "document_scan": (
        "このPDFには文字がありません。紙を取り込んだ画像のようです。文字認識（OCR）をかけたPDFなら読めます。",
        "There is no text in this PDF. Its pages seem to be scanned pictures. A PDF with recognised text "
        "(OCR) can be read.",
    ),
    "document_nameless": (
        "このPDFの書体は、どの文字かを示していないので読めません。元のアプリで保存し直すか、"
        "文字認識（OCR）をかけたPDFを添えてください。",
        "The fonts of this PDF do not say which characters they are, so it cannot be read. Save it again in "
        "the application that made it, or attach a PDF with recognised text (OCR).",
    ),
    "document_encrypted": (
        "ファイルにパスワードがかかっています。パスワードを外して保存したものを添えてください。",
        "The file is protected by a password. Attach a copy that was saved without one.",
    ),
    "document_old": (
        "古い形式のOfficeのファイル（.doc .xls .ppt）です。"
        ".docx、.xlsx、.pptxで保存し直したものを添えてください。",
        "This is a file of an old Office format (.doc .xls .ppt). Save it as .docx, .xlsx or .pptx, and "
        "attach that.",
    ),
    "document_other": (
        "この形式（RTF、OpenDocument、EPUBなど）には対応していません。.docxかPDFで保存し直したものを添えてください。",
        "This format (RTF, OpenDocument, EPUB …) is not supported. Save it as .docx or PDF, and attach that.",
    ),
    "document_image": (
        "画像や音声、動画は読めません。文章のファイルを添えてください。",
        "Pictures, sound and video cannot be read. Attach a file with text.",
    ),
    "document_binary": (
        "文章のファイルではないようです。文章、PDF、Word、Excel、PowerPoint、HTML、メールのファイルを"
        "添えてください。",
        "This does not seem to be a file with text. Attach text, PDF, Word, Excel, PowerPoint, HTML or mail.",
    ),
    "document_archive": (
        "まとめて圧縮されたファイルは読めません。中のファイルを取り出して添えてください。",
        "Archives cannot be read. Take the files out and attach them.",
    ),
    "document_damaged": (
        "ファイルが壊れているか、決まりどおりに作られていません。元のアプリで開いて保存し直してください。",
        "The file is damaged, or not made as its format says. Open it in the application that made it, and "
        "save it again.",
    ),
    "document_bomb": (
        "ファイルの中身が、広げると大きすぎます。安全のため読みませんでした。必要な部分だけを別のファイルに"
        "してください。",
        "What is in the file is too big when unpacked. It was not read, to be safe. Put the part that you "
        "need into a file of its own.",
    ),
    "document_memory": (
        "ファイルの中身が大きく、読むためのメモリが足りません。必要な部分だけを別のファイルにしてください。",
        "Reading the file takes more memory than it may have. Put the part that you need into a file of its "
        "own.",
    ),
    "document_slow": (
        "ファイルを読むのに時間がかかりすぎるので、やめました。必要な部分だけを別のファイルにしてください。",
        "Reading the file took too long, so it was given up. Put the part that you need into a file of its "
        "own.",
    ),
    "document_crashed": (
        "ファイルを読むプログラムが途中で終わりました。言の葉とほかのデータは無事です。ファイルが壊れているかも"
        "しれません。",
        "The program that reads files ended early. Kotonoha and other data are safe. "
        "The file may be damaged.",
    ),
    "document_encoding": (
        "その文字コードでは読めません。別の文字コードを選んでください。",
        "It cannot be read in this encoding. Choose another one.",
    ),
}


def failure(code: str, name: str = "") -> KotonohaError:
    """Return the error with this code, beginning with the file's name where it is given."""
    ja, en = _SENTENCES.get(code, _SENTENCES["document_damaged"])
    return KotonohaError(code, f"「{name}」：{ja}" if name else ja, f"“{name}”: {en}" if name else en)
