"""A server in a directory of its own, and the command line run against it. Needs XINCE_BUILD_DIR."""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

BUILD = os.environ.get("XINCE_BUILD_DIR", "build/release")
XINCE = os.path.join(BUILD, "bin", "xince")
XINCED = os.path.join(BUILD, "bin", "xinced")
READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30

DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(serial):
    """An invented credit code, both check digits computed by GB 11714 and GB 32100."""
    body = f"TEST{serial:04d}".replace("S", "X")
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    # GB 11714 counts letters from 10 in the plain alphabet.
    inner = sum(w * int(c, 36) for w, c in zip(weights, body)) % 11
    first_17 = "91320100" + body + "0X987654321"[inner]
    total = sum(pow(3, i, 31) * DIGITS.index(c) for i, c in enumerate(first_17))
    return first_17 + DIGITS[(31 - total % 31) % 31]


class ServerTest(unittest.TestCase):
    """Every class has a server, every test the directory `self.dir`."""

    policies = "policies"
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.temp = tempfile.TemporaryDirectory(prefix="xince-cli-")
        cls.data = os.path.join(cls.temp.name, "data")
        cls.address = "unix:" + os.path.join(cls.temp.name, "s.sock")
        cls.start_server()

    @classmethod
    def tearDownClass(cls):
        cls.stop_server()
        cls.temp.cleanup()

    @classmethod
    def start_server(cls):
        cls.log = open(os.path.join(cls.temp.name, "log"), "ab")
        cls.server = subprocess.Popen(
            [
                XINCED,
                f"--data-dir={cls.data}",
                f"--grpc-address={cls.address}",
                "--metrics-address=127.0.0.1:0",
                f"--policies-dir={cls.policies}",
                "--allow-unsafe-filesystem",
                *cls.flags,
            ],
            stdout=cls.log,
            stderr=cls.log,
        )
        deadline = time.monotonic() + READY_SECONDS_MAX
        probe = [XINCED, "healthcheck", f"--grpc-address={cls.address}"]
        while subprocess.run(probe, capture_output=True, check=False).returncode != 0:
            if cls.server.poll() is not None or time.monotonic() > deadline:
                cls.log.flush()
                with open(cls.log.name, encoding="utf-8") as log:
                    raise RuntimeError("the server did not start:\n" + log.read())
            # A probe takes long enough to wait by.

    @classmethod
    def stop_server(cls):
        if cls.server.poll() is None:
            cls.server.send_signal(signal.SIGTERM)
            cls.server.wait(STOP_SECONDS_MAX)
        cls.log.close()

    def setUp(self):
        self.dir = tempfile.mkdtemp(dir=self.temp.name)

    def path(self, name, content=None, encoding="utf-8"):
        """A file of the test's directory, written when there is content."""
        path = os.path.join(self.dir, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content.encode(encoding))
        return path

    def xince(self, *args, code=0, stdin=""):
        """Runs a command and expects its exit code; None expects nothing."""
        run = subprocess.run(
            [XINCE, f"--server={self.address}", *args],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        if code is not None:
            self.assertEqual(run.returncode, code, f"{args}\n{run.stdout}\n{run.stderr}")
        return run

    def xince_json(self, *args, code=0):
        return json.loads(self.xince(*args, "--output=json", code=code).stdout)


FIRMS = "uscc,display_name,provider_kind,division,filing_date\n"
PENALTIES = (
    "subject,decision_number,penalty_name,sort,cause,basis,result,repair_class,"
    "occurred_date,decision_date,issuer,division,level\n"
)


class PenaltyTest(ServerTest):
    """A server with a firm, `self.firm`, and a penalty of a district's bureau on its file."""

    firm = credit_code(71)

    def setUp(self):
        super().setUp()
        firms = self.path("firms.csv", FIRMS + f"{self.firm},示例测试有限公司,property-firm,320104,2024-01-05\n")
        self.xince("import", "registry.firm", firms, "--yes")
        row = f"firms/{self.firm},测住建罚字〔2026〕1号,警告,warning,未公示收费,条例,警告,general,2026-01-05,2026-02-05,区住建局,320104,district\n"
        self.xince("import", "inspection.penalty", self.path("penalties.csv", PENALTIES + row), "--yes")

    def penalty(self):
        """Evidence of the penalty, once scoring has read it: that takes its own time."""
        for _ in range(600):
            run = self.xince("file", self.firm, "--output=json", code=None)
            evidence = json.loads(run.stdout).get("evidence", []) if run.returncode == 0 else []
            found = [one["evidence"]["id"] for one in evidence if one["evidence"]["kind"] == "inspection.penalty"]
            if found:
                return found[0]
        self.fail("the penalty did not arrive")
