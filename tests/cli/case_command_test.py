"""Cases from the command line: proposals, objections, lists, and what is asked of a decision."""

import os
import pathlib
import shutil
import tempfile

from tests.cli.harness import PenaltyTest

FIRM = PenaltyTest.firm
RECORDER = ("--person=li", "--office=区住建局", "--level=district")
CLERK = ("--person=sun", "--office=市住建局", "--level=city")
DECIDER = ("--person=zhao", "--office=市住建局", "--level=city")


class CaseCommandTest(PenaltyTest):
    @classmethod
    def setUpClass(cls):
        # Deadlines are reckoned from today, whenever that is.
        cls.copy = tempfile.TemporaryDirectory(prefix="xince-cli-policies-")
        cls.policies = os.path.join(cls.copy.name, "policies")
        shutil.copytree("policies", cls.policies)
        calendar = pathlib.Path(cls.policies, "national", "working-days.txt")
        known = calendar.read_text(encoding="utf-8")
        more = [f"year {year}\n" for year in range(2026, 2060) if f"\nyear {year}\n" not in known]
        calendar.write_text(known + "\n" + "".join(more), encoding="utf-8")
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.copy.cleanup()

    def standing(self):
        return self.xince_json("standing", FIRM)["record"]

    def test_an_objection_goes_from_filing_to_its_decision(self):
        penalty = self.penalty()
        before = int(self.standing()["scoreHundredths"])
        filed = self.xince_json(
            "objection", "file", FIRM, penalty, "--person=firm", "--ground=facts", "--point=处罚对象有误"
        )
        name = filed["name"]
        self.assertTrue(self.standing()["contested"])
        self.assertIn("异议中", self.xince("standing", FIRM).stdout)
        own_office = self.xince("objection", "accept", name, "--reason=属实", *RECORDER, code=1).stderr
        self.assertIn("OTHER_OFFICE_THAN_CONTESTED", own_office)
        accepted = self.xince("objection", "accept", name, "--reason=受理", *CLERK).stdout
        for word in ("已受理", "下一步", "uphold", "办理期限"):
            self.assertIn(word, accepted)
        self.xince("objection", "answer", name, "--answer=1:adopted:核实属实", *CLERK)
        unread = self.xince("objection", "uphold", name, "--reason=成立", f"--void={penalty}", *DECIDER, code=1)
        self.assertIn("CASE_FLAGS", unread.stderr)
        self.assertIn(f"--confirm={name}", unread.stderr)
        upheld = self.xince(
            "objection", "uphold", name, "--reason=成立", f"--void={penalty}", f"--confirm={name}", *DECIDER
        )
        self.assertIn("异议成立", upheld.stdout)
        record = self.standing()
        self.assertNotIn("contested", [key for key, value in record.items() if value is True])
        self.assertGreater(int(record["scoreHundredths"]), before)
        self.assertEqual([one["name"] for one in self.xince_json("objection", "list")["cases"]], [name])

    def test_a_proposal_is_shown_with_what_may_follow(self):
        self.penalty()
        proposed = self.xince("case", "propose", FIRM, "demonstration-firms", "--reason=示范", *RECORDER).stdout
        name = next(word for word in proposed.split() if word.startswith("cases/"))
        self.assertIn("decide", self.xince("case", "next", name).stdout)
        self.assertIn(name, self.xince("case", "list", "--open", f"--subject={FIRM}").stdout)
        self.assertEqual(self.xince_json("case", "get", name)["state"], "proposed")
        not_here = self.xince("case", "check", name, "--reason=无", *RECORDER, code=1).stderr
        self.assertIn("STEP_UNKNOWN", not_here)
        own = self.xince("case", "decide", name, "--reason=同意", f"--confirm={name}", *RECORDER, code=1).stderr
        self.assertRegex(own, r"GUARD_MISSING decide\n(.*\n)+  2\. ")
        self.assertIn("[OTHER_PERSON]", own)
        self.assertNotIn("guard_1", own)
        self.assertNotIn("--remedies", self.xince("case", "withdraw", "--help").stdout)
        self.xince("case", "withdraw", name, "--reason=重复", *RECORDER)
        self.assertEqual(self.xince_json("case", "get", name)["state"], "withdrawn")

    def test_lists_are_told(self):
        self.assertIn("demonstration-firms", self.xince("list").stdout)
        self.assertNotIn("cases/", self.xince("list", "demonstration-firms").stdout)
        self.assertIn("LIST_UNKNOWN", self.xince("list", "no-such-list", code=1).stderr)

    def test_words_that_are_none_are_refused(self):
        run = self.xince("case", "propose", FIRM, "demonstration-firms", "--level=village", code=1)
        self.assertIn("CASE_FLAGS level", run.stderr)
