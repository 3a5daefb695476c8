// Validates a manifest against the schemas of the Kubernetes API, unknown fields included.
import { dirname, join } from "node:path";

import { tool } from "./helm.mjs";

// Compiled schemas are not among what the package exports.
const schemas = join(dirname(tool.resolve("kubernetes-models")), "_schemas");

// Custom resources have no schema there; policies.mjs looks at them.
const custom = new Set(["monitoring.coreos.com/v1"]);

// The validators look at every property they know, so a property that nobody looked at is one that
// the API does not have.
function watched(value, looked) {
  if (value === null || typeof value !== "object") return value;
  return new Proxy(value, {
    get(target, key) {
      const inner = target[key];
      if (typeof key === "string" && Object.hasOwn(target, key)) {
        if (!looked.has(target)) looked.set(target, new Set());
        looked.get(target).add(key);
      }
      return watched(inner, looked);
    },
  });
}

function unknownFields(value, looked, path = "") {
  if (value === null || typeof value !== "object") return [];
  const seen = looked.get(value);
  return Object.entries(value).flatMap(([key, inner]) => {
    if (seen && !seen.has(key)) return [`${path}/${key}: no such field`];
    return unknownFields(inner, looked, `${path}/${key}`);
  });
}

/** What is wrong with a manifest, as lines; empty when nothing is. */
export function problems(manifest) {
  const { apiVersion, kind } = manifest;
  if (custom.has(apiVersion)) return [];
  let models;
  try {
    models = tool(`kubernetes-models/${apiVersion}`);
  } catch {
    return [`no API ${apiVersion}`];
  }
  if (!models[kind]) return [`no kind ${kind} in ${apiVersion}`];
  const { validate } = tool(join(schemas, `${schemaName(apiVersion, kind)}.js`));
  const looked = new Map();
  const found = [];
  if (!validate(watched(manifest, looked))) {
    found.push(
      ...validate.errors.map(
        (error) => `${error.instancePath}: ${error.keyword} ${JSON.stringify(error.params)}`,
      ),
    );
  }
  return [...found, ...unknownFields(manifest, looked)];
}

// apps/v1 StatefulSet -> IoK8sApiAppsV1StatefulSet, v1 Service -> IoK8sApiCoreV1Service.
function schemaName(apiVersion, kind) {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
  const capital = (word) => word[0].toUpperCase() + word.slice(1);
  return `IoK8sApi${capital(group.split(".")[0])}${capital(version)}${kind}`;
}
