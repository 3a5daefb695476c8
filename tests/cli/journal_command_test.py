"""Journals judged from outside: sound, with one byte flipped, exported, and by a proof."""

import hashlib
import json
import os
import re
import shutil
import sqlite3

from tests.cli.harness import ServerTest, credit_code

FIRM = ",示例流水有限公司,property-firm,320104,2024-01-05\n"


class JournalCommandTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls()
        test.setUp()
        rows = "".join(credit_code(serial) + FIRM for serial in range(1, 21))
        path = test.path("firms.csv", "uscc,display_name,provider_kind,division,filing_date\n" + rows)
        test.xince("import", "registry.firm", path, "--yes")
        cls.wait_for_checkpoint(test)
        cls.wait_for_scoring(test)
        cls.proof = test.xince("journal", "inclusion", "local/registry", "7").stdout
        cls.locked = test.xince("journal", "fsck", os.path.join(cls.data, "registry.journal"), code=1).stderr
        cls.stop_server()

    @staticmethod
    def wait_for_checkpoint(test):
        while True:
            for journal in test.xince_json("status")["journals"]:
                if journal["journal"] == "local/registry" and int(journal.get("checkpointRevision", "0")) >= 20:
                    return

    @staticmethod
    def wait_for_scoring(test):
        while int(test.xince_json("status")["intake"].get("subjects", "0")) < 20:
            pass

    def journal(self, service="registry"):
        """A copy of a journal."""
        path = self.path(f"{service}.journal")
        shutil.copyfile(os.path.join(self.data, f"{service}.journal"), path)
        return path

    @staticmethod
    def change_a_standing(path):
        """Changes one recorded standing and makes everything after it anew; the revision."""
        changed = None
        with sqlite3.connect(path) as database:
            chain = bytes(32)
            rows = database.execute("SELECT revision, stored FROM entry ORDER BY revision").fetchall()
            for revision, stored in rows:
                digests = list(re.finditer(rb"[0-9a-f]{64}", stored))
                if changed is None and digests and b"firms/" in stored and b"xince:intake" in stored:
                    at = digests[-1].start()
                    stored = stored[:at] + (b"1" if stored[at : at + 1] == b"0" else b"0") + stored[at + 1 :]
                    changed = revision
                chain = hashlib.sha256(b"\x02" + chain + stored).digest()
                database.execute(
                    "UPDATE entry SET stored=?, chain=?, leaf=? WHERE revision=?",
                    (stored, chain, hashlib.sha256(b"\x00" + stored).digest(), revision),
                )
            # Whoever can write the file can drop what was signed, too.
            database.execute("DELETE FROM checkpoint")
        database.close()
        return changed

    def test_a_running_service_keeps_its_journal_to_itself(self):
        self.assertIn("JOURNAL_LOCKED", self.locked)

    def test_a_proof_from_the_server_is_verified_here(self):
        self.assertIn("证明有效", self.proof)

    def test_a_sound_journal_is_said_to_be_sound(self):
        key = os.path.join(self.data, "keys", "registry.key.pub")
        report = self.xince_json("journal", "verify", self.journal(), f"--key={key}")
        self.assertTrue(report["ok"])
        self.assertEqual(report["journal"], "local/registry")
        self.assertGreater(report["checkpointsVerified"], 0)
        self.assertIn("完好", self.xince("journal", "fsck", self.journal()).stdout)

    def test_one_flipped_byte_names_its_revision(self):
        path = self.journal()
        with sqlite3.connect(path) as database:
            stored = bytearray(database.execute("SELECT stored FROM entry WHERE revision=11").fetchone()[0])
            stored[40] ^= 1
            database.execute("UPDATE entry SET stored=? WHERE revision=11", (bytes(stored),))
        database.close()
        for command in ("verify", "fsck"):
            run = self.xince("journal", command, path, code=1)
            self.assertIn("ENTRY_CHANGED", run.stderr)
            self.assertIn("revision 11:", run.stderr)
        self.xince("journal", "export", path, self.path("out.export"), code=1)
        self.assertFalse(os.path.exists(self.path("out.export")))

    def test_an_export_is_verified_and_a_changed_one_refused(self):
        out = self.path("out.export")
        self.xince("journal", "export", self.journal(), out)
        self.assertTrue(self.xince_json("journal", "verify-export", out)["ok"])
        self.assertTrue(self.xince_json("journal", "verify", out)["ok"])
        with open(out, "r+b") as file:
            file.seek(400)
            byte = file.read(1)[0]
            file.seek(400)
            file.write(bytes([byte ^ 1]))
        self.xince("journal", "verify-export", out, code=1)

    def test_every_recorded_standing_is_assessed_again(self):
        path = self.journal("scoring")
        report = self.xince_json("journal", "recheck", path)
        self.assertTrue(report["ok"])
        self.assertEqual(report["journal"], "local/scoring")
        self.assertGreaterEqual(int(report["standings"]), 20)
        self.assertEqual(report["different"], "0")
        # A directory is a data directory.
        self.assertIn("全部一致", self.xince("journal", "recheck", os.path.dirname(path)).stdout)

    def test_a_standing_changed_under_a_sound_chain_is_found_by_rechecking_alone(self):
        path = self.journal("scoring")
        revision = self.change_a_standing(path)
        self.assertIn("完好", self.xince("journal", "fsck", path).stdout)
        run = self.xince("journal", "recheck", path, "--output=json", code=1)
        report = json.loads(run.stdout)
        self.assertFalse(report["ok"])
        self.assertEqual(report["different"], "1")
        self.assertEqual(report["differences"][0]["revision"], str(revision))
        self.assertEqual(report["differences"][0]["fields"], ["explanation_digest"])
        self.assertTrue(report["differences"][0]["subject"].startswith("firms/"))
        self.assertIn("STANDING_DIFFERS", run.stderr)
        self.assertIn(f"revision {revision} firms/", run.stderr)

    def test_what_cannot_be_rechecked_is_said(self):
        self.assertIn("JOURNAL_NOT_SCORING", self.xince("journal", "recheck", self.journal(), code=1).stderr)
        nothing = self.xince("journal", "recheck", self.path("no.journal"), code=1)
        self.assertIn("JOURNAL_PATH", nothing.stderr)
        self.assertFalse(os.path.exists(self.path("no.journal")), "nothing is made")
        self.assertIn("REDIS_OPTIONS", self.xince("journal", "recheck", "redis://nowhere", code=2).stderr)
        path = self.journal("scoring")
        with sqlite3.connect(path) as database:
            database.execute("UPDATE entry SET stored=zeroblob(40) WHERE revision=2")
        database.close()
        self.assertIn("JOURNAL_CORRUPT", self.xince("journal", "recheck", path, code=1).stderr)

    def test_what_is_no_journal_is_refused(self):
        path = self.path("nothing", "no journal")
        self.assertIn("JOURNAL_FORMAT", self.xince("journal", "fsck", path, code=1).stderr)
        self.xince("journal", "fsck", path, "--key=nonsense+1+2", code=2)
