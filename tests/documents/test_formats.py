"""Each format as text, from files that the libraries themselves write."""

from __future__ import annotations

import base64
import datetime
import subprocess
import sys
from email.message import EmailMessage

import making
import openpyxl
import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from desktop.documents.convert import convert
from desktop.documents.document import MOST_CHARACTERS, MOST_ROWS
from desktop.errors import KotonohaError


def text_of(name, data, encoding=""):
    *_, converted = convert(name, data, encoding)
    return converted.text.text


def notes_of(name, data):
    *_, converted = convert(name, data)
    return " ".join(note.ja for note in converted.text.notes)


def refusal(name, data):
    with pytest.raises(KotonohaError) as refused:
        list(convert(name, data))
    assert refused.value.ja and refused.value.en
    return refused.value.code


def test_word_has_headings_lists_tables_ruby_and_inserted_text():
    assert text_of("議事録.docx", making.word()) == (
        "# 議事録\n\n## 出席者\n\n- 山田太郎\n- 鈴木花子\n1. 決めたこと\n\n"
        "| 品名 | 値段 |\n| --- | --- |\n| りんご | 120円 |\n\n次回は｜京都《きょうと》で会う"
    )


def test_word_has_footnotes_and_text_boxes():
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    data = making.replaced(
        making.word(),
        "word/document.xml",
        f'<w:document xmlns:w="{w}"><w:body><w:p><w:r><w:t>本文</w:t></w:r>'
        '<w:r><w:footnoteReference w:id="2"/></w:r>'
        "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>箱の一行目</w:t></w:r></w:p><w:p><w:r><w:t>二行目</w:t></w:r></w:p>"
        "</w:txbxContent></w:pict></w:r></w:p></w:body></w:document>".encode(),
    )
    data = making.replaced(
        data,
        "word/footnotes.xml",
        f'<w:footnotes xmlns:w="{w}"><w:footnote w:type="separator" w:id="-1"/>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>脚注の文</w:t></w:r></w:p></w:footnote></w:footnotes>'.encode(),
    )
    rels = "word/_rels/document.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    end = f'<Relationship Id="rIdF" Type="{kind}" Target="footnotes.xml"/></Relationships>'.encode()
    data = making.replaced(data, rels, making.part(data, rels).replace(b"</Relationships>", end))
    assert text_of("a.docx", data) == "本文[^2]\n箱の一行目\n二行目\n\n[^2]: 脚注の文"


def paragraphs(*blocks: str) -> bytes:
    """Return a Word file with these blocks."""
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    m = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    body = f'<w:document xmlns:w="{w}" xmlns:m="{m}"><w:body>{"".join(blocks)}</w:body></w:document>'
    return making.replaced(making.word(), "word/document.xml", body.encode())


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def item(text: str, level: int, name: int = 99) -> str:
    numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{name}"/></w:numPr>'
    return f"<w:p><w:pPr>{numbered}</w:pPr>{run(text)}</w:p>"


def test_word_has_the_numbers_of_articles_and_lists():
    items = (("目的", 0), ("定義", 0), ("甲", 1), ("乙", 1), ("細目", 2), ("期間", 0), ("丙", 1))
    data = paragraphs(*(item(text, level) for text, level in items), item("点", 0, 98))
    levels = (("decimalFullWidth", "第%1条"), ("decimal", "%2."), ("aiueo", "（%3）"))
    defined = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for at, (kind, text) in enumerate(levels)
    )
    bullet = '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="・"/></w:lvl>'
    numbering = making.part(data, "word/numbering.xml").decode()
    end = numbering.rindex("</w:numbering>")
    numbering = (
        f'{numbering[:end]}<w:abstractNum w:abstractNumId="99">{defined}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="98">{bullet}</w:abstractNum>'
        '<w:num w:numId="99"><w:abstractNumId w:val="99"/></w:num>'
        '<w:num w:numId="98"><w:abstractNumId w:val="98"/></w:num></w:numbering>'
    )
    text = text_of("契約書.docx", making.replaced(data, "word/numbering.xml", numbering.encode()))
    assert [line for line in text.split("\n") if line] == [
        "第１条 目的", "第２条 定義", "  1. 甲", "  2. 乙", "    （ア） 細目", "第３条 期間", "  1. 丙",
        "- 点",
    ]  # fmt: skip


def test_word_tables_have_merged_cells_and_no_row_that_was_taken_out():
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{run(text)}</w:p></w:tc>"

    wide, first, going = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    gone = "<w:trPr><w:del w:id='1' w:author='a'/></w:trPr>"
    rows = (
        cell("見出し", wide) + cell("備考"),
        cell("総務部", first) + cell("山田") + cell("長"),
        cell("", going) + cell("鈴木") + cell(""),
        gone + cell("消") + cell("した") + cell("行"),
    )
    table = f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
    assert text_of("a.docx", paragraphs(table)) == (
        "| 見出し |  | 備考 |\n| --- | --- | --- |\n| 総務部 | 山田 | 長 |\n| 総務部 | 鈴木 |  |"
    )


def test_word_has_formulas_and_not_what_is_hidden():
    formula = "<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>"
    data = paragraphs(f"<w:p>{run('式は')}{formula}{run('です')}{run('隠した', '<w:vanish/>')}</w:p>")
    assert text_of("a.docx", data) == "式はa+bです"


@pytest.mark.parametrize(
    "kind",
    [
        "vnd.ms-word.document.macroEnabled.main",
        "vnd.openxmlformats-officedocument.wordprocessingml.template.main",
    ],
)
def test_word_with_macros_and_templates_are_read(kind):
    types = making.part(making.word(), "[Content_Types].xml")
    usual = b"vnd.openxmlformats-officedocument.wordprocessingml.document.main"
    assert usual in types
    data = making.replaced(making.word(), "[Content_Types].xml", types.replace(usual, kind.encode()))
    assert text_of("a.docm", data) == text_of("a.docx", making.word())


def test_excel_has_each_sheet_as_a_table_and_formulas_nobody_computed():
    assert text_of("売上.xlsx", making.excel()) == (
        "## 売上\n\n| 月 | 金額 | 備考 |\n| --- | --- | --- |\n| 2026-04-01 | 120000 | 縦\\|棒 |\n"
        "| 2026-05-01 | 98000.5 |  |\n|  | =SUM(B2:B3) |  |\n\n## 人\n\n| 山田 |\n| --- |"
    )


def test_excel_shows_what_a_person_sees():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "請求"
    rows = [
        ("日付", datetime.date(2026, 4, 1), '[$-411]ggge"年"m"月"d"日"', "令和8年4月1日"),
        ("改元", datetime.date(2019, 5, 1), '[$-411]ggge"年"m"月"d"日"', "令和元年5月1日"),
        ("略", datetime.date(1989, 1, 7), "[$-411]ge.m.d", "S64.1.7"),
        ("時刻", datetime.datetime(2026, 4, 1, 9, 30), "yyyy/m/d h:mm", "2026-04-01 09:30:00"),
        ("残業", datetime.timedelta(hours=25, minutes=30), "[h]:mm", "25:30"),
        ("率", 0.125, "0.0%", "12.5%"),
        ("金額", 1200, '#,##0"円"', "1,200円"),
        ("通貨", -1200, "[$¥-411]#,##0;[Red]-[$¥-411]#,##0", "-¥1,200"),
        ("番号", 12, "00000", "00012"),
        ("千円", 1234567, "#,##0,", "1,235"),
        ("分数", 0.5, "# ?/?", "0.5"),
        ("ふつう", 0.1 + 0.2, "General", "0.3"),
        ("真偽", True, "General", "TRUE"),
    ]
    for at, (name, value, number_format, _) in enumerate(rows, start=3):
        sheet.cell(at, 2, name)
        sheet.cell(at, 4, value).number_format = number_format
    text = text_of("a.xlsx", making.saved(book))
    (head, *rest) = [f"| {name} | {seen} |" for name, _, _, seen in rows]
    assert text == "\n".join(["## 請求\n", head, "| --- | --- |", *rest])


def test_excel_has_merged_cells_in_each_row_and_tells_of_hidden_sheets():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "組織"
    for row in (["部", "人"], ["総務部", "山田"], [None, "鈴木"], ["営業部", "佐藤"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    secret = book.create_sheet("控え")
    secret["A1"], secret.sheet_state = "隠した値", "hidden"
    data = making.saved(book)
    assert text_of("a.xlsx", data) == (
        "## 組織\n\n| 部 | 人 |\n| --- | --- |\n| 総務部 | 山田 |\n| 総務部 | 鈴木 |\n| 営業部 | 佐藤 |\n\n"
        "## 控え\n\n| 隠した値 |\n| --- |"
    )
    assert notes_of("a.xlsx", data) == "隠されているシートも読みました（控え）。"


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is():
    data = making.excel()
    with_lie = making.replaced(
        data,
        "xl/worksheets/sheet3.xml",
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1">'
        b'<c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
        b"</sheetData></worksheet>",
    )
    assert text_of("a.xlsx", with_lie).endswith("## 人\n\n| x |\n| --- |")


def test_powerpoint_has_slides_levels_tables_and_notes():
    assert text_of("計画.pptx", making.powerpoint()) == (
        "## [1] 計画\n- 目的を決める\n  - 誰のためか\n> ここで質問を受ける\n\n"
        "## [2] 予算\n| 項目 | 円 |\n| --- | --- |\n| 会場 | 5000 |"
    )


def test_an_office_file_with_a_password_or_of_an_old_format_is_told():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    assert refusal("a.docx", ole + "EncryptedPackage".encode("utf-16-le")) == "document_encrypted"
    assert refusal("a.doc", ole) == "document_old"


def test_powerpoint_is_read_from_above_with_charts_and_tells_of_hidden_slides():
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for text, left, top in (("下", 1, 5), ("右", 5, 1.1), ("左", 1, 1)):
        slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1)).text_frame.text = text
    data = CategoryChartData()
    data.categories = ["春", "夏"]
    data.add_series("売上", (10, 12.5))
    place = (Inches(1), Inches(3), Inches(4), Inches(2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *place, data)
    slide._element.set("show", "0")
    file = making.saved(deck)
    assert text_of("a.pptx", file) == (
        "## [1]\n- 左\n- 右\n|  | 売上 |\n| --- | --- |\n| 春 | 10 |\n| 夏 | 12.5 |\n- 下"
    )
    assert notes_of("a.pptx", file) == "隠されているスライドも読みました（1）。"


def test_a_slide_show_is_read():
    types = making.part(making.powerpoint(), "[Content_Types].xml")
    usual, show = b"presentation.main+xml", b"slideshow.main+xml"
    assert usual in types
    data = making.replaced(making.powerpoint(), "[Content_Types].xml", types.replace(usual, show))
    assert text_of("a.ppsx", data) == text_of("a.pptx", making.powerpoint())


def test_powerpoint_has_the_words_of_a_diagram():
    dgm = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    a = "http://schemas.openxmlformats.org/drawingml/2006/main"
    r = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    p = "http://schemas.openxmlformats.org/presentationml/2006/main"
    whole = making.powerpoint()
    frame = (
        f'<p:graphicFrame xmlns:p="{p}" xmlns:a="{a}" xmlns:r="{r}"><p:nvGraphicFramePr>'
        '<p:cNvPr id="99" name="図"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
        '<p:xfrm><a:off x="0" y="9000000"/><a:ext cx="1" cy="1"/></p:xfrm><a:graphic>'
        f'<a:graphicData uri="{dgm}"><dgm:relIds xmlns:dgm="{dgm}" r:dm="rId99"/></a:graphicData>'
        "</a:graphic></p:graphicFrame></p:spTree>"
    )
    words = "".join(
        f"<dgm:pt><dgm:t><a:p><a:r><a:t>{each}</a:t></a:r></a:p></dgm:t></dgm:pt>" for each in "計実"
    )
    slide = making.part(whole, "ppt/slides/slide1.xml").decode().replace("</p:spTree>", frame)
    rels = making.part(whole, "ppt/slides/_rels/slide1.xml.rels").decode()
    link = f'<Relationship Id="rId99" Type="{r}/diagramData" Target="../diagrams/data1.xml"/></Relationships>'
    data = making.replaced(whole, "ppt/slides/slide1.xml", slide.encode())
    rels = rels.replace("</Relationships>", link)
    data = making.replaced(data, "ppt/slides/_rels/slide1.xml.rels", rels.encode())
    model = f'<dgm:dataModel xmlns:dgm="{dgm}" xmlns:a="{a}"><dgm:ptLst>{words}</dgm:ptLst></dgm:dataModel>'
    data = making.replaced(data, "ppt/diagrams/data1.xml", model.encode())
    assert "- 計\n- 実" in text_of("a.pptx", data)


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "euc-jp", "iso-2022-jp"])
def test_html_has_its_words_without_scripts(charset):
    text = text_of("お知らせ.html", making.html(charset))
    assert text == (
        "# お知らせ\n\n# 夏の｜花火《はなび》\n\n場所は**「河原」**です。\n\n- 雨なら中止\n  - 翌日に行う\n\n"
        "| 時刻 | 内容 |\n| --- | --- |\n| 19:00 | 開会 |"
    )


def test_html_tables_are_even_and_what_no_one_sees_is_left_out():
    page = (
        "<table><tr><th colspan=2>見出し</th></tr><tr><td rowspan=2>甲</td><td>1<br>2</td></tr>"
        "<tr><td>縦|棒</td></tr></table><p hidden>隠した</p><p style='color: red; display : none'>隠した</p>"
    )
    assert text_of("a.html", page.encode()) == (
        "| 見出し |  |\n| --- | --- |\n| 甲 | 1 2 |\n| 甲 | 縦\\|棒 |"
    )


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "page",
    [
        "<table>" + "<tr>" + "<td rowspan=65534 colspan=900>あ" * 2_000 + "</tr><tr><td>い" * 3_000,
        "<table><tr><td>" * 3_000 + "深|い",
        "<p hidden>見える" * 5_000,
    ],
    ids=["spans", "nested", "hidden"],
)
def test_html_tables_of_strangers_are_bounded(page):
    try:
        assert len(text_of("a.html", page.encode())) <= MOST_CHARACTERS
    except KotonohaError as error:
        assert error.code == "document_empty"


def test_html_nested_beyond_sense_keeps_its_words():
    deep = "<div>" * 20_000 + "深い言葉" + "</div>" * 20_000
    assert text_of("a.html", deep.encode()) == "深い言葉"
    assert "入れ子が深すぎる" in notes_of("a.html", deep.encode())


@pytest.mark.timeout(60)
def test_html_with_ruby_in_ruby_and_open_readings():
    many = 20_000  # what is gone through once for each of them takes minutes
    assert text_of("a.html", ("<ruby>漢" * many + "<rt>かん").encode()) == f"｜{'漢' * many}《かん》"
    assert text_of("a.html", ("<ruby>漢" + "<rt>か" * many).encode()) == f"｜漢《{'か' * many}》"
    both = "<ruby><ruby>東南<rt>とうなん</rt></ruby><rt>たつみ</rt></ruby>の<ruby>方<rt>ほう</rt></ruby>"
    assert text_of("a.html", both.encode()) == "｜東南《とうなんたつみ》の｜方《ほう》"
    assert text_of("a.html", b"a<br>b<BR >c<br/>d") == "a  \nb  \nc  \nd"


@pytest.mark.parametrize("charset", ["iso-2022-jp", "utf-8", "shift_jis", "euc-jp"])
def test_mail_in_every_japanese_charset(charset):
    data = making.mail(charset)
    text = text_of("打ち合わせ.eml", data)
    assert text.startswith("From: 山田太郎 <taro@example.com>\nTo: hanako@example.com\n")
    assert "Subject: 打ち合わせの件\nAttachment: 見積書.pdf\n\n来週の火曜日はいかがでしょうか。" in text
    assert "見積書.pdf" in notes_of("a.eml", data)


def test_mail_within_mail_has_its_head():
    outer, inner = EmailMessage(), EmailMessage()
    outer["Subject"], inner["Subject"], inner["From"] = "転送", "元の件名", "鈴木 <b@example.com>"
    outer.set_content("ご覧ください")
    inner.set_content("元の本文")
    outer.add_attachment(inner)
    assert text_of("a.eml", outer.as_bytes()) == (
        "Subject: 転送\n\nご覧ください\n\n---\nFrom: 鈴木 <b@example.com>\nSubject: 元の件名\n\n元の本文"
    )


def test_mail_has_the_characters_of_windows_in_seven_bits():
    subject, body = "①番の㈱山田", "②番です。髙橋と﨑、ﾊﾝｶｸ\n"
    word = base64.b64encode(making.seven_bits(subject))
    raw = b"Subject: =?ISO-2022-JP?B?" + word + b"?=\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
    assert text_of("a.eml", raw + making.seven_bits(body)) == f"Subject: {subject}\n\n{body.strip()}"
    assert text_of("a.txt", making.seven_bits(body)) == body


def test_mail_with_raw_headers_a_wrong_charset_and_only_html():
    raw = "Subject: 生のまま\r\nContent-Type: text/html; charset=no-such\r\n\r\n<p>本文<br>です</p>".encode(
        "cp932"
    )
    text = text_of("a.eml", raw)
    assert text.startswith("Subject: 生のまま") and "本文" in text and "<p>" not in text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932", "utf-16", "euc_jp"])
def test_separated_values_are_a_table(encoding):
    data = making.csv_of([["名前", "住所"], ["山田, 太郎", "東京\n港区"]], encoding)
    assert text_of("表.csv", data) == "| 名前 | 住所 |\n| --- | --- |\n| 山田, 太郎 | 東京 港区 |"
    assert (
        text_of("表.tsv", "名前\t年\n山田\t30".encode(encoding))
        == "| 名前 | 年 |\n| --- | --- |\n| 山田 | 30 |"
    )


def test_separators_are_what_makes_rows_of_one_width():
    assert text_of("a.tsv", "品名\t金額\nりんご\t1,234,567\n".encode()) == (
        "| 品名 | 金額 |\n| --- | --- |\n| りんご | 1,234,567 |"
    )
    assert text_of("a.csv", "名前;説明\n甲;一, 二, 三\n乙;四\n".encode("cp932")) == (
        "| 名前 | 説明 |\n| --- | --- |\n| 甲 | 一, 二, 三 |\n| 乙 | 四 |"
    )


def test_a_card_with_names_is_text():
    card = "BEGIN:VCARD\nN;CHARSET=SHIFT_JIS:山田;太郎\nEND:VCARD\n"
    assert text_of("a.vcf", card.encode("cp932")) == card


def test_long_tables_and_texts_are_cut_and_say_so():
    rows = "\n".join(f"{n},行" for n in range(MOST_ROWS + 10)).encode()
    assert text_of("a.csv", rows).count("\n") == MOST_ROWS
    assert "50,000行" in notes_of("a.csv", rows)
    long = ("あ" * (MOST_CHARACTERS + 5)).encode()
    assert len(text_of("a.txt", long)) == MOST_CHARACTERS
    assert "200万字" in notes_of("a.txt", long)


def test_code_and_markdown_stay_as_they_are():
    source = "def 挨拶() -> str:\n\treturn '|こんにちは|'\n"
    assert text_of("a.py", source.encode("cp932")) == source
    assert text_of("a.md", "# 見出し\n\n- 項目".encode()) == "# 見出し\n\n- 項目"


def test_an_encoding_can_be_chosen_and_what_is_lost_is_told():
    data = "日本語".encode("euc_jp")
    assert text_of("a.txt", data, "cp932") != "日本語"
    assert text_of("a.txt", data, "euc_jis_2004") == "日本語"
    *_, converted = convert("a.txt", data, "utf-8")
    assert "読めない文字" in converted.text.notes[0].ja


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "document_image"),
        ("a.txt", b"\xff\xd8\xff\xe0" + bytes(50), "document_image"),
        ("a.mp4", b"\0\0\0\x18ftypmp42" + bytes(50), "document_image"),
        ("a.gz", b"\x1f\x8b\x08" + bytes(50), "document_archive"),
        ("a.odt", making.zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}), "document_other"),
        ("a.rtf", b"{\\rtf1\\ansi text}", "document_other"),
        ("a.zip", making.zipped({"a.txt": b"a"}), "document_archive"),
        ("a.bin", bytes(range(256)) * 8, "document_binary"),
        ("a.txt", b" \n\t\n", "document_empty"),
        ("a.docx", b"PK\x03\x04" + b"x" * 100, "document_damaged"),
        ("a.pdf", b"%PDF-1.7\nnothing", "document_damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(name, data, code):
    assert refusal(name, data) == code


def test_containers_that_grow_too_big_are_not_opened():
    bomb = making.zipped({"word/document.xml": bytes(300 * 2**20)})
    assert len(bomb) < 2**20
    assert refusal("a.docx", bomb) == "document_bomb"
    many = making.zipped({f"xl/{n}": b"" for n in range(10_001)})
    assert refusal("a.xlsx", many) == "document_bomb"


@pytest.mark.parametrize(
    ("name", "make", "part"),
    [
        ("a.docx", making.word, "word/document.xml"),
        ("a.xlsx", making.excel, "xl/sharedStrings.xml"),
        ("a.pptx", making.powerpoint, "ppt/presentation.xml"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_expanded(name, make, part, encoding):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE w [<!ENTITY e0 "ははは">{entities}]><w>&e9;</w>'
    assert refusal(name, making.replaced(make(), part, laughs.encode(encoding))) == "document_bomb"


def test_no_heavy_library_comes_with_the_package():
    heavy = ("docx", "pypdfium2", "openpyxl", "pptx", "bs4", "lxml", "PIL", "charset_normalizer")
    code = f"import sys, desktop.documents; print([name for name in {heavy} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
