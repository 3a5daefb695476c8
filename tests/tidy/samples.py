"""Samples for tidy.py: every rule broken once, and its nearest lawful neighbour.

BAD is (path, text, line, words of the message): exactly that one finding must come out. GOOD is
(path, text): nothing may come out. A rule without a bad sample fails the self-test.
"""

GUARD = "#ifndef {0}\n#define {0}\n{1}\n#endif  // {0}\n"
ADR = (
    "# Journal in one file\n\n## Status\nAccepted\n\n## Context\n\n## Decision\n\n## Consequences\n"
)
T = "TO" "DO"

BAD = [
    (
        "services/a/a.cc",
        "#include <string>\nvoid F(std::string_view s);\n",
        2,
        "std::string_view is banned",
    ),
    ("services/a/a.cc", "absl::optional<int> F();\n", 1, "use std::optional"),
    ("services/a/a.cc", "absl::variant<int> F();\n", 1, "use std::optional, std::variant"),
    (
        "services/a/a.h",
        GUARD.format("SERVICES_A_A_H_", "std::shared_mutex mutex_;"),
        3,
        "a bare lock",
    ),
    ("services/a/a.cc", "absl::MutexLock lock(&mutex);\n", 1, "a bare lock"),
    ("services/a/a.cc", "int f;\nauto now = absl::Now();\n", 2, "operating system's clock"),
    (
        "services/a/a.cc",
        "auto now = std::chrono::system_clock::now();\n",
        1,
        "operating system's clock",
    ),
    ("services/a/a.cc", "auto now = time(nullptr);\n", 1, "operating system's clock"),
    ("services/a/a.cc", "int die = rand() % 6;\n", 1, "unseeded randomness"),
    ("tests/a/a_test.cc", "std::random_device device;\n", 1, "unseeded randomness"),
    ("services/a/a_test.cc", "absl::SleepFor(absl::Seconds(1));\n", 1, "sleeping"),
    ("tests/a/a.cc", "usleep(10);\n", 1, "sleeping"),
    ("services/journal/sqlite_journal.cc", 'redisCommand(c, "GET a");\n', 1, "a direct Redis call"),
    ("services/a/a.cc", "auto* r = context->DefaultReactor();\n", 1, "default reactor"),
    ("services/a/a_test.cc", "TEST(A, B) { GTEST_SKIP(); }\n", 1, "a skipped test"),
    ("services/a/a_test.cc", "TEST(A, DISABLED_B) {}\n", 1, "a skipped test"),
    ("services/a/a.cc", "std::cout << 1;\n", 1, "printing is banned"),
    # The words after a literal with an escaped quote and after a raw string are code again.
    ("services/a/a.cc", 'auto s = "\\"//"; std::cerr << s;\n', 1, "printing is banned"),
    ("services/a/a.cc", 'auto s = R"x(" // )")x"; std::cerr << s;\n', 1, "printing is banned"),
    (
        "services/scoring/evaluate/points.cc",
        "int a;\ndouble points = 1;\n",
        2,
        "floating point in scoring",
    ),
    ("services/feeds/firm.cc", "#include <grpcpp/server.h>\n", 1, "a gRPC header"),
    (
        "services/runtime/server.h",
        GUARD.format("SERVICES_RUNTIME_SERVER_H_", "#include <grpcpp/server.h>"),
        3,
        "a gRPC header",
    ),
    ("services/apps/main.cc", '#include "xince/credit/v1/credit.grpc.pb.h"\n', 1, "a gRPC header"),
    ("services/a/a_test.cc", 'Connect("127.0.0.1:7300");\n', 1, "port 7300 in a test"),
    ("tests/process/x.py", "dial('localhost:80')\n", 1, "port 80 in a test"),
    ("services/a/b_c.h", GUARD.format("SERVICES_A_B_H_", "int a;"), 1, "must be SERVICES_A_B_C_H_"),
    (
        "services/a/b.h",
        "#ifndef SERVICES_A_B_H_\n#define SERVICES_A_B_H_\n#endif\n",
        3,
        "must end with",
    ),
    ("services/a/b.h", "#pragma once\n", 1, "must be SERVICES_A_B_H_"),
    ("services/a/long.cc", "int a;\n" * 701, 701, "has 701 lines"),
    ("services/a/a.cc", "// " + "信" * 108 + "\n", 1, "the comment has 111 columns"),
    ("proto/xince/a/v1/a.proto", "// " + "x" * 108 + "\n", 1, "the comment has 111 columns"),
    ("docs/a.md", f"fine\n{T}: write\n", 2, "an unfinished mark"),
    ("services/a/a.cc", f"// {T}(somebody) no colon\n", 1, "an unfinished mark"),
    ("services/a/a.cc", "int a;  // Good enough for now.\n", 1, "a provisional comment"),
    ("services/a/CMakeLists.txt", "# Placeholder for the rest\n", 1, "a provisional comment"),
    ("scripts/x", "cd /root/xince\n", 1, "a path of one machine"),
    ("docs/a.md", "see /home/someone/notes\n", 1, "a path of one machine"),
    ("deploy/Dockerfile", "FROM docker.io/debian:12\n", 1, "the host of a package registry"),
    (
        "tools/a.json",
        '{"url": "https://registry.example.org/x"}\n',
        1,
        "the host of a package registry",
    ),
    ("services/CMakeLists.txt", "project(a)\nfile(GLOB sources *.cc)\n", 2, "file(GLOB is banned"),
    (
        "services/CMakeLists.txt",
        "xince_library(NAME a\n  SRCS a.cc\n  DEPS xince::b c LABELS unit)\n",
        3,
        "the bare target c",
    ),
    (
        "services/journal/sqlite.cc",
        "#include <hiredis/hiredis.h>\n",
        1,
        "hiredis is banned in a pure library",
    ),
    (
        "services/type/uscc.cc",
        '#include "services/runtime/rpc_service.h"\n',
        1,
        "gRPC is banned in a pure",
    ),
    ("services/scoring/policy/store.cc", "SystemClock clock;\n", 1, "SystemClock is banned here"),
    (
        "services/journal/CMakeLists.txt",
        "xince_library(NAME journal DEPS gRPC::grpc++)\n",
        1,
        "must not link gRPC::grpc++",
    ),
    ("docs/adr/journal.md", ADR, 1, "the name of a decision"),
    ("docs/adr/2026-13-01-journal.md", ADR, 1, "the name of a decision"),
    (
        "docs/adr/2026-11-21-journal.md",
        ADR.replace("# Journal", "Journal", 1),
        1,
        "begin with `# Title`",
    ),
    (
        "docs/adr/2026-11-21-journal.md",
        ADR.replace("## Context\n", ""),
        1,
        "must have, in this order",
    ),
]

GOOD = [
    ("services/a/a.cc", "// Never absl::Now(), std::mutex or rand().\nabsl::string_view F();\n"),
    ("services/a/a.cc", 'Log("std::cout sleep_for(");\n/* double\n std::cerr */\n'),
    ("services/a/a.cc", "constexpr int kBytesMax = 1'000'000;  // std::mutex\n"),
    ("services/a/a.cc", "std::cerr << why;\nstd::abort();\n"),
    ("services/a/a.cc", "clock.time(nullptr); x.sleep(1); entry->record_time(0); operand(1);\n"),
    # How long a wait lasted is not what time it is.
    ("services/a/a.cc", "const auto start = std::chrono::steady_clock::now();\n"),
    ("tests/bench/load.cc", "auto deadline = std::chrono::system_clock::now();\n"),
    ("services/runtime/clock.cc", "return absl::Now();\n"),
    ("services/runtime/server.cc", "#include <grpcpp/server.h>\n"),
    ("services/journal/redis_connection.cc", "#include <hiredis/hiredis.h>\nredisCommand(c);\n"),
    ("services/journal/journal_service.h", GUARD.format("SERVICES_JOURNAL_JOURNAL_SERVICE_H_", '#include "services/runtime/rpc_service.h"')),
    ("services/feeds/a.cc", "double mean;  // Only scoring counts in integers.\n"),
    ("services/apps/main.cc", "std::cout << 1;\n"),
    ("services/a/a_test.cc", 'Connect("127.0.0.1:0"); Connect("127.0.0.1:1"); Connect("127.0.0.1:65536"); At("08:30");\n'),
    ("services/runtime/config_test.cc", 'Expect("127.0.0.1:7300");\n'),
    ("services/a/b_c.h", GUARD.format("SERVICES_A_B_C_H_", "int a;")),
    ("services/a/long.cc", "int a;\n" * 700),
    ("services/a/a.cc", "// " + "x" * 107 + "\n// https" + "://" + "x" * 200 + "\n"),
    ("docs/a.md", f"{T}(somebody): say why; /tmp and /var/lib/xince are everybody's\n"),
    ("services/a/a.cc", "// Refused for now when the disk is full: retry.\n"),
    (
        "services/CMakeLists.txt",
        "# file(GLOB is banned\nxince_test(NAME a SRCS a.cc DEPS xince::b ${C} LABELS unit)\n",
    ),
    ("docs/adr/2026-11-21-journal.md", ADR + "\n## Notes\n"),
    ("docs/adr/README.md", "The decisions, by date.\n"),
]

# A pure library that reaches gRPC through a header of the project: found through the chain.
CHAIN = {
    "services/type/a.cc": '#include "services/type/a.h"\n',
    "services/type/a.h": GUARD.format("SERVICES_TYPE_A_H_", '#include "services/other/b.h"'),
    "services/other/b.h": GUARD.format(
        "SERVICES_OTHER_B_H_", '#include "services/runtime/rpc_service.h"'
    ),
}

LINKS = {
    "services/runtime/CMakeLists.txt": "xince_library(NAME rpc DEPS gRPC::grpc++)\n",
    "services/feeds/CMakeLists.txt": "xince_library(NAME feed DEPS xince::rpc)\n",
    "services/journal/CMakeLists.txt": "# Pure.\nxince_library(NAME journal SRCS a.cc DEPS xince::middle)\n"
    "xince_library(NAME middle DEPS xince::rpc)  # gRPC::grpc++\n"
    "xince_library(NAME journal_service DEPS xince::rpc)\n"
    "xince_library(NAME redis_journal DEPS PkgConfig::HIREDIS)\n"
    "xince_library(NAME sqlite DEPS PkgConfig::HIREDIS)\n",
}


def run(tidy):
    """Status 0 when every bad sample is found, once, and no good one is."""
    failures = []

    def expect(name, texts, wanted):
        found = tidy.findings(tidy.Tree(texts))
        matches = len(found) == len(wanted) and all(
            (path, line) == (p, n) and words in text
            for (path, line, text), (p, n, words) in zip(found, wanted)
        )
        if not matches:
            failures.append(f"{name}: wanted {wanted}, found {found}")

    for path, text, line, words in BAD:
        expect(f"bad sample {path}", {path: text}, [(path, line, words)])
    for path, text in GOOD:
        expect(f"good sample {path}", {path: text}, [])
    expect(
        "chain of headers",
        CHAIN,
        [
            ("services/type/a.cc", 1, "a.h > services/other/b.h > services/runtime/rpc_service.h"),
            ("services/type/a.h", 3, "services/other/b.h > services/runtime/rpc_service.h"),
        ],
    )

    links = "services/journal/CMakeLists.txt"
    expect(
        "link lines",
        LINKS,
        [
            (links, 2, "must not link gRPC::grpc++ (xince::middle > xince::rpc > gRPC::grpc++)"),
            (links, 3, "xince::middle is pure and must not link gRPC::grpc++"),
            (links, 6, "xince::sqlite is pure and must not link PkgConfig::HIREDIS"),
        ],
    )

    # Without a rule, its samples must go unnoticed: each rule is needed by at least one.
    every_rule = list(tidy.RULES)
    for rule in every_rule:
        tidy.RULES[:] = [other for other in every_rule if other is not rule]
        if all(tidy.findings(tidy.Tree({path: text})) for path, text, _, _ in BAD):
            failures.append(f"no sample breaks {rule.__name__}")
    tidy.RULES[:] = every_rule
    for pattern, name, _, _ in tidy.BANNED_CODE:
        if not any(tidy.re.search(pattern, text) for _, text, _, _ in BAD):
            failures.append(f"no sample contains {name}")

    for failure in failures:
        print(failure)
    print(f"{len(BAD)} bad samples, {len(GOOD)} good ones, {len(failures)} failures")
    return 1 if failures else 0
