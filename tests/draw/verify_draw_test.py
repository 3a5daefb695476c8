"""examples/python/verify_draw.py repeats 200 draws of ours, and sees when one was tampered with."""

import copy
import json
import os
import subprocess
import sys
import unittest

BUILD = os.environ.get("XINCE_BUILD_DIR", "build/release")
VERIFIER = "examples/python/verify_draw.py"


def verify(text):
    return subprocess.run(
        [sys.executable, VERIFIER, "-"], input=text, capture_output=True, encoding="utf-8", check=False
    )


class VerifyDrawTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        program = os.path.join(BUILD, "test", "random_draws")
        cls.text = subprocess.run([program], capture_output=True, encoding="utf-8", check=True).stdout
        cls.draws = [json.loads(line) for line in cls.text.splitlines()]

    def refused(self, change, why):
        """At least one of the draws can be changed so, and every one that can is refused."""
        changed = []
        for draw in self.draws:
            one = copy.deepcopy(draw)
            change(one)
            if one != draw:
                changed.append(one)
        self.assertTrue(changed)
        run = verify("\n".join(json.dumps(one) for one in changed))
        self.assertEqual(run.returncode, 1)
        for line in run.stdout.splitlines():
            self.assertIn(why, line)
        self.assertEqual(len(run.stdout.splitlines()), len(changed))

    def test_every_draw_is_repeated(self):
        run = verify(self.text)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertEqual(run.stdout.count(" ok\n"), 200)

    def test_another_seed_is_seen(self):
        def change(draw):
            # A draw of all from few may well come out the same by another seed.
            if len(draw["drawn"]) > 12:
                draw["seed"] += "x"

        self.refused(change, "the result is not")

    def test_swapped_objects_and_inspectors_are_seen(self):
        def objects(draw):
            draw["drawn"][0], draw["drawn"][-1] = draw["drawn"][-1], draw["drawn"][0]

        def inspectors(draw):
            draw["drawn"][0]["inspectors"].reverse()

        self.refused(objects, "the result is not")
        self.refused(inspectors, "the result is not")

    def test_changed_lists_are_seen(self):
        def listed(draw):
            # The first candidate is moved onto a list that has a factor of its own, or off all lists.
            has = [f for f in draw.get("factors", []) if f.get("list")]
            if has and has[0]["factorHundredths"] != 100:
                first = draw["candidates"][0]
                others = set(first.get("lists", [])) & {f["list"] for f in has}
                first["lists"] = [] if others else [has[0]["list"]]
                factors = {f["list"]: f["factorHundredths"] for f in has}
                if others and max(factors[name] for name in others) == 100:
                    first["lists"] = [has[0]["list"]]

        def factor(draw):
            for one in draw.get("factors", []):
                used = any(
                    one.get("list") in c.get("lists", []) or one.get("grade", "-") == c.get("grade")
                    for c in draw["candidates"]
                )
                if used and len(draw["factors"]) == 1:
                    one["factorHundredths"] += 1

        def candidate(draw):
            draw["candidates"].append({"subject": "projects/added"})

        def inspector(draw):
            draw["inspectors"].append({"id": "added"})

        def conflict(draw):
            if draw.get("conflicts"):
                draw["conflicts"].pop()

        for change in (listed, factor, candidate, inspector, conflict):
            self.refused(change, "the lists are not")

    def test_another_algorithm_is_not_repeated(self):
        self.refused(lambda draw: draw.update(algorithm="xince-draw/2"), "not drawn by")


if __name__ == "__main__":
    unittest.main()
