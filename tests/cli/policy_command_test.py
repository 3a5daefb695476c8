"""What needs no server: packs linted, their cases run, two of them compared."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from tests.cli.harness import XINCE

PACK = """id: "p"
zh: "试"
jurisdiction: "3201"
effective_from: "2024-01-01"
documents { id: "d" title: "文" }
subjects {
  subject: "firm"
  base { points: "100" source { document: "d" mark: RULE } }
  items {
    id: "a"
    zh: "甲"
    kinds: "inspection.penalty"
    points { fixed: "-1" }
    validity { never {} }
    source { document: "d" mark: RULE }
  }
}
"""

CASES = """pack: "policies/p/2024-01-01.textproto"
cases {
  name: "one"
  as_of: "2024-06-30"
  evidence { id: "e" subject: "firms/f" kind: "inspection.penalty" determined_on: "2024-05-01" }
  expect { subject: "firms/f" score: "99" }
}
"""


class PolicyCommandTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="xince-policy-")
        self.addCleanup(shutil.rmtree, self.dir)
        self.pack = self.write("policies/p/2024-01-01.textproto", PACK)
        self.cases = self.write("policies/p/cases/c.textproto", CASES)
        kinds = "policies/national/kinds.textproto"
        with open(kinds, encoding="utf-8") as file:
            self.write(kinds, file.read())

    def write(self, name, content):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        return path

    def xince(self, *args, code=0, cwd=None):
        run = subprocess.run(
            [os.path.abspath(XINCE), "policy", *args],
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
            cwd=cwd,
        )
        self.assertEqual(run.returncode, code, f"{args}\n{run.stdout}\n{run.stderr}")
        return run

    def xince_json(self, *args, code=0):
        return json.loads(self.xince(*args, "--output=json", code=code).stdout)

    def test_the_packs_of_this_tree_pass_lint_and_cases(self):
        self.assertEqual(self.xince_json("lint", "policies")["errors"], 0)
        answer = self.xince_json("test", "policies/nanjing")
        self.assertGreater(answer["cases"], 30)
        self.assertEqual((answer["failures"], answer["gaps"]), ([], []))

    def test_lint_tells_place_and_sentence_in_two_languages(self):
        self.xince("lint", self.pack)
        self.write("policies/p/2024-01-01.textproto", PACK.replace("inspection.penalty", "inspection.penaltey"))
        run = self.xince("lint", self.pack, code=1)
        self.assertIn("2024-01-01.textproto:12:5: error: a: no feed emits the kind", run.stdout)
        self.assertIn("没有来源产生信息类别", run.stdout)
        finding = self.xince_json("lint", self.dir + "/policies", code=1)["findings"][0]
        self.assertEqual((finding["line"], finding["column"]), (12, 5))
        self.assertEqual((finding["severity"], finding["id"], finding["field"]), ("error", "a", "kinds"))

    def test_lint_reads_what_the_law_allows_beside_the_vocabulary(self):
        restricted = PACK.rstrip()[:-1] + (
            '  restrictions { code: "r" zh: "限" when { score { at_most: "9" } } basis: LAW effect: DEPRIVATION'
            ' source { document: "d" mark: RULE } }\n}\n'
        )
        self.write("policies/p/2024-01-01.textproto", restricted)
        self.xince("lint", self.pack)
        law = 'id: "n" zh: "国" jurisdiction: "0" effective_from: "2023-01-01" documents { id: "d" title: "法" } legal {'
        law += ' bases { basis: LAW effects: NOTE source { document: "d" mark: RULE } } }'
        self.write("policies/national/2023-01-01.textproto", law)
        self.assertIn("does not allow the effect DEPRIVATION", self.xince("lint", self.pack, code=1).stdout)

    def test_notes_and_warnings_are_no_errors(self):
        self.write(
            "policies/p/2024-01-01.textproto",
            PACK.replace("    validity", '    counting { keep: LATEST }\n    limits { most: "5" }\n    validity'),
        )
        said = self.xince("lint", self.pack).stdout
        self.assertIn(": note: a: ", said)
        self.assertIn(": warning: a: ", said)

    def test_cases_run_wherever_one_stands(self):
        for path in (self.cases, self.dir, os.path.join(self.dir, "policies/p")):
            self.xince("test", path)
        self.xince("test", cwd=self.dir)

    def test_a_case_that_fails_says_what_came_and_what_was_expected(self):
        self.write("policies/p/cases/c.textproto", CASES.replace('"99"', '"98"'))
        run = self.xince("test", self.dir, code=1)
        self.assertIn("c.textproto:6:3: error: one: firms/f: score is 99, expected 98", run.stdout)
        failure = self.xince_json("test", self.dir, code=1)["failures"][0]
        self.assertEqual((failure["case"], failure["subject"], failure["line"]), ("one", "firms/f", 6))

    def test_what_no_case_touches_fails_a_directory_but_no_file(self):
        self.write("policies/p/cases/c.textproto", CASES.replace("inspection.penalty", "inspection.inaction").replace("99", "100"))
        self.xince("test", self.cases)
        run = self.xince("test", os.path.join(self.dir, "policies/p"), code=1)
        self.assertIn("2024-01-01.textproto:10:5: error: a: firm: no case has a line of this item", run.stdout)
        gaps = self.xince_json("test", self.dir, code=1)["gaps"]
        self.assertEqual([gap["id"] for gap in gaps], ["a"])

    def test_a_pack_without_cases_is_untouched(self):
        os.remove(self.cases)
        self.assertIn("no case has a line", self.xince("test", self.dir, code=1).stdout)

    def test_what_cannot_be_read_is_refused_with_its_place(self):
        self.write("policies/p/cases/c.textproto", CASES + "nonsense: 1\n")
        self.assertIn("c.textproto:8:", self.xince("test", self.cases, code=1).stdout)
        self.write("policies/p/cases/c.textproto", CASES.replace("policies/p", "policies/q"))
        self.assertIn("FILE_UNREADABLE", self.xince("test", self.cases, code=1).stdout)
        self.xince("test", os.path.join(self.dir, "policies/national"), code=2)

    def test_two_packs_are_compared(self):
        other = self.write("policies/p/2025-01-01.textproto", PACK.replace('fixed: "-1"', 'fixed: "-2"'))
        differences = self.xince_json("diff", self.pack, other)["differences"]
        self.assertEqual([one["path"] for one in differences], ["subjects[firm].items[a].points.fixed"])
        self.assertEqual((differences[0]["before"], differences[0]["after"]), ("-1", "-2"))
        self.assertEqual(differences[0]["kind"], "CHANGED")
        self.assertIn("修改 subjects[firm].items[a].points.fixed", self.xince("diff", self.pack, other).stdout)
        self.assertEqual(self.xince("diff", self.pack, self.pack).stdout, "")
        self.assertIn("FILE_UNREADABLE", self.xince("diff", self.pack, "none.textproto", code=1).stderr)
        self.xince("diff", self.pack, code=2)
