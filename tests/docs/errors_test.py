"""docs/errors.md lists every reason the code gives, and none that it does not."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
REASON = re.compile(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"')
# Reasons of one word look like any other upper-case text and are listed by hand.
ONE_WORD = {
    "CANCELLED",
    "INTERNAL",
    "OVERLOADED",
    "SUCCESSION",
    "TRANSPORT",
    "UNCLASSIFIED",
    "UNREACHABLE",
}
# Upper-case words that are no reasons: names of the environment, of health, and of the API.
NO_REASON = {"XINCE_ACTOR", "XINCE_SERVER", "NOT_SERVING"}
ROW = re.compile(r"^\| ([A-Z][A-Z0-9_]+) \|", re.MULTILINE)
TEST_CODE = re.compile(r"_test\.|/testing/|/testdata/|_fixture|conformance|field_rules_limits|memory_journal")


def in_code():
    found = {}
    for path in sorted(ROOT.glob("services/**/*.cc")) + sorted(ROOT.glob("services/**/*.h")):
        name = str(path.relative_to(ROOT))
        if TEST_CODE.search(name):
            continue
        text = path.read_text(encoding="utf-8")
        for reason in REASON.findall(text):
            found.setdefault(reason, name)
        for reason in ONE_WORD:
            if f'"{reason}"' in text:
                found.setdefault(reason, name)
    return {reason: name for reason, name in found.items() if reason not in NO_REASON}


def differences(code, listed):
    for reason in sorted(set(code) - set(listed)):
        yield f"{code[reason]}: {reason} is not in docs/errors.md"
    for reason in sorted(set(listed) - set(code)):
        yield f"docs/errors.md: nothing gives {reason}"
    for reason in sorted({r for r in listed if listed.count(r) > 1}):
        yield f"docs/errors.md: {reason} stands twice"


def main():
    listed = ROW.findall((ROOT / "docs/errors.md").read_text(encoding="utf-8"))
    code = in_code()
    # The comparison itself must be able to fail.
    assert list(differences({"A_B": "x"}, [])) and list(differences({}, ["A_B"]))
    problems = list(differences(code, listed))
    print("\n".join(problems) or f"{len(listed)} reasons")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
