"""Official documents: drawn without a server, and those that a server made."""

import json
import os
import subprocess
import tempfile
import unittest

from tests.cli.harness import XINCE, PenaltyTest

DRAFT = "services/documents/testdata/points-notice.json"


class DocCommandTest(unittest.TestCase):
    def setUp(self):
        temp = tempfile.TemporaryDirectory(prefix="xince-doc-")
        self.addCleanup(temp.cleanup)
        self.dir = temp.name

    def render(self, *arguments, code=0, template="points-notice", fields=DRAFT, out=None, **options):
        run = subprocess.run(
            [
                XINCE,
                "doc",
                "render",
                f"--template={template}",
                f"--fields={fields}",
                f"--out={out or self.path('out.pdf')}",
                "--templates=policies/national/documents",
                *arguments,
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **options,
        )
        self.assertEqual(run.returncode, code, run.stderr)
        return run

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def test_a_document_is_drawn_and_told_in_words(self):
        run = self.render()
        for words in ("物业服务信用信息记分告知单", "X住建信记〔2026〕21号", "校验码 ", "out.pdf"):
            self.assertIn(words, run.stdout)
        with open(self.path("out.pdf"), "rb") as file:
            self.assertTrue(file.read().startswith(b"%PDF-"))

    def test_json_is_the_document_as_structured_data(self):
        document = json.loads(self.render("--output=json").stdout)
        self.assertEqual(document["template"], "points-notice")
        self.assertEqual(len(document["copies"]), 3)
        self.assertEqual(document["checkCode"], document["sha256"][:16])
        self.assertTrue(document["verification"].endswith("/v/" + document["checkCode"]))
        text = subprocess.run(
            ["pdftotext", "-enc", "UTF-8", self.path("out.pdf"), "-"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        self.assertIn(document["checkCode"], text)

    def test_fields_are_read_from_standard_input(self):
        with open(DRAFT, encoding="utf-8") as draft:
            self.render(fields="-", stdin=draft)

    def test_what_is_missing_is_named_and_nothing_is_written(self):
        with open(DRAFT, encoding="utf-8") as file:
            draft = json.load(file)
        del draft["fields"]["review_organ"]
        run = self.render(fields=self.write("draft.json", json.dumps(draft)), code=1)
        self.assertIn("DOCUMENT_FIELD_MISSING fields.review_organ", run.stderr)
        self.assertFalse(os.path.exists(self.path("out.pdf")))
        self.assertIn("DOCUMENT_TEMPLATE_UNKNOWN", self.render(template="weather", code=1).stderr)
        self.assertIn("--number", self.render("--case=2026-1", code=2).stderr)
        self.assertIn("FILE_UNREADABLE", self.render(fields=self.path("none"), code=1).stderr)
        self.assertIn("FILE_UNWRITABLE", self.render(out=self.path("no/out.pdf"), code=1).stderr)

    def test_a_citys_template_stands_for_the_nations(self):
        with open("policies/national/documents/refusal.textproto", encoding="utf-8") as file:
            text = file.read().replace("不予列入{list}决定书", "对{list}不予列入的决定")
        self.write("refusal.textproto", text)
        run = self.render(
            "--templates=" + self.dir,
            template="refusal",
            fields="services/documents/testdata/refusal.json",
        )
        self.assertIn("对物业服务企业失信名单不予列入的决定", run.stdout)

    def test_without_fonts_it_is_refused(self):
        fonts = self.write(
            "fonts.conf",
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>',
        )
        run = self.render(code=1, env={**os.environ, "FONTCONFIG_FILE": fonts})
        self.assertIn("DOCUMENT_FONT_MISSING", run.stderr)
        self.assertFalse(os.path.exists(self.path("out.pdf")))


FIRM = PenaltyTest.firm
CONFIG = """
documents {
  verification_base: "https://credit.example.cn"
  offices { office: "市住建局" name: "某市住房和城乡建设局" mark: "N住建" }
}
"""
DECIDER = ("--person=zhao", "--office=市住建局", "--level=city")


class DocServerTest(PenaltyTest):
    @classmethod
    def setUpClass(cls):
        cls.config = tempfile.NamedTemporaryFile("w", suffix=".textproto", encoding="utf-8")
        cls.config.write(CONFIG)
        cls.config.flush()
        cls.flags = (f"--config={cls.config.name}",)
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.config.close()

    def test_what_a_step_made_is_listed_got_drawn_verified_and_voided(self):
        self.penalty()
        recorder = ("--person=li", "--office=区住建局", "--level=district")
        name = self.xince_json("case", "propose", FIRM, "demonstration-firms", "--reason=示范", *recorder)["name"]
        self.assertIn("DOCUMENT_UNKNOWN case", self.xince("doc", "get", f"--case={name}", code=1).stderr)
        refused = self.xince("case", "refuse", name, "--reason=条件不符", *DECIDER).stdout
        number = next(word for word in refused.split() if word.startswith("N住建信不〔"))

        got = self.xince("doc", "get", number).stdout
        for words in ("不予列入", number, "有效", "示例测试有限公司：", "条件不符", "某市住房和城乡建设局"):
            self.assertIn(words, got)
        document = self.xince_json("doc", "get", f"--case={name}", "--step=refuse")
        self.assertEqual(document["number"], number)
        code = document["checkCode"]
        self.assertTrue(document["content"]["verification"].endswith("/v/" + code))

        out = self.path("refusal.pdf")
        self.assertIn(number, self.xince("doc", "render", f"--case={name}", f"--out={out}").stdout)
        text = subprocess.run(["pdftotext", "-enc", "UTF-8", out, "-"], capture_output=True, text=True, check=True)
        self.assertIn(number, text.stdout)
        self.assertIn(code, text.stdout)
        self.xince("doc", "render", f"--number={number}", f"--out={out}")
        self.assertIn("--number", self.xince("doc", "render", f"--out={out}", code=2).stderr)

        self.assertIn("有效", self.xince("doc", "verify", code.upper()).stdout)
        self.assertNotIn("示例测试", self.xince("doc", "verify", code).stdout)
        self.assertIn("DOCUMENT_CODE_SYNTAX", self.xince("doc", "verify", "1234", code=1).stderr)
        self.assertIn(number, self.xince("doc", "list", "--kind=refusal", f"--subject={FIRM}").stdout)
        self.assertNotIn(number, self.xince("doc", "list", "--voided").stdout)

        self.xince("doc", "void", number, *DECIDER, code=2)
        self.assertIn("作废：当事人有误", self.xince("doc", "void", number, "--reason=当事人有误", *DECIDER).stdout)
        self.assertIn("DOCUMENT_VOIDED", self.xince("doc", "void", number, "--reason=再次", *DECIDER, code=1).stderr)
        self.assertIn("作废：当事人有误", self.xince("doc", "list", "--voided").stdout)
        self.assertIn("作废", self.xince("doc", "verify", code).stdout)

    def test_points_are_told_in_three_copies(self):
        penalty = self.penalty()
        asked = ("doc", "issue-points", FIRM, penalty, "--review-office=省住建厅", "--rectify-days=7")
        issued = self.xince_json(*asked, "--request-id=p1", *DECIDER)
        self.assertEqual(len(issued["content"]["copies"]), 3)
        self.assertIn("N住建信记〔", issued["number"])
        again = self.xince(*asked, "--request-id=p1", *DECIDER).stdout
        for words in (issued["number"], "7日内完成整改", "向省住建厅书面申请核查", "经办人（签名）：zhao"):
            self.assertIn(words, again)
        own = ("doc", "issue-points", FIRM, penalty, "--review-office=市住建局")
        self.assertIn("POINTS_REVIEW_OFFICE", self.xince(*own, *DECIDER, code=1).stderr)
        none = ("doc", "issue-points", FIRM, "inspection/penalties/none#x", "--review-office=省住建厅")
        self.assertIn("LINE_UNKNOWN", self.xince(*none, *DECIDER, code=1).stderr)
