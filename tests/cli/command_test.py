"""Records, the API by its descriptors, templates, policies, and how commands end."""

import json

from tests.cli.harness import ServerTest, credit_code

FIRM = {
    "displayName": "示例命令有限公司",
    "providerKind": "PROPERTY_FIRM",
    "division": "320104",
    "filingDate": "2024-01-05",
}


class CommandTest(ServerTest):
    def create_firm(self, serial):
        request = {"requestId": f"r{serial}", "firm": {"uscc": credit_code(serial), **FIRM}}
        run = self.xince("api", "call", "RegistryService/CreateFirm", "-d", json.dumps(request))
        return json.loads(run.stdout)

    def test_a_method_is_called_with_json_from_a_flag_a_file_and_standard_input(self):
        firm = self.create_firm(1)
        self.assertEqual(firm["name"], f"firms/{credit_code(1)}")
        request = json.dumps({"name": firm["name"]})
        method = "xince.registry.v1.RegistryService/GetFirm"
        path = self.path("request.json", request)
        self.assertEqual(json.loads(self.xince("api", "call", method, "-d", "@" + path).stdout), firm)
        self.assertEqual(json.loads(self.xince("api", "call", method, "-d", "-", stdin=request).stdout), firm)

    def test_a_stream_is_read_message_by_message(self):
        self.create_firm(2)
        run = self.xince("api", "call", "EvidenceFeedService/StreamEvidence", "-d", '{"feed":"registry"}', "--max=1")
        self.assertIn("registry.subject", run.stdout)

    def test_the_intake_is_shown_and_nothing_but_what_it_stands_still_at_is_set_aside(self):
        shown = self.xince("intake", "show").stdout
        for feed in ("registry", "inspection", "party", "committee"):
            self.assertIn(feed, shown)
        self.assertEqual(len(self.xince_json("intake", "show")["feeds"]), 4)
        digest = "0" * 64
        refused = self.xince("intake", "set-aside", "registry", "1", digest, "--reason=无", code=1)
        self.assertIn("EVIDENCE_NOT_STUCK", refused.stderr)
        refused = self.xince("intake", "set-aside", "police", "1", digest, "--reason=无", code=1)
        self.assertIn("FEED_UNKNOWN", refused.stderr)
        self.xince("intake", "set-aside", "registry", "1", digest, code=2)
        self.assertIn("没有搁置", self.xince("intake", "list").stdout)
        self.assertEqual(self.xince_json("intake", "list", "--feed=registry").get("pieces", []), [])

    def test_the_api_is_listed_and_described(self):
        self.assertIn("GetStanding(GetStandingRequest)", self.xince("api", "list").stdout)
        described = self.xince("api", "describe", "Firm").stdout
        self.assertIn("message xince.registry.v1.Firm", described)
        self.assertIn("// A property service firm", described)
        self.assertIn("SUBJECT_UNKNOWN", self.xince("api", "describe", "CreditService/GetStanding").stdout)
        run = self.xince("api", "describe", "CreditServise", code=2)
        self.assertIn("CreditService", run.stderr)

    def test_records_are_got_listed_and_voided(self):
        firm = self.create_firm(3)
        self.assertIn("示例命令有限公司", self.xince("firm", "get", credit_code(3).lower()).stdout)
        self.assertEqual(self.xince_json("record", "get", firm["name"]), firm)
        listed = self.xince_json("firm", "list", "--division=320104", "--page-size=1", "--all")
        self.assertIn(firm, listed["firms"])
        self.assertNotIn("nextPageToken", listed)
        self.assertNotIn("firms", self.xince_json("record", "list", "registry.firm", "--filter=division=11"))

        voiding = ("record", "void", firm["name"], "--reason=示例")
        self.assertIn("STALE_REVISION", self.xince(*voiding, "--expected-revision=999999", code=1).stderr)
        self.xince(*voiding, f"--expected-revision={firm['info']['revision']}")
        listed = self.xince_json("firm", "list", "--all")
        self.assertNotIn(firm["name"], [one["name"] for one in listed.get("firms", [])])

    def test_a_subject_is_asked_for_by_its_bare_code(self):
        self.create_firm(4)
        run = self.xince("standing", credit_code(9), code=1)
        self.assertIn("SUBJECT_UNKNOWN", run.stderr)
        self.assertIn("USCC_LENGTH", self.xince("standing", "123", code=1).stderr)
        self.assertIn("local/registry", self.xince("status").stdout)
        self.assertIn("feeds", self.xince_json("status")["intake"])

    def test_refusals_end_with_one_and_wrong_usage_with_two(self):
        run = self.xince("firm", "get", credit_code(8), code=1)
        self.assertEqual(run.stdout, "")
        self.assertIn("RECORD_UNKNOWN", run.stderr)
        for wrong in (
            (),
            ("firm",),
            ("frim", "list"),
            ("firm", "list", "--output=xml"),
            ("firm", "list", "--filter=nothing=1"),
            ("api", "call", "RegistryService/GetFirm", "-d", "{"),
            ("standing", credit_code(8), "--known-at=yesterday"),
            ("status", "--timeout=never"),
            ("record", "get", "shops/1"),
        ):
            self.assertEqual(self.xince(*wrong, code=2).stdout, "")

    def test_a_server_that_is_not_there_is_said(self):
        run = self.xince("status", f"--server=unix:{self.dir}/none", code=1)
        self.assertIn("UNREACHABLE", run.stderr)

    def test_templates_need_no_server(self):
        text = self.xince("template", "inspection.penalty", "--lang=zh", "--server=unix:/none").stdout
        self.assertIn("处罚决定书文号", text.splitlines()[0])
        self.assertIn("fine(罚款)", text.splitlines()[1])
        self.assertIn("committee.correction-order", self.xince("template").stdout)

    def test_policies_are_linted_by_line_and_column(self):
        self.xince("policy", "lint", "policies")
        path = self.path("2026-01-01.textproto", 'id: "x"\nfoo: 1\n')
        run = self.xince("policy", "lint", path, code=1)
        self.assertIn("2026-01-01.textproto:2:", run.stdout)
        self.assertIn("POLICY_SYNTAX", run.stdout)
