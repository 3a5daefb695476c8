"""Runs the README's commands against a server with the demonstration register and compares what they print."""

import glob
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADDRESS = re.compile(r"127\.0\.0\.1:\d+")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
# Revisions, digests and their beginnings.
VOLATILE = re.compile(r"\d{16}:[0-9a-f]{16}|\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b")


def examples(text):
    """(command, expected output) of every console block."""
    for block in BLOCK.findall(text):
        command, _, output = block.partition("\n")
        assert command.startswith("$ "), command
        yield command[2:], output


def same(expected, found):
    return VOLATILE.sub("…", expected).strip() == VOLATILE.sub("…", found).strip()


class Server:
    def __init__(self, build):
        self.directory = tempfile.TemporaryDirectory(prefix="xince-readme-", dir="/var/tmp")
        self.process = subprocess.Popen(
            [
                f"{build}/bin/xinced",
                "--target=all",
                f"--data-dir={self.directory.name}",
                "--grpc-address=127.0.0.1:0",
                "--metrics-address=127.0.0.1:0",
                "--allow-unsafe-filesystem",
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stderr.readline()
        self.address = re.search(r'"address":"([^"]+)"', line).group(1)
        for line in self.process.stderr:
            if '"message":"ready"' in line and "module" not in line:
                break

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.stderr.close()
        self.process.wait(timeout=60)
        self.directory.cleanup()


def run(command, address, build):
    buf = glob.glob(str(ROOT / "tools/node_modules/@bufbuild/buf-linux-*/bin/buf"))
    command = ADDRESS.sub(address, command).replace("build/release", str(build))
    if command.startswith("buf "):
        assert buf, "buf is not installed: scripts/install test"
        command = buf[0] + command[3:]
    done = subprocess.run(
        command,
        shell=True,
        cwd=ROOT,
        env={**os.environ, "XINCE_SERVER": address},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + (done.stderr if done.returncode else "")


def main():
    build = pathlib.Path(os.environ.get("XINCE_BUILD_DIR", ROOT / "build/release"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    # The comparison itself must be able to fail.
    assert not same("得分 81.00", "得分 82.00"), "the comparison finds nothing"
    for script in ("scripts/run", "scripts/test"):
        assert script in text and os.access(ROOT / script, os.X_OK), script
    failed = 0
    with Server(build) as server:
        began = time.monotonic()
        loaded = run("build/release/bin/xince demo load", server.address, build)
        print(f"demonstration register: {time.monotonic() - began:.1f} s")
        commands = list(examples(text))
        assert len(commands) >= 3, "the README shows three things to try"
        for command, expected in commands:
            found = run(command, server.address, build)
            good = same(expected, found)
            print("ok  " if good else "FAIL", command)
            if not good:
                failed += 1
                print("--- expected\n" + expected + "--- found\n" + found)
        if failed:
            print(loaded)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
