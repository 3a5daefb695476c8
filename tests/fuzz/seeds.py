#!/usr/bin/python3
"""Writes the seeds of the fuzz targets: the shipped packs and cases, and worlds of the oracle.

usage: seeds.py MODULES DIRECTORY
  MODULES    generated Python modules of the protos (build/fuzz/gen_python)
  DIRECTORY  gets `pack` and `evaluation`
"""

import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORLDS = 80
PACK_BYTES_MAX = 24_000  # A run is worth more with many small inputs than with a few large ones.
PROSE = ("en", "about", "source", "documents")


def plain(message):
    """The message without what evaluation does not read."""
    for field, value in message.ListFields():
        if field.name in PROSE:
            message.ClearField(field.name)
        elif field.message_type is not None:
            for one in value if field.label == field.LABEL_REPEATED else [value]:
                plain(one)
    return message


def main(modules, directory):
    sys.path[:0] = [modules, str(ROOT / "tests" / "oracle")]
    from google.protobuf import text_format
    from worlds import Dice, Packs, Worlds
    from xince.policy.v1 import case_pb2, pack_pb2

    class Messages:
        Pack, Case = pack_pb2.Pack, case_pb2.Case

    def text(message):
        return text_format.MessageToString(message, as_utf8=True)

    def load(path, message):
        return text_format.Parse((ROOT / path).read_text(encoding="utf-8"), message)

    def repairs(pack):
        """What a national pack is compiled for."""
        return pack_pb2.Pack(id=pack.id, zh=pack.zh, jurisdiction=pack.jurisdiction,
                             effective_from=pack.effective_from, effective_until=pack.effective_until,
                             repair_classes=pack.repair_classes)

    def evaluation(case, packs):
        return text(case_pb2.CaseFile(cases=[case])) + "".join("# ---\n" + text(pack) for pack in packs)

    packs, evaluations = pathlib.Path(directory) / "pack", pathlib.Path(directory) / "evaluation"
    packs.mkdir(parents=True, exist_ok=True)
    evaluations.mkdir(parents=True, exist_ok=True)

    for path in sorted((ROOT / "policies").glob("*/*-*-*.textproto")):
        if path.stat().st_size <= PACK_BYTES_MAX:
            (packs / f"{path.parent.name}-{path.stem}").write_bytes(path.read_bytes())
    for path in sorted((ROOT / "policies").glob("*/cases/*.textproto")):
        file = load(path.relative_to(ROOT), case_pb2.CaseFile())
        pack = plain(load(file.pack, pack_pb2.Pack()))
        national = [plain(repairs(load(name, pack_pb2.Pack()))) for name in file.national]
        case = plain(max(file.cases, key=lambda one: (len(one.expect) == 1, one.ByteSize() < 3000)))
        (evaluations / f"{path.parent.parent.name}-{path.stem}").write_text(
            evaluation(case, [pack, *national]), encoding="utf-8")
        (packs / f"{path.parent.parent.name}-{path.stem}-plain").write_text(text(pack), encoding="utf-8")
    for number in range(WORLDS):
        dice = Dice(number)
        make, worlds = Packs(dice, Messages), Worlds(dice, Messages)
        pack = make.make()
        del pack.subjects[number % 2]
        case = worlds.make("w", [pack.subjects[0].subject])
        kept = [one for one in case.expect if one.subject.startswith(pack.subjects[0].subject)]
        del case.expect[:]
        case.expect.extend(kept)
        others = make.make_national()
        if any(item.version_of for item in pack.subjects[0].items):
            others.append(make.make_earlier(pack, "2020-03-01"))
        (packs / f"world-{number}").write_text(text(pack), encoding="utf-8")
        (evaluations / f"world-{number}").write_text(evaluation(case, [pack, *others]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
