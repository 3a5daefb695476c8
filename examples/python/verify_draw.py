"""Repeats a random draw of inspections from its record alone, and says whether the result is right.

usage: xince api call InspectionService/GetInspectionDraw -d '{"name":"inspectionDraws/12"}' > draw.json
       verify_draw.py draw.json         several draws may follow each other; `-` reads standard input

Nothing of Xince is used: docs/inspection-draw.md is all one needs to know. Exit code 1 when a draw is
not what its seed and lists give.
"""

import hashlib
import json
import sys

ALGORITHM = "xince-draw/1"


class Numbers:
    """Random numbers that follow from a seed."""

    def __init__(self, seed):
        self.prefix = f"{ALGORITHM}\0{seed}\0".encode()
        self.block = 0
        self.left = []

    def next(self):
        if not self.left:
            digest = hashlib.sha256(self.prefix + self.block.to_bytes(8, "big")).digest()
            self.left = [int.from_bytes(digest[i : i + 8], "big") for i in range(0, 32, 8)]
            self.block += 1
        return self.left.pop(0)

    def below(self, bound):
        while True:
            number = self.next()
            if number < 2**64 - 2**64 % bound:
                return number % bound


def weights_of(draw):
    lists, grades = {}, {}
    for factor in draw.get("factors", []):
        if factor.get("list"):
            lists[factor["list"]] = factor["factorHundredths"]
        else:
            grades[factor["grade"]] = factor["factorHundredths"]

    def weight_of(one):
        of_lists = [lists[name] for name in one.get("lists", []) if name in lists]
        return max(of_lists, default=100) * grades.get(one.get("grade"), 100)

    return {one["subject"]: weight_of(one) for one in draw["candidates"]}


def repeat(draw):
    """The input digest and the result that a draw's seed and lists give."""
    weights = weights_of(draw)
    inspectors = sorted(one["id"] for one in draw["inspectors"])
    conflicts = sorted((one["inspector"], one["subject"]) for one in draw.get("conflicts", []))
    objects, each = draw["objects"], draw["inspectorsPerObject"]
    lines = [ALGORITHM, f"objects {objects}", f"inspectors-per-object {each}"]
    lines += [f"candidate {subject} {weights[subject]}" for subject in sorted(weights)]
    lines += [f"inspector {one}" for one in inspectors]
    lines += [f"conflict {one} {subject}" for one, subject in conflicts]
    digest = hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()

    numbers = Numbers(draw["seed"])
    left = sorted(weights)
    drawn = []
    for _ in range(objects):
        number = numbers.below(sum(weights[subject] for subject in left))
        for subject in left:
            if number < weights[subject]:
                break
            number -= weights[subject]
        left.remove(subject)
        drawn.append({"subject": subject, "weight": str(weights[subject])})
    for one in drawn:
        free = [who for who in inspectors if (who, one["subject"]) not in conflicts]
        one["inspectors"] = [free.pop(numbers.below(len(free))) for _ in range(each)]
    return digest, drawn


def problem_of(draw):
    """What is wrong with a draw; empty when it is right."""
    if draw.get("algorithm") != ALGORITHM:
        return f"not drawn by {ALGORITHM}"
    digest, drawn = repeat(draw)
    if digest != draw.get("inputDigest"):
        return "the lists are not those that were drawn from"
    if drawn != draw.get("drawn"):
        return "the result is not the one the seed gives"
    return ""


def draws_in(text):
    decoder, at = json.JSONDecoder(), 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        draw, at = decoder.raw_decode(text, at)
        yield draw


def main():
    path = sys.argv[1]
    with sys.stdin if path == "-" else open(path, encoding="utf-8") as file:
        text = file.read()
    wrong = 0
    for draw in draws_in(text):
        problem = problem_of(draw)
        wrong += bool(problem)
        print(draw.get("name", "?"), problem or "ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
