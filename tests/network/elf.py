"""What a shared library wants of the system: symbols and libraries that are not its own (ELF, 64 bits)."""

from __future__ import annotations

import struct
from pathlib import Path

_STRINGS, _DYNAMIC, _SYMBOLS = 3, 6, 11  # sh_type
_NEEDED = 1  # d_tag


def wanted(path: Path) -> tuple[set[str], set[str]]:
    """Return the undefined symbols and the needed libraries."""
    data = path.read_bytes()
    assert data[:5] == b"\x7fELF\x02"
    (table,) = struct.unpack_from("<Q", data, 0x28)
    size, count, _ = struct.unpack_from("<HHH", data, 0x3A)
    # sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size, sh_link, sh_info, sh_addralign, sh_entsize
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + at * size) for at in range(count)]

    def entries(kind: int, shape: str) -> list[tuple[tuple[int, ...], int]]:
        return [
            (entry, sections[section[6]][4])
            for section in sections
            if section[1] == kind
            for entry in struct.iter_unpack(shape, data[section[4] : section[4] + section[5]])
        ]

    def text(at: int) -> str:
        return data[at : data.index(b"\0", at)].decode()

    symbols = entries(_SYMBOLS, "<IBBHQQ")  # st_name, st_info, st_other, st_shndx, st_value, st_size
    needed = entries(_DYNAMIC, "<qQ")
    return (
        {text(strings + entry[0]) for entry, strings in symbols if entry[3] == 0 and entry[0]},
        {text(strings + entry[1]) for entry, strings in needed if entry[0] == _NEEDED},
    )
