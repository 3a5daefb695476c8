#!/usr/bin/env python3
"""Verifies a Xince journal without any of Xince's code.

    verify_journal.py [--key TEXT]... [--anchor NOTE]... FILE
    verify_journal.py [--key TEXT]... [--anchor NOTE]... --batch LIST

FILE is a journal's SQLite database or an exported file. A key is the text of a public key
(name+hash+base64); an anchor is a file with a checkpoint that was kept elsewhere. LIST names one
FILE per line.

Prints one line per file: `OK entries=N chain=HEX root=HEX` or `BAD KIND revision=N: what`, where the
revision is that of the first entry or checkpoint at fault (0: the file). Exits with 0 if all are good,
1 if one is bad, 2 if one cannot be judged.

It needs Python's standard library, and `cryptography` for signatures. The formats are described in
services/journal/journal.h and export.h.
"""

import argparse
import base64
import hashlib
import os
import sqlite3
import struct
import sys

EXPORT_MAGIC = b"XCJEXP1\n"
APPLICATION_ID = 0x58434A4C


class Bad(Exception):
    """The first thing that is wrong."""

    def __init__(self, kind, revision, what):
        super().__init__(f"{kind} revision={revision}: {what}")
        self.kind = kind
        self.revision = revision


class CannotJudge(Exception):
    """Not a journal, or not readable."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Tree:
    """Root of an RFC 6962 tree that grows."""

    def __init__(self):
        self.size = 0
        self.peaks = []

    def append(self, leaf):
        node, rest = leaf, self.size
        while rest & 1:
            node = sha256(b"\x01", self.peaks.pop(), node)
            rest >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha256()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = sha256(b"\x01", peak, node)
        return node


def parse_entry(stored):
    """Revision and record time of stored bytes; None if they are not an entry."""
    if len(stored) < 29 or stored[0] != 1:
        return None
    revision, time_us = struct.unpack(">Qq", stored[1:17])
    at = 17
    for _ in range(3):
        if at + 4 > len(stored):
            return None
        (size,) = struct.unpack(">I", stored[at : at + 4])
        at += 4 + size
        if at > len(stored):
            return None
    return (revision, time_us) if at == len(stored) else None


def strict_base64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


class Key:
    """A public key of signed notes."""

    def __init__(self, text):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        self.name, key_hash, encoded = text.strip().split("+", 2)
        data = strict_base64(encoded)
        if data[:1] != b"\x01" or len(data) != 33:
            raise ValueError("not an Ed25519 key")
        self.hash = sha256(self.name.encode(), b"\n", data)[:4]
        if self.hash.hex() != key_hash:
            raise ValueError("the key's hash is not that of its bytes")
        self.key = Ed25519PublicKey.from_public_bytes(data[1:])

    def signed(self, text, signatures):
        from cryptography.exceptions import InvalidSignature

        mine = [s for n, h, s in signatures if n == self.name and h == self.hash]
        if len(mine) != 1:
            return False
        try:
            self.key.verify(mine[0], text)
        except InvalidSignature:
            return False
        return True


def parse_note(note):
    """Signed bytes, (origin, size, root) and signatures of a checkpoint."""
    split = note.rindex(b"\n\n")
    text, block = note[: split + 1], note[split + 2 :]
    if not block.endswith(b"\n"):
        raise ValueError("no signatures")
    signatures = []
    for line in block[:-1].decode().split("\n"):
        mark, name, encoded = line.split(" ")
        data = strict_base64(encoded)
        if mark != "\u2014" or not name or len(data) <= 4:
            raise ValueError("malformed signature line")
        signatures.append((name, data[:4], data[4:]))
    lines = text.decode().split("\n")
    if len(lines) < 4 or "" in lines[:-1]:
        raise ValueError("not origin, size and root")
    origin, size, root = lines[0], int(lines[1]), strict_base64(lines[2])
    if str(size) != lines[1] or size < 0 or len(root) != 32:
        raise ValueError("malformed size or root")
    return text, (origin, size, root), signatures


def check_note(name, stored_size, note, keys):
    """The root a checkpoint states. Raises Bad."""
    try:
        text, (origin, size, root), signatures = parse_note(note)
    except (ValueError, UnicodeDecodeError) as error:
        raise Bad("CHECKPOINT_WRONG", stored_size, str(error)) from error
    if origin != name:
        raise Bad("CHECKPOINT_WRONG", stored_size, "it is of another journal")
    if size != stored_size:
        raise Bad("CHECKPOINT_WRONG", stored_size, "it is stored for another size")
    mine = [key for key in keys if key.name == name]
    if mine and not any(key.signed(text, signatures) for key in mine):
        raise Bad("CHECKPOINT_WRONG", stored_size, "no valid signature by a known key")
    return root


def note_size(note):
    try:
        return parse_note(note)[1][1]
    except (ValueError, UnicodeDecodeError):
        return 0


def verify(name, rows, notes, keys, claimed):
    """Checks rows of (revision, stored, chain, leaf or None) against notes of (size, note)."""
    bad = []
    expected = {}
    for size, note in notes:
        try:
            expected.setdefault(size, []).append(check_note(name, size, note, keys))
        except Bad as error:
            bad.append(error)
    tree, chain, last_time = Tree(), bytes(32), None

    def compare():
        for root in expected.pop(tree.size, []):
            if root != tree.root():
                bad.append(Bad("CHECKPOINT_WRONG", tree.size, "the entries have another root"))

    try:
        compare()
        for revision, stored, stored_chain, leaf in rows:
            if revision != tree.size + 1:
                raise Bad("ENTRY_MISSING", tree.size + 1, "no such entry")
            entry = parse_entry(stored)
            if entry is None or entry[0] != revision:
                raise Bad("ENTRY_CHANGED", revision, "not an entry of this revision")
            computed_leaf = sha256(b"\x00", stored)
            next_chain = sha256(b"\x02", chain, stored)
            if stored_chain != next_chain:
                only_chain = leaf is not None and leaf == computed_leaf
                raise Bad("CHAIN_CHANGED" if only_chain else "ENTRY_CHANGED", revision, "chain value")
            if leaf is not None and leaf != computed_leaf:
                raise Bad("LEAF_CHANGED", revision, "leaf hash")
            if last_time is not None and entry[1] < last_time:
                raise Bad("TIME_BACKWARDS", revision, "older than its predecessor")
            chain, last_time = next_chain, entry[1]
            tree.append(computed_leaf)
            compare()
        for size in expected:
            raise Bad("ROLLED_BACK", size, f"the journal ends at {tree.size}")
        if claimed is not None and claimed != (tree.size, chain):
            raise Bad("FILE_DAMAGED", 0, "it does not end where it says")
    except Bad as error:
        bad.append(error)
    if bad:
        raise min(bad, key=lambda error: error.revision or 1 << 64)
    return tree.size, chain, tree.root()


def verify_database(path, keys, anchors):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    # Notes are compared as bytes: one that is no longer text is bad, not an exception.
    database.text_factory = bytes
    try:
        if database.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise CannotJudge("not a journal")
        name = database.execute("SELECT value FROM meta WHERE key='name'").fetchone()[0].decode()
        notes = database.execute("SELECT size, note FROM checkpoint").fetchall()
        rows = database.execute("SELECT revision, stored, chain, leaf FROM entry ORDER BY revision")
        return verify(name, rows, notes + [(note_size(n), n) for n in anchors], keys, None)
    except sqlite3.DatabaseError as error:
        raise Bad("FILE_DAMAGED", 0, str(error)) from error
    finally:
        database.close()


class Export:
    """Reads an exported file."""

    def __init__(self, data):
        self.data = data
        self.at = len(EXPORT_MAGIC)
        self.revision = 0
        self.name = self.take(self.number(4)).decode()

    def take(self, size):
        if self.at + size > len(self.data) - 32:
            raise Bad("FILE_DAMAGED", self.revision, "it is cut off")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def rows(self):
        while True:
            self.revision += 1
            size = self.number(4)
            if size == 0:
                break
            yield self.revision, self.take(size), self.take(32), None
        self.revision = 0


def verify_export(path, keys, anchors):
    with open(path, "rb") as file:
        data = file.read()
    whole = sha256(data[:-32]) == data[-32:]
    scan = Export(data)
    notes, claimed = [], None
    try:
        for _ in scan.rows():
            pass
        claimed = (scan.number(8), scan.take(32))
        note = scan.take(scan.number(4))
        if note:
            notes.append((note_size(note), note))
        if scan.at != len(data) - 32:
            raise Bad("FILE_DAMAGED", 0, "bytes follow the checkpoint")
    except Bad:
        whole = False
    export = Export(data)
    notes += [(note_size(n), n) for n in anchors]
    result = verify(export.name, export.rows(), notes, keys, claimed)
    if not whole:
        raise Bad("FILE_DAMAGED", 0, "it does not end with the hash of its bytes")
    return result


def judge(path, keys, anchors):
    """One line about a file, and its exit code."""
    try:
        with open(path, "rb") as file:
            magic = file.read(len(EXPORT_MAGIC))
        check = verify_export if magic == EXPORT_MAGIC else verify_database
        size, chain, root = check(path, keys, anchors)
        return f"OK entries={size} chain={chain.hex()} root={root.hex()}", 0
    except Bad as error:
        return f"BAD {error}", 1
    except (CannotJudge, OSError, UnicodeDecodeError) as error:
        return f"CANNOT_JUDGE {error}", 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--anchor", action="append", default=[])
    parser.add_argument("--batch", action="store_true", help="FILE names one file per line")
    parser.add_argument("file")
    arguments = parser.parse_args()
    keys = [Key(text) for text in arguments.key]
    anchors = []
    for path in arguments.anchor:
        with open(path, "rb") as file:
            anchors.append(file.read())
    paths = [arguments.file]
    if arguments.batch:
        with open(arguments.file, encoding="utf-8") as file:
            paths = [os.path.join(os.path.dirname(arguments.file), line) for line in file.read().split()]
    worst = 0
    for path in paths:
        line, code = judge(path, keys, anchors)
        print(line)
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main())
