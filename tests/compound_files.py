"""Write compound files [MS-CFB] and Outlook messages [MS-OXMSG] in them, by the published specifications.

No library that may be used here writes them, and no message of a real mailbox may be part of this project.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime

Tree = dict[str, "bytes | Tree"]

_SECTOR = 512
_MINI = 64
_SMALL = 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_ROOT, _STORAGE, _STREAM = 5, 1, 2


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    start: int = _END
    size: int = 0
    black: bool = True

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            *(name, len(name) + 2, self.kind, self.black, self.left, self.right, self.child, b"", 0, 0, 0),
            *(self.start, self.size),
        )


def compound_file(tree: Tree) -> bytes:
    """Give the bytes of a compound file of version 3 that holds the storages and streams of the tree."""
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _add(tree, entries)
    mini, mini_fat = bytearray(), []
    big: list[_Entry] = []
    for entry in entries:
        entry.size = len(entry.data)
        if entry.kind == _STREAM and 0 < entry.size < _SMALL:
            entry.start = len(mini) // _MINI
            count = math.ceil(entry.size / _MINI)
            mini_fat += [*range(entry.start + 1, entry.start + count), _END]
            mini += entry.data.ljust(count * _MINI, b"\0")
        elif entry.size:
            big.append(entry)
    entries[0].data, entries[0].size = bytes(mini), len(mini)
    if mini:
        big.insert(0, entries[0])
    sectors: list[bytes] = []
    fat: list[int] = []

    def store(data: bytes) -> int:
        start = len(sectors)
        count = math.ceil(len(data) / _SECTOR)
        sectors.extend(data[i * _SECTOR : (i + 1) * _SECTOR].ljust(_SECTOR, b"\0") for i in range(count))
        fat.extend([*range(start + 1, start + count), _END])
        return start

    for entry in big:
        entry.start = store(entry.data)
    free = _Entry("", 0).packed()
    directory = b"".join(entry.packed() for entry in entries)
    first_directory = store(directory + free * (-len(entries) % 4))
    mini_table = struct.pack(f"<{len(mini_fat)}I", *mini_fat)
    mini_table += struct.pack("<I", _FREE) * (-len(mini_fat) % 128)
    first_mini = store(mini_table) if mini_fat else _END
    tables = 1
    while tables * 128 < len(fat) + tables:
        tables += 1
    places = list(range(len(sectors), len(sectors) + tables))
    fat += [_FAT] * tables + [_FREE] * (tables * 128 - len(fat) - tables)
    sectors.append(struct.pack(f"<{len(fat)}I", *fat))
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, tables, first_directory, 0, _SMALL),
        *(first_mini, len(mini_table) // _SECTOR, _END, 0),
    )
    return head + struct.pack("<109I", *places, *[_FREE] * (109 - tables)) + b"".join(sectors)


def _add(tree: Tree, entries: list[_Entry]) -> int:
    """Add the members of a storage, and give the root of the tree that they form."""
    made: list[int] = []
    for name, held in sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper())):
        made.append(len(entries))
        if isinstance(held, bytes):
            entries.append(_Entry(name, _STREAM, held))
        else:
            entries.append(entry := _Entry(name, _STORAGE))
            entry.child = _add(held, entries)
    return _balanced(made, entries, int(math.log2(len(made) + 1)))


def _balanced(members: list[int], entries: list[_Entry], black: int) -> int:
    if not members:
        return _FREE
    middle = len(members) // 2
    entry = entries[members[middle]]
    entry.black = black > 0
    entry.left = _balanced(members[:middle], entries, black - 1)
    entry.right = _balanced(members[middle + 1 :], entries, black - 1)
    return members[middle]


@dataclass
class OutlookMessage:
    """An Outlook message; attachments pair a name with the bytes of a file, or with a message that was forwarded."""

    subject: str = "FOI 12/08 – reply"
    body: str = ""
    html: str = ""
    sender: tuple[str, str] = ("Disclosure", "foi@example.org")
    recipient: tuple[str, str] = ("A Person", "person@example.net")
    sent: datetime = datetime(2008, 12, 9, 16, 4, 58, tzinfo=UTC)
    attachments: list[tuple[str, bytes | OutlookMessage]] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        """Give the bytes of its MSG file."""
        return compound_file({"__nameid_version1.0": dict.fromkeys(_NAME_STREAMS, b""), **self._tree(32)})

    def _tree(self, header: int) -> Tree:
        counts = struct.pack("<8xIIII8x", 1, len(self.attachments), 1, len(self.attachments))[:header]
        ticks = int((self.sent - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
        tree = _properties(
            counts,
            {
                0x001A: "IPM.Note",
                0x0037: self.subject,
                0x1000: self.body,
                0x0C1A: self.sender[0],
                0x0C1F: self.sender[1],
            }
            | ({0x1013: self.html.encode("utf-8")} if self.html else {}),
            {(0x0039, 0x40): ticks, (0x340D, 3): 0x40000, (0x3FDE, 3): 65001},
        )
        people = {0x3001: self.recipient[0], 0x3003: self.recipient[1], 0x39FE: self.recipient[1]}
        tree["__recip_version1.0_#00000000"] = _properties(bytes(8), people, {(0x0C15, 3): 1})
        for number, (name, held) in enumerate(self.attachments):
            values: dict[int, str | bytes] = {0x3707: name}
            if isinstance(held, bytes):
                values[0x3701] = held
            made = _properties(bytes(8), values, {(0x3705, 3): 1 if isinstance(held, bytes) else 5})
            if not isinstance(held, bytes):
                made["__substg1.0_3701000D"] = held._tree(24)
            tree[f"__attach_version1.0_#{number:08X}"] = made
        return tree


_NAME_STREAMS = ("__substg1.0_00020102", "__substg1.0_00030102", "__substg1.0_00040102")


def _properties(header: bytes, texts: dict[int, str | bytes], numbers: dict[tuple[int, int], int]) -> Tree:
    """Give the streams of an object's properties: texts and bytes by their ids, numbers by ids and types."""
    tree: Tree = {}
    table = header
    for (name, kind), number in numbers.items():
        table += struct.pack("<HHIQ", kind, name, 6, number)
    for name, value in texts.items():
        kind = 0x1F if isinstance(value, str) else 0x102
        data = value.encode("utf-16-le") if isinstance(value, str) else value
        tree[f"__substg1.0_{name:04X}{kind:04X}"] = data
        table += struct.pack("<HHIII", kind, name, 6, len(data) + (2 if kind == 0x1F else 0), 0)
    return {"__properties_version1.0": table, **tree}
