"""The life of a version from the command line, as far as one day goes."""

import datetime
import json
import pathlib

from tests.cli.harness import ServerTest


def draft(points, first_day=None):
    """The city's rules from a day a year from now on, with other points to begin with."""
    text = pathlib.Path("policies/nanjing/2022-10-26.textproto").read_text(encoding="utf-8")
    first_day = first_day or (datetime.date.today() + datetime.timedelta(days=365)).isoformat()
    text = text.replace('effective_from: "2022-10-26"', f'effective_from: "{first_day}"', 1)
    return text.replace('points: "100"', f'points: "{points}"', 1)


class RulemakingTest(ServerTest):
    def refused(self, reason, *arguments):
        run = self.xince("policy", *arguments, code=1)
        self.assertIn(reason, run.stderr)
        return run.stderr

    def propose(self, points):
        path = self.path(f"draft-{points}.textproto", draft(points))
        run = self.xince("policy", "propose", path, "--reason=年度调整", "--actor=li", "--output=json")
        version = json.loads(run.stdout)
        self.assertEqual(version["state"], "PACK_STATE_DRAFT")
        return path, version["digest"]

    def test_a_version_goes_through_consultation_and_waits_for_its_days(self):
        path, digest = self.propose(91)
        notice = ("--title=征求意见公告", "--number=1号", "--actor=li")
        self.assertIn("least: 30", self.refused("CONSULTATION_TOO_SHORT", "consult", path, "--days=29", *notice))
        self.assertIn("征求意见", self.xince("policy", "consult", digest[:8], *notice).stdout)
        self.assertIn("未答复", self.xince("policy", "comment", path, "--from=某协会", "--text=建议放宽").stdout)
        self.assertIn("部分采纳", self.xince("policy", "answer", path, "1", "--outcome=partly", "--text=已有规定").stdout)
        stored = self.xince("policy", "backtest", path, "--store", "--output=json").stdout.splitlines()
        self.assertIn("summary", json.loads(stored[-2])["part"])
        self.assertEqual(json.loads(stored[-1])["stored"]["digest"], digest)
        self.refused("APPROVER_IS_AUTHOR", "publish", path, "--reason=通过", "--actor=Li")
        self.assertIn("holds_from", self.refused("CONSULTATION_RUNNING", "publish", path, "--reason=通过", "--actor=wang"))
        shown = self.xince("policy", "show", path).stdout
        for word in ("某协会", "已有规定", "回测存档", "claimed:li"):
            self.assertIn(word, shown)
        self.assertEqual(self.xince("policy", "show", digest, "--content").stdout, draft(91))
        listed = json.loads(self.xince("policy", "list", "--state=consultation", "--output=json").stdout)
        self.assertEqual([version["digest"] for version in listed["versions"]], [digest])

    def test_a_file_is_tried_without_being_proposed(self):
        path = self.path("trial.textproto", draft(92))
        self.assertIn("回测", self.xince("policy", "backtest", path, "--days=60", "--every=30").stdout)
        self.refused("POLICY_UNKNOWN", "show", path)

    def test_a_version_is_withdrawn_by_its_author_and_refused_by_others(self):
        path, _ = self.propose(93)
        self.assertIn("已撤回", self.xince("policy", "withdraw", path, "--reason=有误", "--actor=li").stdout)
        path, _ = self.propose(94)
        self.assertIn("已否决", self.xince("policy", "withdraw", path, "--reason=不妥", "--actor=wang").stdout)

    def test_what_is_in_force_is_never_edited(self):
        path = self.path("edited.textproto", draft(95, "2022-10-26"))
        self.refused("POLICY_NEVER_EDITED", "propose", path, "--reason=更正", "--actor=li")

    def test_a_version_is_named_by_enough_of_its_digest(self):
        self.refused("VERSION_NAME", "show", "abc")
        self.refused("POLICY_UNKNOWN", "show", "a" * 64)
