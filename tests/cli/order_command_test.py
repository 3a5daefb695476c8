"""The ledger of rectification orders as an officer keeps it: filed from a table, extended, accepted, looked
back at, and reported."""

import datetime
import json

from tests.cli.harness import ServerTest

HEADER = "name,subject,facts,issue_date,deadline,issuer,division"


class OrderCommandTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls()
        test.setUp()
        status = test.xince_json("api", "call", "CreditService/GetIntakeStatus", "-d", "{}")
        cls.today = datetime.date.fromisoformat(status["today"])

    def day(self, offset):
        return (self.today + datetime.timedelta(days=offset)).isoformat()

    def file(self, *rows):
        lines = [
            f"rectificationOrders/{id},projects/p1,=消防通道堵塞,{issued},{due},示例区房产局,320104"
            for id, issued, due in rows
        ]
        path = self.path("orders.csv", "\n".join([HEADER, *lines, ""]))
        self.xince("import", "inspection.rectification-order", path, "--yes")

    def accept(self, order, code=0):
        run = self.xince(
            "order",
            "accept",
            order,
            f"--corrected={self.day(-1)}",
            "--by=示例街道",
            "--opinion=已清理",
            "--output=json",
            code=code,
        )
        return json.loads(run.stdout) if code == 0 else run.stderr

    def test_an_order_is_extended_with_a_reason_and_closed_out(self):
        self.file(("a1", self.day(-10), self.day(5)))
        self.xince("order", "extend", "a1", f"--deadline={self.day(9)}", code=2)
        run = self.xince("order", "extend", "a1", f"--deadline={self.day(5)}", "--reason=雨季", code=1)
        self.assertIn("EXTENSION_NOT_LATER", run.stderr)
        self.assertIn("新期限应晚于", run.stderr)
        text = self.xince(
            "order", "extend", "a1", f"--deadline={self.day(9)}", "--reason=雨季", "--document-number=1号"
        ).stdout
        self.assertIn(f"延期 {self.day(5)} → {self.day(9)} ({self.day(0)} 批准): 雨季", text)
        self.assertIn("整改中", text)
        self.assertIn("RECTIFICATION_NOT_DUE", self.xince("order", "fail", "a1", "--reason=x", code=1).stderr)
        early = ["order", "accept", "a1", f"--corrected={self.day(-11)}", "--by=示例街道"]
        run = self.xince(*early, code=1)
        self.assertIn(f"「整改完成日期」{self.day(-11)}早于「下达日期」{self.day(-10)}", run.stderr)
        order = self.accept("a1")
        self.assertEqual(order["state"], "ACCEPTED")
        self.assertIn("RECTIFICATION_CLOSED", self.accept("a1", code=1))
        self.assertIn("已验收销号", self.xince("order", "get", "a1").stdout)
        stale = ["order", "accept", "a1", f"--corrected={self.day(-1)}", "--by=x", "--expected-revision=1"]
        self.assertIn("STALE_REVISION", self.xince(*stale, code=1).stderr)

    def test_numbers_have_no_gaps_whatever_is_voided(self):
        self.file(*[(f"n{i}", self.day(-10), self.day(5)) for i in range(1, 5)])
        numbers = [self.accept(f"n{i}")["closeOutNumber"] for i in range(1, 4)]
        self.xince(
            "record",
            "void",
            "rectificationOrders/n2",
            f"--expected-revision={self.xince_json('order', 'get', 'n2')['info']['revision']}",
            "--reason=下达有误",
        )
        numbers.append(self.accept("n4")["closeOutNumber"])
        last = [int(number.rsplit("-", 1)[1]) for number in numbers]
        self.assertEqual(last, list(range(last[0], last[0] + 4)))
        self.assertIn("已作废: 下达有误", self.xince("order", "get", "n2").stdout)
        listed = self.xince_json("order", "list", "--show-voided", f"--close-out-year={numbers[0][7:11]}")
        found = {one["name"]: one["closeOutNumber"] for one in listed["rectificationOrders"]}
        self.assertEqual([found[f"rectificationOrders/n{i}"] for i in (1, 2, 3, 4)], numbers)
        self.assertNotIn("rectificationOrders/n1", self.xince("order", "list", "--state=open").stdout)
        self.assertIn(numbers[0], self.xince("order", "list", "--state=closed").stdout)

    def test_what_is_overdue_is_told_and_looked_back_at(self):
        self.file(("o1", self.day(-20), self.day(-3)))
        late = self.xince_json("order", "overdue", "--division=320104")
        self.assertIn("rectificationOrders/o1", [one["name"] for one in late["rectificationOrders"]])
        run = self.xince("order", "extend", "o1", f"--deadline={self.day(9)}", "--reason=迟", code=1)
        self.assertIn("EXTENSION_AFTER_DEADLINE", run.stderr)
        text = self.xince("order", "fail", "o1", "--reason=未动工").stdout
        self.assertIn("逾期未整改", text)
        self.assertIn("RECTIFICATION_NOT_OPEN", self.xince("order", "fail", "o1", "--reason=x", code=1).stderr)
        self.accept("o1")
        self.assertNotIn("rectificationOrders/o1", self.xince("order", "overdue").stdout)
        visit = {
            "name": "inspections/back",
            "subject": "projects/p1",
            "method": "LOOK_BACK",
            "rectificationOrder": "rectificationOrders/o1",
            "inspectionDate": self.day(0),
            "result": "FAILED",
            "issuer": "示例区房产局",
            "division": "320104",
            "level": "LEVEL_DISTRICT",
        }
        data = json.dumps({"inspection": visit})
        self.xince("api", "call", "InspectionService/CreateInspection", "-d", data)
        period = f"--period={self.today.year}"
        rows = json.loads(self.xince("report", "rectification", period, "--output=json").stdout)["rows"]
        row = [one for one in rows if one["order"] == "rectificationOrders/o1"][0]
        self.assertEqual((row["state"], row["days_late"]), ("已销号", "2"))
        self.assertEqual((row["look_back_date"], row["look_back_result"]), (self.day(0), "不合格"))
        # A cell that a spreadsheet could take for a formula is a text.
        table = self.xince("report", "rectification", period, "--output=csv").stdout
        self.assertIn("'=消防通道堵塞", table)
        self.assertTrue(table.startswith("\ufeff"))
