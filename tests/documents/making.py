"""Files of each format, made with the libraries or by hand, with Japanese in them."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from email.message import EmailMessage

import docx
import openpyxl
import pptx
from docx.oxml import parse_xml
from pdf_files import pdf
from pptx.util import Inches

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(thing) -> bytes:
    file = io.BytesIO()
    thing.save(file)
    return file.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.add_heading("議事録", level=1)
    document.add_heading("出席者", level=2)
    document.add_paragraph("山田太郎", style="List Bullet")
    document.add_paragraph("鈴木花子", style="List Bullet")
    document.add_paragraph("決めたこと", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for row, cells in enumerate((("品名", "値段"), ("りんご", "120円"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    paragraph = document.add_paragraph("次回は")
    run = "<w:r><w:t>{}</w:t></w:r>"
    reading, base = run.format("きょうと"), run.format("京都")
    ruby = f"<w:ruby><w:rt>{reading}</w:rt><w:rubyBase>{base}</w:rubyBase></w:ruby>"
    paragraph._p.append(parse_xml(f"<w:r {_W}>{ruby}</w:r>"))
    paragraph._p.append(parse_xml(f"<w:ins {_W} w:id='1' w:author='a'><w:r><w:t>で会う</w:t></w:r></w:ins>"))
    paragraph._p.append(
        parse_xml(f"<w:del {_W} w:id='2' w:author='a'><w:r><w:delText>消した</w:delText></w:r></w:del>")
    )
    return saved(document)


def excel() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "売上"
    sheet.append(["月", "金額", "備考"])
    sheet.append([datetime.date(2026, 4, 1), 120000, "縦|棒"])
    sheet.append([datetime.date(2026, 5, 1), 98000.5, None])
    sheet["B4"] = "=SUM(B2:B3)"
    book.create_sheet("空の表")
    book.create_sheet("人")["A1"] = "山田"
    return saved(book)


def powerpoint() -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "計画"
    frame = slide.placeholders[1].text_frame
    frame.text = "目的を決める"
    deeper = frame.add_paragraph()
    deeper.text, deeper.level = "誰のためか", 1
    slide.notes_slide.notes_text_frame.text = "ここで質問を受ける"
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "予算"
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for row, cells in enumerate((("項目", "円"), ("会場", "5000"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    return saved(deck)


HTML = """<!doctype html><html><head><meta charset="{charset}"><title>お知らせ</title>
<style>p {{ color: red }}</style><script>alert("実行")</script></head><body>
<h1>夏の<ruby>花火<rp>(</rp><rt>はなび</rt><rp>)</rp></ruby></h1><p>場所は<b>「河原」</b>です。</p>
<ul><li>雨なら中止<ul><li>翌日に行う</li></ul></li></ul>
<table><tr><th>時刻</th><th>内容</th></tr><tr><td>19:00</td><td>開会</td></tr></table>
<img src="data:image/png;base64,AAAA" alt="絵"><script>document.write("書く")</script></body></html>"""


def html(charset: str = "utf-8") -> bytes:
    return HTML.format(charset=charset).encode({"shift_jis": "cp932"}.get(charset, charset))


def mail(charset: str = "iso-2022-jp") -> bytes:
    message = EmailMessage()
    message["From"] = "山田太郎 <taro@example.com>"
    message["To"] = "hanako@example.com"
    message["Subject"] = "打ち合わせの件"
    message["Date"] = "Tue, 24 Nov 2026 09:00:00 +0900"
    message.set_content("来週の火曜日はいかがでしょうか。\n", charset=charset)
    message.add_alternative("<p>来週の火曜日は<b>いかが</b>でしょうか。</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="見積書.pdf")
    return message.as_bytes()


def seven_bits(text: str) -> bytes:
    """Return ISO-2022-JP as mail programs of Windows write it (code page 50221)."""
    out = bytearray()
    for character in text:
        code = character.encode("cp932")
        if len(code) == 1:
            kana = code[0] > 0x7F
            out += b"\x1b(I" + bytes((code[0] & 0x7F,)) + b"\x1b(B" if kana else code
            continue
        first, second = code
        row = 2 * (first - (0x81 if first < 0xA0 else 0xC1)) + 0x21
        cell = second - (0x7E if second > 0x9E else 0x1F if second < 0x7F else 0x20)
        out += b"\x1b$B" + bytes((row + (second > 0x9E), cell)) + b"\x1b(B"
    return bytes(out)


def csv_of(rows, encoding: str = "utf-8") -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode(encoding)


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def replaced(data: bytes, name: str, part: bytes) -> bytes:
    """Return a container with one part in place of another."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    return zipped(parts | {name: part})


FILES = {
    "議事録.docx": word,
    "売上.xlsx": excel,
    "計画.pptx": powerpoint,
    "報告.pdf": lambda: pdf("一頁目の文章です", "二頁目の文章です"),
    "お知らせ.html": html,
    "打ち合わせ.eml": mail,
    "表.csv": lambda: csv_of([["名前", "年"], ["山田", "30"]]),
}
