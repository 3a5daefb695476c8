"""The requirement tables name every core row, and only tests that exist."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORE = {
    "NJ": [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15, 23, 31, 33],
    "CD": [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15],
    "SC": [1, 2, 3, 6, 7, 8, 9, 10, 14, 15, 16, 18, 19, 29],
    "SN": [5, 8],
    "SH": [1, 2, 3, 4, 5, 7, 8, 12, 13, 14, 16, 20, 23, 26, 27],
}
ROW = re.compile(r"^\| ((?:NJ|CD|SC|SN|SH)-\d+)\b")
TEST_NAME = re.compile(r"`([A-Z]\w*)?\.([A-Z]\w+)`")
DEFINED = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)


def defined_tests():
    found = set()
    for path in list(ROOT.glob("services/**/*_test.cc")) + list(ROOT.glob("tests/**/*_test.cc")):
        found.update(DEFINED.findall(path.read_text(encoding="utf-8")))
    return found


def check(text, tests):
    """Yields what is wrong with the tables in a text."""
    for line in text.splitlines():
        row = ROW.match(line)
        if not row:
            continue
        suite = None
        # The last cell names tests; the others name messages and fields, which look alike.
        for named_suite, case in TEST_NAME.findall(line.rstrip(" |").rsplit("|", 1)[-1]):
            suite = named_suite or suite
            if (suite, case) not in tests:
                yield f"{row.group(1)}: there is no test {suite}.{case}"


def main():
    tests = defined_tests()
    # The check itself must be able to fail.
    assert list(check("| NJ-01 | x | y | `Nobody.WroteThis` |", tests)), "the check finds nothing"
    problems = []
    rows = set()
    for path in [ROOT / "docs/requirements.md", *sorted(ROOT.glob("docs/requirements/*.md"))]:
        text = path.read_text(encoding="utf-8")
        rows.update(match.group(1) for match in map(ROW.match, text.splitlines()) if match)
        problems += [f"{path.relative_to(ROOT)}: {problem}" for problem in check(text, tests)]
    for city, numbers in CORE.items():
        for number in numbers:
            row = f"{city}-{number:02d}"
            if row not in rows:
                problems.append(f"{row} is in no table")
    print("\n".join(problems) or f"{len(rows)} rows, {len(tests)} tests known")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
