// Reads a configuration file as xinced does: a text proto of xince.config.v1.Config, in which an
// unknown field is an error.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { root } from "./helm.mjs";

const packages = join(root, "tools", "node_modules", "@bufbuild");
const buf = join(packages, readdirSync(packages)[0], "bin", "buf");
const schema = join(root, "proto", "xince", "config", "v1", "config.proto");

const parsed = new Map();

function run(program, arguments_, input) {
  const { error, status, stdout, stderr } = spawnSync(program, arguments_, { input });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
}

/** The configuration as an object with JSON names. Throws on what the schema does not have. */
export function parseConfig(text) {
  if (!parsed.has(text)) {
    // protoc has xinced's own parser; buf knows JSON names, but lets unknown fields pass.
    const type = "xince.config.v1.Config";
    const bytes = run("protoc", [`--encode=${type}`, "-I", join(root, "proto"), schema], text);
    const to = ["--from", "-#format=binpb", "--to", "-#format=json"];
    parsed.set(text, JSON.parse(run(buf, ["convert", schema, "--type", type, ...to], bytes)));
  }
  return parsed.get(text);
}
