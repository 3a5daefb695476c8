"""Kills a journal's process, or cuts its power, and counts what was acknowledged and is gone.

    crash_test.py kill  [--rounds N]               kill -9, restart on the same files
    crash_test.py power [--rounds N] [--names early]  power loss, by the preloaded library
    crash_test.py control [--rounds N]             the same with synchronous=NORMAL and OFF, which must lose

Fails when a line that was acknowledged is not in the journal at its revision, when an entry is there
twice, when an entry's chain value is wrong, or when the control loses nothing: then this test would
not notice a loss either. Needs XINCE_BUILD_DIR.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("XINCE_BUILD_DIR", "build/release")
WRITER = os.path.join(BUILD, "test", "journal_writer")
SHIM = os.path.join(BUILD, "test", "libpower_loss.so")
THREADS = 8
READY_SECONDS_MAX = 2.0
# Small, so that a round has many checkpoints.
WAL_PAGES = 100
# Never reached: a checkpoint syncs at NORMAL too, and a cut during one would lose nothing.
CONTROL_WAL_PAGES = 1000000
# Power cuts that one journal goes through before the next one begins.
CUTS_EACH = 4


class Journal:
    """What a journal's file holds, read without our code; remembers how far it was checked."""

    def __init__(self, path):
        self.path = path
        self.revision = 0
        self.chain = bytes(32)
        self.payloads = {}
        self.revisions = {}
        self.problems = []

    def read_on(self):
        """Checks the entries since the last time."""
        database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            if self.revision:
                row = database.execute("SELECT chain FROM entry WHERE revision=?", (self.revision,)).fetchone()
                if row is None or row[0] != self.chain:
                    self.problems.append(f"revision {self.revision} was there and is gone or changed")
            rows = database.execute(
                "SELECT revision, stored, chain FROM entry WHERE revision>? ORDER BY revision", (self.revision,)
            )
            for revision, stored, chain in rows:
                self.check(revision, stored, chain)
        finally:
            database.close()

    def check(self, revision, stored, chain):
        if revision != self.revision + 1:
            self.problems.append(f"revision {self.revision + 1} is missing")
        if hashlib.sha256(b"\x02" + self.chain + stored).digest() != chain:
            self.problems.append(f"revision {revision} has a wrong chain value")
        payload = payload_of(stored)
        if payload in self.revisions:
            self.problems.append(f"{payload} is at {self.revisions[payload]} and again at {revision}")
        self.payloads[revision] = payload
        self.revisions[payload] = revision
        self.revision, self.chain = revision, chain

    def lost(self, acks):
        """Acknowledged lines that are not in the journal where they were said to be."""
        return [ack for ack in acks if self.payloads.get(ack[2]) != f"{ack[0]}/{ack[1]}"]


def payload_of(stored):
    at = 17
    for _ in range(2):
        at += 4 + struct.unpack(">I", stored[at : at + 4])[0]
    return stored[at + 4 :].decode()


def run_and_kill(database, acks_path, seconds, synchronous=2, environment=None, wal_pages=WAL_PAGES):
    """Starts a writer, kills it after `seconds`, and returns its acknowledgements."""
    start = os.path.getsize(acks_path) if os.path.exists(acks_path) else 0
    writer = subprocess.Popen(
        [WRITER, database, acks_path, str(synchronous), str(THREADS), str(wal_pages)],
        env={**os.environ, **(environment or {})},
    )
    time.sleep(seconds)
    if writer.poll() is not None:
        raise SystemExit(f"the writer ended by itself with {writer.returncode}")
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    lines = []
    if os.path.exists(acks_path):
        with open(acks_path, encoding="ascii") as file:
            file.seek(start)
            lines = file.read().split("\n")
    words = [line.split() for line in lines]
    return [(int(w[0]), int(w[1]), int(w[2])) for w in words if len(w) == 3]


def reopen(database, acks_path):
    """Opens and reads the journal by the engine itself."""
    begun = time.monotonic()
    result = subprocess.run([WRITER, database, acks_path, "2", "0", str(WAL_PAGES)], check=False, capture_output=True, text=True)
    return result.returncode == 0, time.monotonic() - begun, result.stderr


def kill_rounds(rounds, directory):
    database, acks_path = os.path.join(directory, "journal"), os.path.join(directory, "acks")
    journal, acknowledged = Journal(database), 0
    for number in range(rounds):
        acks = run_and_kill(database, acks_path, random.uniform(0.05, 0.3))
        if os.path.exists(database) and os.path.getsize(database):
            journal.read_on()
        lost = journal.lost(acks)
        acknowledged += len(acks)
        if lost or journal.problems:
            return fail(f"round {number}: lost {lost[:5]}, {journal.problems[:5]}")
    opened, seconds, error = reopen(database, acks_path)
    if not opened or seconds > READY_SECONDS_MAX:
        return fail(f"reopening took {seconds:.1f} s: {error}")
    check = sqlite3.connect(database).execute("PRAGMA integrity_check").fetchone()[0]
    if check != "ok":
        return fail(f"integrity_check: {check}")
    if acknowledged < rounds * 10:
        return fail(f"only {acknowledged} acknowledgements: the test did not test")
    print(f"{rounds} kills, {acknowledged} acknowledged, 0 lost, 0 doubled, {journal.revision} entries")
    return 0


def cut_power(root, synchronous, names, wal_pages):
    """One power cut to a journal in `root`: what was acknowledged, and the directory that is left."""
    image = root + "-cut"
    os.mkdir(image)
    environment = {
        "LD_PRELOAD": os.path.abspath(SHIM),
        "XINCE_POWER_ROOT": root,
        "XINCE_POWER_IMAGE": image,
        "XINCE_POWER_NAMES": names,
        "ASAN_OPTIONS": "verify_asan_link_order=0",
    }
    acks = run_and_kill(
        os.path.join(root, "journal"), root + ".acks", random.uniform(0.15, 0.5), synchronous, environment, wal_pages
    )
    shutil.rmtree(os.path.join(image, ".inodes"))
    shutil.rmtree(root)
    return acks, image


def after_cut(image):
    """The journal as it is when the power is back."""
    journal = Journal(os.path.join(image, "journal"))
    opened, _, error = reopen(journal.path, image + ".acks")
    if opened:
        journal.read_on()
    else:
        journal.problems.append(f"the journal does not open: {error.strip()}")
    return journal


def power_rounds(rounds, directory, names):
    acknowledged, acks, image = 0, [], None
    for number in range(rounds):
        if number % CUTS_EACH == 0:
            acks, image = [], os.path.join(directory, f"journal-{number}")
            os.mkdir(image)
        new_acks, image = cut_power(image, 2, names, WAL_PAGES)
        acks += new_acks
        acknowledged += len(new_acks)
        journal = after_cut(image)
        lost = journal.lost(acks)
        if lost or journal.problems:
            return fail(f"power cut {number}: lost {len(lost)} of {len(acks)} {lost[:5]}, {journal.problems[:5]}")
    if acknowledged < rounds * 10:
        return fail(f"only {acknowledged} acknowledgements: the test did not test")
    print(f"{rounds} power cuts ({names} names), {acknowledged} acknowledged, 0 lost")
    return 0


def control_rounds(rounds, directory):
    for name, synchronous in (("NORMAL", 1), ("OFF", 0)):
        losing = lost = acknowledged = 0
        for number in range(rounds):
            root = os.path.join(directory, f"{name}-{number}")
            os.mkdir(root)
            acks, image = cut_power(root, synchronous, "early", CONTROL_WAL_PAGES)
            missing = len(after_cut(image).lost(acks))
            acknowledged += len(acks)
            lost += missing
            losing += 1 if missing else 0
        print(f"control {name}: {losing} of {rounds} power cuts lost, {lost} of {acknowledged} acknowledgements")
        if losing * 2 < rounds:
            return fail(f"synchronous={name} hardly loses here: this test would not notice a loss")
    return 0


def fail(what):
    print(f"FAILED: {what}", file=sys.stderr)
    return 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("mode", choices=["kill", "power", "control"])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--names", choices=["late", "early"], default="late")
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    random.seed(seed)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="xince-crash-") as directory:
        if arguments.mode == "kill":
            return kill_rounds(arguments.rounds, directory)
        if arguments.mode == "power":
            return power_rounds(arguments.rounds, directory, arguments.names)
        return control_rounds(arguments.rounds, directory)


if __name__ == "__main__":
    sys.exit(main())
