"""Official documents, drawn without a server."""

import json
import os
import subprocess
import tempfile
import unittest

from tests.cli.harness import XINCE

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
