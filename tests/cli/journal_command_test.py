"""Journals judged from outside: sound, with one byte flipped, exported, and by a proof."""

import os
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
        cls.proof = test.xince("journal", "inclusion", "local/registry", "7").stdout
        cls.locked = test.xince("journal", "fsck", os.path.join(cls.data, "registry.journal"), code=1).stderr
        cls.stop_server()

    @staticmethod
    def wait_for_checkpoint(test):
        while True:
            for journal in test.xince_json("status")["journals"]:
                if journal["journal"] == "local/registry" and int(journal.get("checkpointRevision", "0")) >= 20:
                    return

    def journal(self):
        """A copy of the registry's journal."""
        path = self.path("registry.journal")
        shutil.copyfile(os.path.join(self.data, "registry.journal"), path)
        return path

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

    def test_what_is_no_journal_is_refused(self):
        path = self.path("nothing", "no journal")
        self.assertIn("JOURNAL_FORMAT", self.xince("journal", "fsck", path, code=1).stderr)
        self.xince("journal", "fsck", path, "--key=nonsense+1+2", code=2)
