"""What kind of file something is: by its first bytes where they tell, else by its name. Reads no file."""

from __future__ import annotations

import io
from pathlib import PurePath

from desktop.documents.document import Kind
from desktop.documents.failures import failure

_BY_EXTENSION: dict[str, Kind] = {
    "md": "markdown", "markdown": "markdown", "mdx": "markdown",
    "csv": "table", "tsv": "table", "tab": "table",
    "html": "html", "htm": "html", "xhtml": "html",
    "eml": "mail",
}  # fmt: skip

_LANGUAGES = {
    "py": "python", "pyi": "python", "js": "javascript", "mjs": "javascript", "cjs": "javascript",
    "jsx": "jsx", "ts": "typescript", "tsx": "tsx", "c": "c", "h": "c", "cc": "cpp", "cpp": "cpp",
    "cxx": "cpp", "hpp": "cpp", "cs": "csharp", "java": "java", "kt": "kotlin", "kts": "kotlin",
    "swift": "swift", "go": "go", "rs": "rust", "rb": "ruby", "php": "php", "pl": "perl", "pm": "perl",
    "lua": "lua", "r": "r", "jl": "julia", "scala": "scala", "hs": "haskell", "ml": "ocaml", "ex": "elixir",
    "exs": "elixir", "erl": "erlang", "clj": "clojure", "lisp": "lisp", "el": "lisp", "scm": "scheme",
    "dart": "dart", "zig": "zig", "nim": "nim", "f90": "fortran", "bas": "basic", "vb": "vbnet",
    "vba": "vba", "cls": "vba", "cob": "cobol", "asm": "asm", "s": "asm", "v": "verilog", "vhd": "vhdl",
    "sh": "bash", "bash": "bash", "zsh": "bash", "fish": "fish", "ps1": "powershell", "bat": "batch",
    "cmd": "batch", "sql": "sql", "css": "css", "scss": "scss", "less": "less", "vue": "vue",
    "svelte": "svelte", "json": "json", "jsonl": "json", "ipynb": "json", "yaml": "yaml", "yml": "yaml",
    "toml": "toml", "ini": "ini", "cfg": "ini", "conf": "ini", "xml": "xml", "svg": "xml", "xsl": "xml",
    "tex": "latex", "bib": "bibtex", "cmake": "cmake", "gradle": "groovy", "groovy": "groovy",
    "proto": "protobuf", "graphql": "graphql", "tf": "hcl", "diff": "diff", "patch": "diff", "po": "po",
}  # fmt: skip
_LANGUAGES_BY_NAME = {"makefile": "makefile", "dockerfile": "dockerfile", "cmakelists.txt": "cmake"}

_PICTURES = (
    b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM6", b"II*\x00", b"MM\x00*", b"OggS", b"ID3",
    b"fLaC", b"\x1aE\xdf\xa3",
)  # fmt: skip
_ARCHIVES = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf'\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN_PARTS: tuple[tuple[str, Kind], ...] = (("word/", "word"), ("xl/", "excel"), ("ppt/", "powerpoint"))


def kind_of(name: str, data: bytes) -> Kind:
    """Return the kind of a file.

    Raises ``KotonohaError`` for what cannot be read: ``document_image``, ``document_archive``,
    ``document_other``, ``document_old``, ``document_encrypted``, ``document_damaged``.
    """
    head = data[:16]
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(data)
    if head.startswith(_OLE):
        # An Office file with a password is a compound file with this stream (MS-OFFCRYPTO 2.3.1).
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise failure("document_encrypted" if encrypted else "document_old")
    if head.startswith(b"{\\rtf"):
        raise failure("document_other")
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE", b"AVI ")):
        raise failure("document_image")
    if head[4:8] == b"ftyp":
        raise failure("document_image")
    if head.startswith(_ARCHIVES):
        raise failure("document_archive")
    return _BY_EXTENSION.get(_extension(name)) or ("code" if language_of(name) else "text")


def language_of(name: str) -> str:
    """Return the name of the programming language that a file of this name is in; "" where it is none."""
    return _LANGUAGES_BY_NAME.get(name.lower(), "") or _LANGUAGES.get(_extension(name), "")


def _extension(name: str) -> str:
    return PurePath(name).suffix[1:].lower()


def _in_zip(data: bytes) -> Kind:
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError) as error:
        raise failure("document_damaged") from error
    for folder, kind in _MAIN_PARTS:
        if any(name.startswith(folder) for name in names):
            return kind
    # OpenDocument and EPUB begin with a part of this name.
    raise failure("document_other" if names[:1] == ["mimetype"] else "document_archive")
