#!/usr/bin/env python3
"""House rules that no linter knows.

usage: tidy.py               checks the repository this file is in
       tidy.py --self-test   breaks every rule once and sees that it is reported, and nothing else is

Prints `path:line: error: ...` for each finding and ends with status 1 if there are any. Standard
library only. A rule is a function over the tree; add one to RULES together with its samples.
"""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SERVICE_FILE_LINES_MAX = 700
COMMENT_COLUMNS_MAX = 110  # A word more than code may have.
# Carried files of other projects and generated lists of packages are not ours to style.
CARRIED = re.compile(r"^(proto/google/|LICENSE$|.*package-lock\.json$)")
# This file and its samples have to spell what they ban.
OWN = "tests/tidy/"
CPP = re.compile(r"\.(h|cc)$")
TEST = re.compile(r"(_test\.cc$|^tests/)")


class Tree:
    """Files by path. Texts are read once; C++ also comes without comments or literals."""

    def __init__(self, texts):
        self.texts = texts
        self._code = {}

    def paths(self, pattern):
        return [path for path in sorted(self.texts) if re.search(pattern, path)]

    def lines(self, path):
        return self.texts[path].split("\n")

    def code(self, path):
        """Lines of a C++ file with comments and the insides of literals blanked."""
        if path not in self._code:
            self._code[path] = blank_comments_and_literals(self.texts[path]).split("\n")
        return self._code[path]


LEXEME = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)")
      | (?P<include>^[ ]*\#[ ]*include[^\n]*)
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<char>(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])*')""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def blank_comments_and_literals(text):
    def blank(match):
        if match.lastgroup == "include" or match.group("include"):
            return re.sub(r"//.*|/\*.*?\*/", lambda m: " " * len(m.group()), match.group())
        return re.sub(r"[^\n]", " ", match.group())

    return LEXEME.sub(blank, text)


def read_tree():
    """Tracked files and new ones that are not ignored; every file where there is no git."""
    try:
        listed = (
            subprocess.run(
                ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                cwd=ROOT,
                check=True,
                capture_output=True,
            )
            .stdout.decode()
            .split("\0")
        )
    except (OSError, subprocess.CalledProcessError):
        listed = []
        for folder, folders, names in os.walk(ROOT):
            folders[:] = [f for f in folders if f not in (".git", "build", "var", "node_modules")]
            listed += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names]
    texts = {}
    for path in filter(None, listed):
        full = os.path.join(ROOT, path)
        if CARRIED.search(path) or path.startswith(OWN) or not os.path.isfile(full):
            continue
        try:
            with open(full, encoding="utf-8") as file:
                texts[path] = file.read()
        except UnicodeDecodeError:
            pass  # Not text.
    return Tree(texts)


# --- Words that are banned in code, and what to use instead. ---------------------------------------
# (pattern, what it is called, what to use, where it is allowed)

LOCKS = (
    r"\bstd::(recursive_|timed_|shared_)?mutex\b|\bstd::(lock_guard|unique_lock|scoped_lock|"
    r"shared_lock|condition_variable\w*)\b|\babsl::(Mutex\w*|CondVar|ReaderMutexLock|WriterMutexLock)\b"
)
NOW = (
    r"\babsl::Now\s*\(|\b(system|high_resolution)_clock\b|(?<![\w.>:])(std::|::)?time\s*\(\s*"
    r"(nullptr|NULL|0|&)|\b(gettimeofday|clock_gettime|localtime\w*|gmtime\w*)\s*\("
)
BANNED_CODE = [
    (
        r"\bstd::string_view\b",
        "std::string_view",
        "absl::string_view (a distinct type here, and the one Status and StrCat take)",
        r"^$",
    ),
    (
        r"\babsl::(optional|variant|any)\b",
        "Abseil's optional, variant and any",
        "std::optional, std::variant, std::any",
        r"^$",
    ),
    (LOCKS, "a bare lock", "services/runtime/mutex.h", r"^services/runtime/(mutex\.h|log\.cc)$"),
    (
        NOW,
        "the operating system's clock",
        "the Clock passed in (services/runtime/clock.h)",
        r"^(services/runtime|tests/bench)/",  # A benchmark measures real time.
    ),
    (
        r"(?<![\w.>:])(std::|::)?s?rand\s*\(|\bstd::random_device\b|\babsl::(InsecureBitGen|BitGen)\b",
        "unseeded randomness",
        "an id or a seed passed in",
        r"^services/runtime/",
    ),
    (
        r"\bsleep_for\b|\bsleep_until\b|\babsl::SleepFor\b|(?<![\w.>:])(::)?(u|nano)?sleep\s*\(",
        "sleeping",
        "a fake clock, a condition or a deadline",
        r"^services/runtime/",
    ),
    (
        r"\bredisCommand\w*\s*\(",
        "a direct Redis call",
        "the connection of services/journal/redis",
        r"^services/journal/redis",
    ),
    (
        r"\bDefaultReactor\s*\(",
        "gRPC's default reactor",
        "the RPC door of services/runtime",
        r"^services/runtime/",
    ),
    (r"\b(GTEST_SKIP|DISABLED_\w+)\b", "a skipped test", "a test that runs, or none", r"^$"),
    (
        r"\bstd::(cout|cerr|clog)\b",
        "printing",
        "the log, or an absl::Status",
        r"^(services/apps/|tests/)",
    ),
]


def banned_code(tree):
    for path in tree.paths(CPP):
        code = tree.code(path)
        for pattern, name, use, allowed in BANNED_CODE:
            if re.search(allowed, path):
                continue
            for number, line in enumerate(code, 1):
                # A programming error says why before it ends the process.
                dying = name == "printing" and "abort" in "".join(code[number : number + 2])
                if re.search(pattern, line) and not dying:
                    yield path, number, f"{name} is banned, use {use}"


def floating_point_in_scoring(tree):
    for path in tree.paths(r"^services/scoring/.*\.(h|cc)$"):
        for number, line in enumerate(tree.code(path), 1):
            if re.search(r"\b(double|float)\b", line):
                yield path, number, "floating point in scoring is banned, use integer hundredths"


def grpc_headers(tree):
    """gRPC's headers are slow to compile and stay behind the doors of services/runtime."""
    for path in tree.paths(CPP):
        if re.search(r"^(services/runtime/\w+(\.cc|_internal\.h)|tests/)", path):
            continue
        for number, line in enumerate(tree.code(path), 1):
            if re.search(r'#\s*include\s*[<"](grpc|grpcpp)/|\.grpc\.pb\.h"', line):
                yield path, number, "a gRPC header is banned, use rpc_service.h, server.h or client.h of services/runtime"


def ports_in_tests(tree):
    """Two tests at a time, several check-outs on a machine: a fixed port collides."""
    address = re.compile(r"(127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1?\]):([1-9][0-9]*)")
    for path in tree.paths(r"(_test\.cc$|^tests/.*\.(cc|h|py|mjs)$)"):
        # Texts of configurations, read and compared; nothing listens there.
        if re.search(r"(config_test\.cc$|^tests/chart/)", path):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            for match in address.finditer(line):
                # Port 1 stands for an address where nobody listens; beyond 65535 there is none.
                if 1 < int(match.group(2)) <= 65535:
                    yield path, number, f"port {match.group(2)} in a test is banned, use port 0"


def header_guards(tree):
    for path in tree.paths(r"\.h$"):
        guard = re.sub(r"[^A-Z0-9]", "_", path.upper()) + "_"
        directives = [
            (n, l.strip()) for n, l in enumerate(tree.lines(path), 1) if l.startswith("#")
        ]
        expected = [f"#ifndef {guard}", f"#define {guard}"]
        if [line for _, line in directives[:2]] != expected:
            number = directives[0][0] if directives else 1
            yield path, number, f"the header guard must be {guard}"
        elif not re.match(r"#endif\s+// " + guard + "$", directives[-1][1]):
            yield path, directives[-1][0], f"the guard must end with #endif  // {guard}"


def file_length(tree):
    for path in tree.paths(r"^services/.*\.(h|cc)$"):
        count = tree.texts[path].count("\n")
        if count > SERVICE_FILE_LINES_MAX:
            yield path, SERVICE_FILE_LINES_MAX + 1, (
                f"the file has {count} lines, the limit is {SERVICE_FILE_LINES_MAX}: one subject a file"
            )


def comment_width(tree):
    """clang-format keeps code within the limit and leaves comments as they were written."""
    for path in tree.paths(r"\.(h|cc)$|^proto/xince/.*\.proto$"):
        for number, line in enumerate(tree.lines(path), 1):
            if (
                len(line) > COMMENT_COLUMNS_MAX
                and line.lstrip().startswith("//")
                and "://" not in line
            ):
                yield path, number, f"the comment has {len(line)} columns, the limit is {COMMENT_COLUMNS_MAX}"


# --- Every text: promises to finish later, traces of a machine. -------------------------------------

TEXT = r"\.(h|cc|proto|py|mjs|js|ts|txt|cmake|md|yaml|yml|json|textproto|tpl|csv)$|^(scripts|deploy|\.ci)/|file$"
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\([a-z][\w.-]*\): \S)")
PROVISIONAL = re.compile(
    r"(//|#|/?\*).*(\bfor now\s*[,;:.]|, for now\b|\bplaceholder\b|\btemporary workaround\b)",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(r"(?<![\w./-])/(work|root|home/\w+|Users/\w+|tmp/[a-z])(/|\b)")
REGISTRY_HOST = re.compile(
    r"https?://(registry|proxy|deb|index|files|static|repo1?)\.[\w.-]+\.(org|com|io)\b"
    r"|\b(ghcr|quay|docker|gcr)\.io\b"
)


def unfinished(tree):
    for path in tree.paths(TEXT):
        for number, line in enumerate(tree.lines(path), 1):
            if UNFINISHED.search(line):
                yield path, number, "an unfinished mark without a name is banned, use TODO(name): why"
            if re.search(r"\.(h|cc|proto|py|cmake|txt)$", path) and PROVISIONAL.search(line):
                yield path, number, "a provisional comment is banned, use the present tense or finish it"


def machine_traces(tree):
    for path in tree.paths(TEXT):
        for number, line in enumerate(tree.lines(path), 1):
            if MACHINE_PATH.search(line):
                yield path, number, "a path of one machine is banned, use one relative to the repository"
            if REGISTRY_HOST.search(line):
                yield path, number, "the host of a package registry is banned, use the tool's own setting"


# --- Build files. -----------------------------------------------------------------------------------

CMAKE = r"(^|/)CMakeLists\.txt$|\.cmake$"
CALL = re.compile(r"\bxince_(library|binary|test|proto_library)\s*\(([^()]*)\)", re.DOTALL)
KEYWORDS = {"NAME", "HDRS", "SRCS", "DEPS", "LABELS", "TIMEOUT", "ARGS", "PROTOS"}


def cmake_globs(tree):
    for path in tree.paths(CMAKE):
        for number, line in enumerate(tree.lines(path), 1):
            if re.search(r"(?i)\bfile\s*\(\s*GLOB", line.split("#")[0]):
                yield path, number, "file(GLOB is banned, use explicit lists"


def cmake_aliases(tree):
    for path in tree.paths(CMAKE):
        text = re.sub(r"#[^\n]*", lambda m: " " * len(m.group()), tree.texts[path])
        for call in CALL.finditer(text):
            keyword = None
            for word in re.finditer(r"\S+", call.group(2)):
                token = word.group()
                if token in KEYWORDS:
                    keyword = token
                elif keyword == "DEPS" and "::" not in token and not token.startswith("$"):
                    number = text.count("\n", 0, call.start(2) + word.start()) + 1
                    yield path, number, f"the bare target {token} is banned, use an alias such as xince::{token}"


# --- Who may include whom. --------------------------------------------------------------------------

PURE = r"^services/(journal|type|scoring/evaluate|scoring/policy)/.*\.(h|cc)$"
PURE_FOLDER = r"^services/(journal|type|scoring/evaluate|scoring/policy)/"
REDIS = r"^services/journal/redis"
FORBIDDEN_HEADERS = [
    (
        re.compile(r"^(grpc|grpcpp)/|\.grpc\.pb\.h$|^services/runtime/(rpc|server|client)"),
        "gRPC",
        r"^$",
    ),
    (re.compile(r"^hiredis"), "hiredis", REDIS),
]


def includes(tree, path):
    for number, line in enumerate(tree.code(path), 1):
        match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1)


def dependency_rule(tree):
    """The journal, the value types, the evaluator and the policy store are pure: what they include,
    directly or through headers of the project, is no gRPC and no Redis, and they are handed the time.
    """
    for path in tree.paths(PURE):
        if re.search(r"_test\.cc$|_testing\.h$|_conformance\.(h|cc)$|_service\.(h|cc)$", path):
            continue
        for number, line in enumerate(tree.code(path), 1):
            if re.search(r"\bSystemClock\b", line):
                yield path, number, "SystemClock is banned here, use the Clock passed in"
        for number, header in includes(tree, path):
            seen, queue = set(), [(header, header)]
            while queue:
                name, chain = queue.pop()
                if name in seen:
                    continue
                seen.add(name)
                for pattern, library, allowed in FORBIDDEN_HEADERS:
                    if pattern.search(name) and not re.search(allowed, path):
                        yield path, number, (
                            f"{library} is banned in a pure library, use the port it implements ({chain})"
                        )
                if name in tree.texts:
                    queue += [(n, f"{chain} > {n}") for _, n in includes(tree, name)]


def link_rule(tree):
    """The same by link lines, through every library they link."""
    libraries = {}
    for path in tree.paths(CMAKE):
        text = re.sub(r"#[^\n]*", lambda m: " " * len(m.group()), tree.texts[path])
        for call in CALL.finditer(text):
            words, keyword, name, dependencies = call.group(2).split(), None, None, []
            for word in words:
                if word in KEYWORDS:
                    keyword = word
                elif keyword == "NAME":
                    name = word
                elif keyword == "DEPS":
                    dependencies.append(word)
            if call.group(1) in ("library", "proto_library"):
                number = text.count("\n", 0, call.start()) + 1
                libraries["xince::" + (name or "")] = (path, number, dependencies)
    for library, (path, number, dependencies) in libraries.items():
        if not re.search(PURE_FOLDER, path) or library.endswith("_service"):
            continue
        seen, queue = set(), [(d, d) for d in dependencies]
        while queue:
            name, chain = queue.pop()
            if name in seen:
                continue
            seen.add(name)
            redis = name == "PkgConfig::HIREDIS" and not library.startswith("xince::redis_")
            if name.startswith("gRPC::") or redis:
                yield path, number, f"{library} is pure and must not link {name} ({chain})"
            if name in libraries:
                queue += [(d, f"{chain} > {d}") for d in libraries[name][2]]


# --- Decisions. -------------------------------------------------------------------------------------

ADR_SECTIONS = ["Status", "Context", "Decision", "Consequences"]


def decisions(tree):
    for path in tree.paths(r"^docs/adr/"):
        name = path.rsplit("/", 1)[1]
        if name == "README.md":
            continue
        if not re.match(
            r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])-[a-z0-9]+(-[a-z0-9]+)*\.md$", name
        ):
            yield path, 1, "the name of a decision must be YYYY-MM-DD-title.md"
            continue
        lines = tree.lines(path)
        if not re.match(r"# \S", lines[0]):
            yield path, 1, "a decision must begin with `# Title`"
        found = [line[3:].strip() for line in lines if line.startswith("## ")]
        if [section for section in found if section in ADR_SECTIONS] != ADR_SECTIONS:
            yield path, 1, "a decision must have, in this order: " + ", ".join(
                f"## {s}" for s in ADR_SECTIONS
            )


RULES = [
    banned_code,
    floating_point_in_scoring,
    grpc_headers,
    ports_in_tests,
    header_guards,
    file_length,
    comment_width,
    unfinished,
    machine_traces,
    cmake_globs,
    cmake_aliases,
    dependency_rule,
    link_rule,
    decisions,
]


def findings(tree):
    return sorted({(path, line, text) for rule in RULES for path, line, text in rule(tree)})


def main():
    if sys.argv[1:] == ["--self-test"]:
        sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
        import samples

        return samples.run(sys.modules[__name__])
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    found = findings(read_tree())
    for path, line, text in found:
        print(f"{path}:{line}: error: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
