"""A CSV file becomes records: errors, the error file, corrections, and importing twice."""

import os

from tests.cli.harness import ServerTest, credit_code

HEADER = "uscc,display_name,provider_kind,division,filing_date,parent_firm,parent_start_date\n"


def firm(serial, kind="property-firm", parent="", division="320104", code=None):
    start = "2020-01-01" if parent else ""
    return f"{code or credit_code(serial)},示例测试{serial}有限公司,{kind},{division},2024-01-05,{parent},{start}\n"


class ImportTest(ServerTest):
    def counts(self, *args, code=0):
        summary = self.xince_json("import", *args, code=code)
        return tuple(int(summary[key]) for key in ("rows", "filed", "alreadyFiled", "refused"))

    def firm_revision(self, serial):
        return self.xince_json("firm", "get", credit_code(serial))["info"]["revision"]

    def test_errors_are_corrected_in_the_error_file_and_all_is_filed(self):
        good = credit_code(3)
        wrong = good[:-1] + ("1" if good[-1] != "1" else "2")
        path = self.path(
            "firms.csv",
            HEADER + firm(1) + firm(2, kind="shop") + firm(3, code=wrong) + firm(4, division="990000") + "short,row\n",
        )
        self.assertEqual(self.counts("registry.firm", path, "--yes", code=1), (5, 1, 0, 4))
        errors = path + ".errors.csv"
        with open(errors, encoding="utf-8-sig") as file:
            text = file.read()
        for reason in ("CELL_ENUM", "USCC_CHECK_DIGIT", "UNKNOWN_DIVISION", "CSV_ROW_WIDTH"):
            self.assertIn(reason, text)
        self.assertNotIn(credit_code(1), text)

        lines = [line for line in text.splitlines(keepends=True) if "CSV_ROW_WIDTH" not in line]
        corrected = "".join(lines).replace("shop", "property-firm").replace(wrong, good).replace("990000", "320105")
        fixed = self.path("fixed.csv", corrected)
        self.assertEqual(self.counts("registry.firm", fixed, "--yes"), (3, 3, 0, 0))
        self.assertFalse(os.path.exists(fixed + ".errors.csv"))
        for serial in (1, 2, 3, 4):
            self.firm_revision(serial)

    def test_a_file_imported_twice_files_nothing_twice_and_says_so(self):
        path = self.path("twice.csv", HEADER + firm(11) + firm(12))
        self.assertEqual(self.counts("registry.firm", path, "--yes"), (2, 2, 0, 0))
        revision = self.firm_revision(11)
        self.assertEqual(self.counts("registry.firm", path, "--yes"), (2, 0, 2, 0))
        self.assertEqual(self.firm_revision(11), revision)
        # Another file with the same firm is refused, not merged.
        other = self.path("other.csv", HEADER + firm(11).replace("示例", "另一"))
        self.assertEqual(self.counts("registry.firm", other, "--yes", code=1), (1, 0, 0, 1))

    def test_records_without_a_natural_key_are_recognised_by_file_and_line(self):
        self.counts("registry.firm", self.path("one.csv", HEADER + firm(16)), "--yes")
        path = self.path(
            "findings.csv",
            "subject,kind,severity,description,occurred_date,issuer,division\n"
            f"{credit_code(16)},inspection.inaction,一般,示例,2026/1/5,示例机关,320104\n",
        )
        self.assertEqual(self.counts("inspection.finding", path, "--yes"), (1, 1, 0, 0))
        self.assertEqual(self.counts("inspection.finding", path, "--yes"), (1, 0, 1, 0))

    def test_a_preview_files_nothing(self):
        path = self.path("preview.csv", HEADER + firm(21) + firm(22, kind="shop"))
        run = self.xince("import", "registry.firm", path, "--preview", code=1)
        self.assertIn("CELL_ENUM", run.stderr)
        self.assertIn("provider_kind", run.stderr)
        self.xince("firm", "get", credit_code(21), code=1)

    def test_a_row_may_need_another_row_of_its_file(self):
        parent = f"firms/{credit_code(31)}"
        path = self.path("branch.csv", HEADER + firm(32, kind="分支机构", parent=parent) + firm(31))
        self.assertEqual(self.counts("registry.firm", path, "--yes"), (2, 2, 0, 0))

    def test_gb18030_from_a_spreadsheet_is_read(self):
        path = self.path("gbk.csv", HEADER + firm(41), encoding="gb18030")
        run = self.xince("import", "registry.firm", path, "--yes")
        self.assertIn("GB18030", run.stderr)
        self.assertIn("示例测试41有限公司", self.xince("firm", "get", credit_code(41)).stdout)
        self.xince("import", "registry.firm", path, "--yes", "--encoding=utf-8", code=1)

    def test_more_rows_than_one_call_takes(self):
        path = self.path("many.csv", HEADER + "".join(firm(serial) for serial in range(1000, 1450)))
        self.assertEqual(self.counts("registry.firm", path, "--yes"), (450, 450, 0, 0))

    def test_the_error_file_goes_where_it_is_told(self):
        path = self.path("told.csv", HEADER + firm(51, kind="shop"))
        errors = self.path("elsewhere.csv")
        self.xince("import", "registry.firm", path, "--yes", f"--errors={errors}", code=1)
        self.assertTrue(os.path.exists(errors))

    def test_a_malformed_file_is_refused_as_a_whole(self):
        for name, content, reason in (
            ("column.csv", HEADER.replace("division", "divison") + firm(61), "CSV_COLUMN_UNKNOWN"),
            ("quote.csv", HEADER + firm(61).replace("示例", '示"例'), "CSV_QUOTE"),
            ("empty.csv", "", "CSV_EMPTY"),
        ):
            run = self.xince("import", "registry.firm", self.path(name, content), "--yes", code=1)
            self.assertIn(reason, run.stderr)

    def test_wrong_usage_ends_with_two(self):
        path = self.path("usage.csv", HEADER + firm(71))
        run = self.xince("import", "registry.firms", path, "--yes", code=2)
        self.assertIn("registry.firm", run.stderr)
        run = self.xince("import", "registry.firm", path, code=2)
        self.assertIn("--yes", run.stderr)
        self.xince("import", "registry.firm", path, "--encoding=ebcdic", code=2)
        self.xince("firm", "get", credit_code(71), code=1)
