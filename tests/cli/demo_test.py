"""The demonstration register, loaded through the public API into a real server."""

from tests.cli.harness import ServerTest

DAY = "--as-of=2026-09-30"


class DemoTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loaded = cls().xince_json("demo", "load")

    def score(self, code, *args):
        return self.xince_json("standing", code, *args)["record"].get("scoreHundredths", "0")

    def test_it_loads_fast_and_is_not_loaded_twice(self):
        self.assertFalse(self.loaded["alreadyLoaded"])
        self.assertGreater(self.loaded["requests"], 20_000)
        self.assertLess(self.loaded["seconds"], 60)
        again = self.xince_json("demo", "load")
        self.assertTrue(again["alreadyLoaded"])
        intake = self.xince_json("status")["intake"]
        self.assertEqual(intake["subjects"], str(300 + 400 + 1200 + 500))
        self.assertNotIn("heldEvidence", intake)

    def test_firms_with_stories_have_their_published_points(self):
        for code, score in (
            ("91320100DEMX000140", "10000"),
            ("91320100DEMX00022T", "8100"),
            ("91320100DEMX00030M", "8550"),
            ("91320100DEMX00049J", "10700"),
            ("91320100DEMX00057D", "9900"),
            ("91320100DEMX000658", "9900"),
            ("91320100DEMX000733", "9900"),
            ("91320100DEMX00081X", "10000"),
        ):
            self.assertEqual(self.score(code, DAY), score, code)
        self.assertEqual(self.score("91320100DEMX00081X", "--as-of=2025-12-31"), "9200")

    def test_restrictions_hold_beyond_fifteen_points_only(self):
        self.assertIn("约谈法定代表人", self.xince("standing", "91320100DEMX00022T", DAY).stdout)
        below = self.xince_json("standing", "91320100DEMX00030M", DAY)
        self.assertNotIn("restrictions", below["record"])

    def test_the_lines_of_a_file_sum_to_the_score(self):
        for subject in ("91320100DEMX00022T", "managers/demo-m0002", "committees/demo-c0001"):
            file = self.xince_json("file", subject, DAY)
            record = file["standing"]["record"]
            total = sum(int(line.get("countedHundredths", "0")) for line in file.get("lines", []))
            self.assertEqual(total, int(record.get("scoreHundredths", "0")), subject)
        text = self.xince("file", "91320100DEMX00022T", DAY).stdout
        for part in ("-12.00", "-7.00", "81.00", "交接时拒不撤出", "自动变化", "历史", "via-project"):
            self.assertIn(part, text)

    def test_nothing_is_on_file_before_it_was_known(self):
        run = self.xince("standing", "91320100DEMX00022T", "--known-at=2026-09-30", code=1)
        self.assertIn("SUBJECT_UNKNOWN", run.stderr)

    def test_standings_are_listed_and_narrowed(self):
        restricted = self.xince_json("standings", "--collection=firms", "--restricted", "--all")
        names = [one["subject"] for one in restricted["standings"]]
        self.assertIn("firms/91320100DEMX00022T", names)
        self.assertNotIn("firms/91320100DEMX000140", names)
        self.assertIn("得分", self.xince("standings", "--collection=managers", "--page-size=3").stdout)

    def test_late_evaluations_are_there(self):
        def call(method, window, more=""):
            request = f'{{"window":"evaluationWindows/{window}"{more}}}'
            return self.xince_json("api", "call", f"PartyEvaluationService/{method}", "-d", request)

        late = call("ListLateEvaluations", "demo-late", ',"pageSize":1000')
        self.assertTrue(late["late"])
        self.assertEqual(len(late["expectedEvaluations"]), 24)
        total = call("GetEvaluationProgress", "demo-2025")["total"]
        self.assertGreater(int(total["missing"]), 0)
        self.assertGreater(int(total["filed"]), 10 * int(total["missing"]))
