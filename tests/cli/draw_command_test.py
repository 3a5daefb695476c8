"""A random inspection of a register of Chengdu: lists looked up, drawn, repeated, and tampered with."""

import copy
import json
import os
import time

from tests.cli.harness import BUILD, ServerTest, credit_code

READY_SECONDS_MAX = 60
DIVISION = "510104"
WEIGHTS = "policies/chengdu/inspection-draw.textproto"


class DrawCommandTest(ServerTest):
    flags = ("--register=chengdu", "--division=5101")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls()
        test.setUp()
        today = test.xince_json("api", "call", "CreditService/GetIntakeStatus", "-d", "{}")["today"]
        cls.firms = [test.file_firm(serial, "") for serial in range(1, 9)]
        # Its basic information is public since today: no base yet, the worst grade.
        cls.firms.append(test.file_firm(9, today))

    def file_firm(self, serial, published):
        code = credit_code(serial)
        firm = {
            "uscc": code,
            "displayName": f"示例物业{serial}(虚构)",
            "providerKind": "PROPERTY_FIRM",
            "division": DIVISION,
            "filingDate": "2026-01-05",
            "basicInformationPublishDate": published,
        }
        self.xince("api", "call", "RegistryService/CreateFirm", "-d", json.dumps({"firm": firm}))
        deadline = time.monotonic() + READY_SECONDS_MAX
        while self.xince("standing", code, code=None).returncode != 0:
            self.assertLess(time.monotonic(), deadline)
        return f"firms/{code}"

    def lists(self, *args):
        inspectors = self.path("inspectors.csv", "执法证号,姓名\nA001,甲\nA002,乙\nA003,丙\n")
        run = self.xince(
            "draw",
            "lists",
            "--title=2026年度双随机检查",
            f"--division={DIVISION}",
            "--issuer=示例区房产局",
            "--year=2026",
            "--objects=4",
            f"--inspectors={inspectors}",
            *args,
        )
        return json.loads(run.stdout)

    def make(self, lists, *args, code=0):
        path = self.path("lists.json", json.dumps(lists))
        run = self.xince("draw", "make", path, "--output=json", *args, code=code)
        return json.loads(run.stdout) if code == 0 else run.stderr

    def outcomes(self, which, *args, code=0):
        found = self.xince_json("draw", "verify", which, *args, code=code)
        self.assertEqual(found["right"], code == 0)
        return {one["check"]: one["outcome"] for one in found["checks"]}

    def tampered(self, draw, change):
        """What is wrong with a draw that was changed."""
        other = copy.deepcopy(draw)
        change(other)
        self.assertNotEqual(other, draw)
        outcomes = self.outcomes(self.path("tampered.json", json.dumps(other)), code=1)
        return {name for name, outcome in outcomes.items() if outcome == "wrong"}

    def test_a_draw_is_repeated_and_one_that_was_tampered_with_is_found(self):
        lists = self.lists("--round=1")
        by_subject = {one["subject"]: one for one in lists["candidates"]}
        self.assertLessEqual(set(self.firms), set(by_subject))
        self.assertEqual(by_subject[self.firms[8]]["grade"], "D")
        self.assertNotEqual(by_subject[self.firms[0]].get("grade", ""), "D")
        self.assertEqual(lists["basis"]["weights"], "5101 2023-10-01")
        draw = self.make(lists, "--request-id=first")
        self.assertEqual(self.make(lists, "--request-id=first"), draw)
        self.assertTrue(draw["seedByServer"])
        name = draw["name"]
        self.assertEqual(set(self.outcomes(name).values()), {"right"})
        weights = {one["subject"]: one["weight"] for one in draw["drawn"]}
        self.assertEqual(weights.get(self.firms[8], "20000"), "20000")

        def seed(one):
            one["seed"] = ("0" if one["seed"][0] != "0" else "1") + one["seed"][1:]

        def order(one):
            one["drawn"][0], one["drawn"][1] = one["drawn"][1], one["drawn"][0]

        def weight(one):
            one["drawn"][2]["weight"] = "9999"

        def factor(one):
            for each in one["factors"]:
                if each.get("grade") == "D":
                    each["factorHundredths"] = 100

        def grade(one):
            for each in one["candidates"]:
                if each.get("grade") == "D":
                    each["grade"] = "B"

        def left_out(one):
            drawn = {each["subject"] for each in one["drawn"]}
            gone = [c for c in one["candidates"] if c["subject"] not in drawn][0]
            one["candidates"].remove(gone)

        self.assertEqual(self.tampered(draw, seed), {"result", "record"})
        self.assertEqual(self.tampered(draw, order), {"result", "record"})
        self.assertEqual(self.tampered(draw, weight), {"weights", "record"})
        self.assertLessEqual({"lists", "table", "record"}, self.tampered(draw, factor))
        self.assertLessEqual({"lists", "standings", "record"}, self.tampered(draw, grade))
        self.assertLessEqual({"lists", "population", "record"}, self.tampered(draw, left_out))

        # What became known later changes nothing about it.
        self.file_firm(20, "")
        self.assertEqual(set(self.outcomes(name).values()), {"right"})

    def test_lists_given_by_hand_are_not_taken_for_looked_up(self):
        lists = self.lists("--round=2")
        # A grade that the register does not know is seen by whoever looks again.
        for one in lists["candidates"]:
            if one.get("grade") == "D":
                one["grade"] = "A++"
        draw = self.make(lists)
        self.assertEqual(self.outcomes(draw["name"], code=1)["standings"], "wrong")
        lists = self.lists("--round=3")
        del lists["basis"]
        draw = self.make(lists)
        outcomes = self.outcomes(draw["name"], code=1)
        self.assertEqual((outcomes["standings"], outcomes["table"]), ("not-checked", "not-checked"))

    def test_who_is_left_out_has_a_reason(self):
        path = self.path("out.csv", f"对象,原因\n{self.firms[0]},本年度已检查\n")
        lists = self.lists("--round=4", f"--exclude={path}")
        self.assertNotIn(self.firms[0], [one["subject"] for one in lists["candidates"]])
        draw = self.make(lists, "--seed=03 07 12 19 23 28", "--seed-source=2026年第133期公开摇号")
        self.assertEqual(set(self.outcomes(draw["name"]).values()), {"right"})
        self.assertNotIn("seedByServer", draw)
        text = self.xince("draw", "verify", draw["name"]).stdout
        self.assertIn("抽取无误", text)
        self.assertEqual(self.outcomes(draw["name"], f"--weights={WEIGHTS}")["table"], "right")

    def test_draws_are_records_like_others(self):
        draw = self.make(self.lists("--round=5"))
        name = draw["name"]
        listed = self.xince_json("record", "list", "inspection.inspection-draw", "--all")
        self.assertIn(name, [one["name"] for one in listed["inspectionDraws"]])
        self.assertEqual(self.xince_json("record", "get", name), draw)
        self.assertEqual(self.xince_json("draw", "get", name), draw)
        self.assertIn(name, self.xince("draw", "list", "--all").stdout)
        published = self.xince_json("draw", "publish", name, "--uri=https://example.invalid/1")
        self.assertTrue(published["published"])
        self.assertIn("DRAW_PUBLISHED", self.xince("draw", "publish", name, code=1).stderr)
        # Published or not, it is the draw that was filed.
        path = self.path("draw.json", json.dumps(draw))
        self.assertEqual(set(self.outcomes(path).values()), {"right"})
        revision = published["info"]["revision"]
        self.xince("record", "void", name, f"--expected-revision={revision}", "--reason=名录有误")
        self.assertEqual(self.outcomes(path, code=1)["record"], "wrong")
        run = self.xince("import", "inspection.inspection-draw", path, code=2)
        self.assertIn("RECORD_NOT_IMPORTABLE", run.stderr)

    def test_the_tables_are_installed(self):
        self.assertTrue(os.path.exists(os.path.join(BUILD, "share", "xince", WEIGHTS)))
