#!/usr/bin/python3
"""Compares the engine with the oracle on random packs and worlds, to the hundredth and to the line."""

import argparse
import collections
import contextlib
import datetime
import gc
import io
import struct
import subprocess
import sys

import shapes
from oracle import Oracle, rank

ONE_DAY = datetime.timedelta(days=1)


def describe(outcome):
    """The engine's outcome in the oracle's words."""
    names = ("item", "evidence", "project", "asked", "decayed", "in_item", "counted", "cut", "start", "end",
             "repair_from")
    return {
        "score": outcome.score,
        "grade": outcome.grade,
        "rated": outcome.rated,
        "lines": [{name: getattr(line, name) for name in names} for line in outcome.lines],
        "values": {value.id: value.value for value in outcome.values},
        "vetoes": list(outcome.vetoes),
        "restrictions": [(r.code, r.until) for r in outcome.restrictions],
        "proposals": list(outcome.proposals),
        "uncontested_score": outcome.uncontested_score,
        "uncontested_grade": outcome.uncontested_grade,
    }


def differences(engine, oracle):
    """The fields in which two outcomes differ."""
    found = []
    for field, value in engine.items():
        expected = oracle[field]
        if value != expected:
            found.append(f"{field}: engine {value}\n    oracle {expected}")
    return found


def check_begin(oracle, outcome, date, dice):
    """The first day of each restriction: it held on it and since, and not on the day before."""
    found = []
    by_code = {r.code: r for r in oracle.policy.restrictions}
    for active in outcome.restrictions:
        rule = by_code[active.code]
        begin = datetime.date.fromisoformat(getattr(active, "from"))
        probes = {begin, date} | {begin + ONE_DAY * dice.randint(0, (date - begin).days) for _ in range(2)}
        if any(oracle.trigger(rule, probe) is None for probe in probes):
            found.append(f"{active.code} did not hold all the time since {begin}")
        earliest = oracle.earliest_begin(date)
        if begin < earliest or (begin > earliest and oracle.trigger(rule, begin - ONE_DAY) is not None):
            found.append(f"{active.code} held before {begin}")
    return found


def check_next_change(oracle, engine, outcome, date, dice):
    """Before the next change nothing changes."""
    last = date + ONE_DAY * 800
    if outcome.next_change != "-":
        last = min(last, datetime.date.fromisoformat(outcome.next_change) - ONE_DAY)
    probe = dice.choice([last, date + ONE_DAY * dice.randint(0, (last - date).days)])
    later = oracle.outcome(probe)
    return [f"{field} is {later[field]} already on {probe}: next change {outcome.next_change}"
            for field in ("score", "grade", "rated", "lines", "vetoes", "restrictions", "proposals")
            if later[field] != engine[field]]


class Engine:
    """The program evaluate_cases, kept running."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def answer(self, messages):
        """The bytes of the answer to a trial's messages."""
        for message in messages:
            data = message.SerializeToString()
            self.process.stdin.write(struct.pack("<I", len(data)) + data)
        self.process.stdin.flush()
        length = self.process.stdout.read(4)
        if len(length) < 4:
            sys.exit(f"the engine ended with {self.process.wait()}")
        return self.process.stdout.read(struct.unpack("<I", length)[0])

    def end(self):
        self.process.stdin.close()
        return self.process.wait()


class Comparison:
    """Compares outcomes, and counts what they met."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.seen = collections.Counter()
        self.compared = self.failed = 0

    def differs(self, case, subject, wrong):
        self.failed += 1
        print(f"case {case.name}, {subject}, {case.as_of}:")
        print("  " + "\n  ".join(wrong))

    def compare_case(self, case, answer, packs, dice):
        """Every outcome of a case. False when one differs."""
        date = datetime.date.fromisoformat(case.as_of)
        oracles = [Oracle(packs[0], case, asked.subject, packs[1], packs[2], self.seen)
                   for asked in case.expect]
        for kind in {oracle.kind for oracle in oracles if oracle.quotas}:
            rank([oracle for oracle in oracles if oracle.kind == kind], date)
        failed = self.failed
        for oracle, outcome in zip(oracles, answer.expect):
            engine = describe(outcome)
            plant(self.arguments.plant, engine)
            wrong = differences(engine, oracle.outcome(date))
            wrong += check_begin(oracle, outcome, date, dice)
            if dice.randrange(5) == 0:
                wrong += check_next_change(oracle, engine, outcome, date, dice)
            self.compared += 1
            if wrong:
                self.differs(case, oracle.subject, wrong)
        return self.failed == failed


def plant(what, engine):
    """A mistake put into the engine's outcome, for the comparison to find."""
    if what == "score" and engine["lines"]:
        engine["score"] = engine["score"] + "1" if "." in engine["score"] else engine["score"] + ".01"
    elif what == "line" and len(engine["lines"]) > 1:
        engine["lines"][0], engine["lines"][1] = engine["lines"][1], engine["lines"][0]
    elif what == "grade" and engine["grade"] == "B":
        engine["grade"] = "A"


def run(arguments, pb):
    from google.protobuf import text_format
    from worlds import Dice, Packs, Worlds

    comparison, engine = Comparison(arguments), Engine(arguments.engine)
    number = 0
    while comparison.compared < arguments.outcomes:
        dice = Dice(arguments.seed * 1_000_003 + number)
        packs, worlds = Packs(dice, pb), Worlds(dice, pb)
        pack = packs.make()
        earlier = [packs.make_earlier(pack, "2020-03-01"),
                   packs.make_earlier(pack, "2020-09-01", dice.choice(["", "2021-01-15"]))]
        national = packs.make_national()
        ranked = [p.subject for p in pack.subjects if any(g.HasField("quota") for g in p.grades)]
        cases = [worlds.make(f"{number}-{i}", ranked) for i in range(arguments.worlds)]
        file = pb.CaseFile(earlier=["" for _ in earlier], national=["" for _ in national], cases=cases)
        answers = pb.CaseFile.FromString(engine.answer([file, pack, *reversed(earlier), *national]))
        for case, answer in zip(cases, answers.cases):
            if comparison.compare_case(case, answer, (pack, earlier, national), dice):
                continue
            if arguments.show:
                print(text_format.MessageToString(pack, as_utf8=True),
                      text_format.MessageToString(case, as_utf8=True))
            if comparison.failed >= arguments.stop_after:
                return comparison, number + 1
        number += 1
    if engine.end() != 0:
        sys.exit("the engine did not end well")
    return comparison, number


def self_test(arguments, pb):
    """Each planted mistake must be found. The number of those that were not."""
    missed = 0
    for what in ("score", "line", "grade"):
        arguments.plant, arguments.stop_after = what, 1
        with contextlib.redirect_stdout(io.StringIO()):
            comparison, _ = run(arguments, pb)
        print(f"a planted {what} is " + ("found" if comparison.failed else "NOT found"))
        missed += not comparison.failed
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True, help="the program evaluate_cases")
    parser.add_argument("--modules", required=True, help="directory of the generated Python modules")
    parser.add_argument("--outcomes", type=int, default=50_000, help="how many outcomes are compared, at least")
    parser.add_argument("--worlds", type=int, default=12, help="worlds per pack; two subjects each, or all of a kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stop-after", type=int, default=5)
    parser.add_argument("--show", action="store_true", help="print the packs and cases that differ")
    parser.add_argument("--counts", action="store_true", help="print how often each shape was met")
    parser.add_argument("--self-test", action="store_true", help="plant mistakes and want to see them found")
    arguments = parser.parse_args()
    arguments.plant = None
    gc.set_threshold(200_000)  # Little is made in circles; looking for them took a tenth of the time.
    sys.path.insert(0, arguments.modules)
    from xince.policy.v1 import case_pb2, pack_pb2

    class Messages:
        Pack, Case, CaseFile = pack_pb2.Pack, case_pb2.Case, case_pb2.CaseFile

    if arguments.self_test:
        sys.exit(self_test(arguments, Messages))
    comparison, packs = run(arguments, Messages)
    wrong = shapes.check(comparison.seen)
    for shape in shapes.SHAPES if arguments.counts or wrong else ():
        print(f"{comparison.seen[shape]:>9} {shape}")
    print("\n".join(wrong))
    least = min(shapes.SHAPES, key=lambda shape: comparison.seen[shape])
    print(f"{comparison.compared} outcomes of {packs} packs compared, {comparison.failed} differ; "
          f"{len(shapes.SHAPES)} shapes met, `{least}` least often, {comparison.seen[least]} times")
    sys.exit(1 if comparison.failed or wrong else 0)


main()
