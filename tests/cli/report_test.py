"""Reports about the demonstration register, each checked against the lists they are made from."""

import csv
import io
import json

from tests.cli.harness import ServerTest


def rate(part, whole):
    """One decimal, half up."""
    if whole == 0:
        return "-"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}"


class ReportTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls().xince_json("demo", "load")

    def report(self, name, *args):
        return json.loads(self.xince("report", name, "--output=json", *args).stdout)

    def listed(self, record, field):
        return self.xince_json("record", "list", record, "--all", "--page-size=1000")[field]

    def test_firms_are_ranked_on_the_last_day(self):
        report = self.report("ranking", "--period=2026-Q3")
        self.assertEqual((report["asOf"], report["cadence"]), ("2026-09-30", "quarterly"))
        rows = report["rows"]
        self.assertEqual(len(rows), 300)
        scores = [float(row["score"]) for row in rows]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertEqual(rows[0]["rank"], "1")
        by_subject = {row["subject"]: row for row in rows}
        self.assertEqual(by_subject["firms/91320100DEMX00022T"]["score"], "81.00")
        for row in rows:
            better = sum(score > float(row["score"]) for score in scores)
            self.assertEqual(row["rank"], str(better + 1))

    def test_today_is_ranked_from_the_list(self):
        rows = self.report("ranking", "--of=streets", "--by=committees")["rows"]
        standings = self.xince_json("standings", "--collection=committees", "--all", "--page-size=1000")
        rated = [s for s in standings["standings"] if s["record"].get("rated")]
        self.assertGreater(len(rows), 5)
        self.assertEqual(sum(int(row["rated"]) for row in rows), len(rated))
        first = rows[0]
        scores = [
            int(s["record"].get("scoreHundredths", "0"))
            for s in rated
            if s["division"].startswith(first["division"])
        ]
        mean = (2 * sum(scores) + len(scores)) // (2 * len(scores))
        self.assertEqual(first["mean"], f"{mean // 100}.{mean % 100:02d}")

    def test_the_three_worst_are_named_with_their_source(self):
        args = ["--satisfaction-below=65", "--source=示例文件第一条", "--period=2026-H1"]
        report = self.report("bottom-three", *args)
        self.assertIn("依据: 示例文件第一条", report["notes"])
        self.assertIn("上期: 2025-H2", report["notes"])
        rows = [row for row in report["rows"] if row["rank"] != "-"]
        self.assertGreater(len(rows), 5)
        for row in rows:
            self.assertEqual(row["share"], rate(int(row["poor"]), int(row["judged"])))
        run = self.xince("report", "bottom-three", "--satisfaction-below=65", code=1)
        self.assertIn("REPORT_THRESHOLD", run.stderr)
        run = self.xince("report", "bottom-three", "--satisfaction-below=101", "--source=x", code=1)
        self.assertIn("REPORT_THRESHOLD", run.stderr)

    def test_committees_have_their_rates(self):
        committees = self.listed("committee.committee", "committees")
        acting = [
            c
            for c in committees
            if c["kind"] in ("OWNERS_COMMITTEE", "MANAGEMENT_COMMITTEE")
            and c.get("termStartDate", c.get("formedDate", "")) <= "2026-09-30"
            and c.get("endedDate", "9999") > "2026-09-30"
        ]
        eligible = [c for c in acting if c.get("partyOrganizationEligible")]
        covered = [c for c in eligible if c.get("partyOrganizationDate", "9999") <= "2026-09-30"]
        total = self.report("party-coverage", "--period=2026-Q3")["rows"][-1]
        self.assertEqual(total["division"], "合计")
        self.assertEqual(total["acting"], str(len(acting)))
        self.assertEqual(total["rate"], rate(len(covered), len(eligible)))
        self.assertNotIn(total["rate"], ("-", "0.0", "100.0"))

        due = [
            d
            for d in self.listed("committee.disclosure", "disclosures")
            if "2026-01-01" <= d["dueDate"] <= "2026-09-30"
        ]
        made = [d for d in due if d.get("madeDate", "9999") <= "2026-12-31"]
        total = self.report("disclosure", "--period=2026")["rows"][-1]
        self.assertGreater(int(total["due"]), 100)
        self.assertEqual(total["rate"], rate(int(total["made"]), int(total["due"])))
        self.assertGreaterEqual(int(total["due"]), len(due))
        self.assertGreaterEqual(int(total["made"]), len(made))

        total = self.report("training", "--period=2026-Q3")["rows"][-1]
        self.assertGreater(int(total["in_office"]), 100)
        self.assertEqual(total["during_rate"], rate(int(total["trained_during"]), int(total["in_office"])))

    def test_the_dispatch_of_a_half_year_is_the_sum_of_the_others(self):
        report = self.report("dispatch", "--period=2026-H1")
        self.assertEqual((report["asOf"], report["cadence"]), ("2026-06-30", "half-yearly"))
        self.assertIn("上期: 2025-H2 (至 2025-12-31)", report["notes"])
        sums = {row["figure"]: row for row in report["rows"] if row["division"] == "合计"}
        parts = {
            "party-coverage": ("party-coverage", "covered", "eligible"),
            "disclosure": ("disclosure", "made", "due"),
            "training-before-term": ("training", "trained_before", "started"),
            "training-in-term": ("training", "trained_during", "in_office"),
            "close-outs": ("rectification-summary", "in_time", "closed"),
            "overdue-orders": ("rectification-summary", "overdue", "open"),
        }
        for figure, (name, part, whole) in parts.items():
            now = self.report(name, "--period=2026-H1")["rows"][-1]
            before = self.report(name, "--period=2025-H2")["rows"][-1]
            self.assertEqual((sums[figure]["part"], sums[figure]["whole"]), (now[part], now[whole]))
            self.assertEqual(sums[figure]["before"], rate(int(before[part]), int(before[whole])))
        counted = [
            one
            for one in self.listed("inspection.complaint-statistics", "complaintStatistics")
            if one["subject"].startswith("projects/") and "2026-01-02" <= one["endDate"] <= "2026-07-01"
        ]
        self.assertEqual(
            sums["complaints"]["whole"], str(sum(int(one.get("received", 0)) for one in counted))
        )
        self.assertLessEqual({6, 2}, {len(row["division"]) for row in report["rows"]})
        inside = self.report("dispatch", "--period=2026-H1", "--division=320104")["rows"]
        self.assertTrue(all(row["division"].startswith("320104") for row in inside if row["division"] != "合计"))
        text = self.xince("report", "dispatch").stdout
        self.assertIn("联席会议半年调度  20", text)
        self.assertRegex(text, r"\d{4}-H[12] ")

    def test_overdue_elections_are_those_of_the_service(self):
        rows = self.report("overdue-elections", "--period=2026-Q3")["rows"]
        request = '{"asOfDate":"2026-09-30","pageSize":1000}'
        reply = self.xince_json("api", "call", "CommitteeService/ListOverdueElections", "-d", request)
        expected = {
            one["committee"]["name"]: str(one.get("daysOverdue", 0))
            for one in reply["overdueElections"]
        }
        self.assertGreater(len(expected), 0)
        self.assertEqual({row["committee"]: row["days_overdue"] for row in rows}, expected)

    def test_evaluations_are_those_of_the_service(self):
        request = '{"window":"evaluationWindows/demo-2025","digits":9}'
        progress = self.xince_json(
            "api", "call", "PartyEvaluationService/GetEvaluationProgress", "-d", request
        )
        rows = self.report("evaluations", "--period=2025")["rows"]
        self.assertEqual(
            {row["division"]: (row["expected"], row["filed"]) for row in rows[:-1]},
            {row["division"]: (row["expected"], row["filed"]) for row in progress["rows"]},
        )

    def test_the_ledger_has_all_orders_in_one_state(self):
        orders = self.listed("inspection.rectification-order", "rectificationOrders")
        issued = [o["name"] for o in orders if o["issueDate"] <= "2026-06-30"]
        accepted = [o["name"] for o in orders if o.get("acceptedDate", "9999") < "2026-04-01"]
        rows = self.report("rectification", "--period=2026-Q2")["rows"]
        self.assertEqual([row["order"] for row in rows], sorted(set(issued) - set(accepted)))
        parts = [
            len(self.report("rectification", "--period=2026-Q2", f"--only={only}")["rows"])
            for only in ("open", "overdue", "closed")
        ]
        self.assertEqual(sum(parts), len(rows))
        summary = self.report("rectification-summary", "--period=2026-Q2")["rows"][-1]
        self.assertEqual(int(summary["closed"]), parts[2])
        self.assertEqual(int(summary["open"]), parts[0] + parts[1])
        self.assertEqual(int(summary["overdue"]), parts[1])

    def test_a_table_for_spreadsheets_and_for_people(self):
        args = ("report", "rectification-summary", "--period=2026-Q2")
        text = self.xince(*args, "--output=csv").stdout
        self.assertTrue(text.startswith("\ufeff区划,期内下达"))
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
        expected = self.report("rectification-summary", "--period=2026-Q2")["rows"]
        self.assertEqual([row[0] for row in rows[1:]], [row["division"] for row in expected])
        self.assertIn("整改销号情况  2026-Q2 (至 2026-06-30)", self.xince(*args).stdout)

    def test_a_period_is_written_properly_and_has_begun(self):
        self.assertIn("REPORT_PERIOD", self.xince("report", "training", "--period=2026Q1", code=1).stderr)
        run = self.xince("report", "training", "--period=9998", code=1)
        self.assertIn("REPORT_PERIOD_AHEAD", run.stderr)
        self.xince("report", "nothing", code=2)
