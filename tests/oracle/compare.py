#!/usr/bin/python3
"""Compares the engine with the oracle on random packs and worlds, to the hundredth and to the line."""

import argparse
import datetime
import pathlib
import random
import subprocess
import sys
import tempfile

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
        probes = {begin, date} | {begin + ONE_DAY * dice.randint(0, (date - begin).days) for _ in range(3)}
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


def run(arguments):
    sys.path.insert(0, arguments.modules)
    from google.protobuf import text_format
    from xince.policy.v1 import case_pb2, pack_pb2
    from oracle import Oracle
    from worlds import Packs, Worlds

    class Messages:
        Pack, Case = pack_pb2.Pack, case_pb2.Case

    def text(message):
        return text_format.MessageToString(message, as_utf8=True)

    compared = failed = 0
    with tempfile.TemporaryDirectory() as directory:
        trials = []
        for number in range(arguments.packs):
            dice = random.Random(arguments.seed * 1_000_003 + number)
            packs, worlds = Packs(dice, Messages), Worlds(dice, Messages)
            pack = packs.make()
            earlier = [packs.make_earlier(pack, "2020-03-01"),
                       packs.make_earlier(pack, "2020-09-01", dice.choice(["", "2021-01-15"]))]
            national = packs.make_national()
            cases = [worlds.make(f"{number}-{i}") for i in range(arguments.worlds)]
            file = case_pb2.CaseFile(pack=text(pack), earlier=[text(e) for e in reversed(earlier)],
                                     national=[text(n) for n in national], cases=cases)
            path = pathlib.Path(directory) / str(number)
            path.write_bytes(file.SerializeToString())
            trials.append((path, pack, earlier, national, cases, dice))
        engine_run = subprocess.run([arguments.engine] + [str(trial[0]) for trial in trials], check=False)
        if engine_run.returncode != 0:
            sys.exit(f"the engine ended with {engine_run.returncode}")
        for path, pack, earlier, national, cases, dice in trials:
            answers = case_pb2.CaseFile.FromString(pathlib.Path(str(path) + ".out").read_bytes())
            for case, answer in zip(cases, answers.cases):
                date = datetime.date.fromisoformat(case.as_of)
                for asked, outcome in zip(case.expect, answer.expect):
                    oracle = Oracle(pack, case, asked.subject, earlier, national)
                    engine = describe(outcome)
                    wrong = differences(engine, oracle.outcome(date))
                    wrong += check_begin(oracle, outcome, date, dice)
                    if dice.randrange(3) == 0:
                        wrong += check_next_change(oracle, engine, outcome, date, dice)
                    compared += 1
                    if not wrong:
                        continue
                    failed += 1
                    print(f"case {case.name}, {asked.subject}, {case.as_of}:")
                    print("  " + "\n  ".join(wrong))
                    if failed == 1 and arguments.show:
                        print(text(pack), text(case))
                    if failed >= arguments.stop_after:
                        return compared, failed
    return compared, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True, help="the program evaluate_cases")
    parser.add_argument("--modules", required=True, help="directory of the generated Python modules")
    parser.add_argument("--packs", type=int, default=500)
    parser.add_argument("--worlds", type=int, default=6, help="worlds per pack; two subjects each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stop-after", type=int, default=5)
    parser.add_argument("--show", action="store_true", help="print the first pack and case that differ")
    compared, failed = run(parser.parse_args())
    print(f"{compared} outcomes compared, {failed} differ")
    sys.exit(1 if failed or not compared else 0)


main()
