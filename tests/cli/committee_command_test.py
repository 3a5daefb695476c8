"""What committees lack on a day, of the demonstration register, page by page and whole."""

from tests.cli.harness import ServerTest


class CommitteeCommandTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls().xince_json("demo", "load")

    def pages(self, command, field, *args):
        """All pages of a list, one after the other."""
        found, more = [], []
        while True:
            page = self.xince_json("committee", command, "--page-size=37", *more, *args)
            found += page.get(field, [])
            self.assertLessEqual(len(page.get(field, [])), 37)
            token = page.get("nextPageToken", "")
            if not token:
                return found
            more = [f"--page-token={token}"]

    def test_pages_are_the_whole_list(self):
        for command, field in (("warnings", "committees"), ("overdue-elections", "overdueElections")):
            args = ["--as-of=2026-09-30", "--division=3201"]
            whole = self.xince_json("committee", command, "--all", "--page-size=1000", *args)
            self.assertNotIn("nextPageToken", whole)
            self.assertGreater(len(whole[field]), 5)
            self.assertEqual(self.pages(command, field, *args), whole[field])

    def test_a_token_is_of_its_list_and_its_day(self):
        page = self.xince_json("committee", "warnings", "--page-size=3", "--as-of=2026-09-30")
        token = f"--page-token={page['nextPageToken']}"
        for other in (["warnings", "--as-of=2026-09-29"], ["overdue-elections", "--as-of=2026-09-30"]):
            run = self.xince("committee", *other, token, code=1)
            self.assertIn("PAGE_TOKEN_ARGUMENTS", run.stderr)
        self.xince("committee", "warnings", "--as-of=2026-09-30", "--page-size=3", token)

    def test_people_read_what_it_is_and_where_it_comes_from(self):
        run = self.xince("committee", "warnings", "--as-of=2026-09-30", "--page-size=3")
        for word in ("党员比例", "任前未经培训", "二(一)2"):
            self.assertIn(word, run.stdout)
        self.assertIn("--page-token=", run.stderr)
        overdue = self.xince("committee", "overdue-elections", "--as-of=2026-09-30", "--all").stdout
        rows = self.xince_json("report", "overdue-elections", "--period=2026-Q3")["rows"]
        self.assertEqual(len(overdue.splitlines()), len(rows) + 1)
        for row in rows:
            self.assertIn(row["committee"], overdue)
        self.assertIn("DATE_SYNTAX", self.xince("committee", "warnings", "--as-of=30.9.", code=1).stderr)
