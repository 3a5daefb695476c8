// Renders every scenario of charts/xince/ci, validates what comes out and holds the policies to it;
// sees that wrong values are refused; and breaks a good rendering once for every policy, to see
// that the policy speaks.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { parseConfig } from "./config.mjs";
import { chart, helm, tool } from "./helm.mjs";
import { policies } from "./policies.mjs";
import { problems } from "./schema.mjs";

const yaml = tool("yaml");
const scenarios = readdirSync(join(chart, "ci")).map((file) => file.replace("-values.yaml", ""));
const valuesOf = (scenario) => ["-f", join(chart, "ci", `${scenario}-values.yaml`)];

function render(...args) {
  const { status, stdout, stderr } = helm(
    "template",
    "demo",
    chart,
    "--namespace",
    "city",
    ...args,
  );
  assert.equal(status, 0, stderr);
  return yaml
    .parseAllDocuments(stdout)
    .map((document) => document.toJS())
    .filter(Boolean);
}

const rendered = Object.fromEntries(
  scenarios.map((scenario) => [scenario, render(...valuesOf(scenario))]),
);
const count = (scenario, kind) =>
  rendered[scenario].filter((manifest) => manifest.kind === kind).length;

for (const scenario of scenarios) {
  test(`${scenario}: helm lint has nothing to say`, () => {
    const { status, stdout } = helm("lint", "--strict", chart, ...valuesOf(scenario));
    assert.equal(status, 0, stdout);
  });

  test(`${scenario}: every manifest is what the API of Kubernetes takes`, () => {
    for (const manifest of rendered[scenario])
      assert.deepEqual(problems(manifest), [], `${manifest.kind} ${manifest.metadata.name}`);
  });

  test(`${scenario}: no two manifests have one name`, () => {
    const names = rendered[scenario].map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });

  for (const [name, policy] of Object.entries(policies)) {
    test(`${scenario}: policy ${name}`, () => {
      assert.deepEqual(policy(rendered[scenario]), []);
    });
  }
}

test("the default values render what the scenario single renders", () => {
  assert.deepEqual(render(), rendered.single);
});

test("one process by default, five when split", () => {
  assert.equal(count("single", "StatefulSet"), 1);
  assert.equal(count("split", "StatefulSet"), 5);
  const scoring = rendered.split.find(
    ({ kind, metadata }) => kind === "StatefulSet" && metadata.name === "demo-xince-scoring",
  );
  assert.equal(scoring.spec.volumeClaimTemplates[0].spec.resources.requests.storage, "100Gi");
  const limits = scoring.spec.template.spec.containers[0].resources;
  assert.deepEqual(
    [limits.limits.memory, limits.requests.cpu],
    ["8Gi", "250m"],
    "an entry changes what it names only",
  );
});

test("the configuration says what the values say, and a change of it restarts the pod", () => {
  const find = (manifests, kind) =>
    manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === "credit-all");
  const config = parseConfig(find(rendered.monitored, "ConfigMap").data["xince.textproto"]);
  assert.deepEqual(config.targets, ["all"]);
  assert.deepEqual(config.register, { name: "nanjing", division: "3201" });
  assert.deepEqual(config.documents, {
    verificationBase: "https://credit.example.cn",
    organMark: "X信",
    offices: [
      { office: "市住建局", name: "某市住房和城乡建设局", mark: "X住建" },
      { office: "区住建局" },
    ],
  });
  assert.equal(config.journal.snapshotEntries, "10000000");
  assert.deepEqual(config.limits, {
    drainMs: "15000",
    graceMs: "60000",
    inFlightMax: 1024,
    memoryBytesMax: "68719476736",
  });
  const changed = render(...valuesOf("monitored"), "--set", "logLevel=debug");
  const sum = (statefulSet) => statefulSet.spec.template.metadata.annotations["checksum/config"];
  assert.notEqual(sum(find(changed, "StatefulSet")), sum(find(rendered.monitored, "StatefulSet")));
});

test("scoring is told where the four feeds are", () => {
  const map = rendered.split.find(
    ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "demo-xince-scoring",
  );
  assert.deepEqual(parseConfig(map.data["xince.textproto"]).feeds, {
    registry: "demo-xince-registry.city.svc:7300",
    inspection: "demo-xince-inspection.city.svc:7300",
    party: "demo-xince-party.city.svc:7300",
    committee: "demo-xince-committee.city.svc:7300",
  });
});

test("the notes say how durable an acknowledged write is", () => {
  const { status, stdout, stderr } = helm(
    "install",
    "demo",
    chart,
    "--dry-run=client",
    ...valuesOf("split"),
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /Durability mode: EMBEDDED/);
});

for (const [value, complaint] of [
  ["replicaCount=2", /additional properties 'replicaCount' not allowed/],
  ["documents.organMask=X", /additional properties 'organMask' not allowed/],
  ["services.all.replicas=2", /additional properties 'replicas' not allowed/],
  ["defaults.storage.sise=1Gi", /additional properties 'sise' not allowed/],
  ["defaults.limits.in_flight=1", /additional properties 'in_flight' not allowed/],
  ["defaults.limits.in_flight_max=65537", /in_flight_max/],
  ["register.division=32011", /division/],
  ["services.all.target=everything", /services\/all\/target/],
  ["image.tag=latest", /image\/tag/],
  ["image.digest=sha256:12", /image\/digest/],
  ["shutdown.marginSeconds=4", /shutdown\/marginSeconds/],
  ["podDisruptionBudget.maxUnavailable=2", /maxUnavailable/],
  ["networkPolicy.clients[0].podSelektor.a=b", /additional properties 'podSelektor' not allowed/],
  ["services.all.enabled=false", /no service is enabled/],
  ["services.scoring.enabled=true", /not an enabled service|runs alone/],
  [
    "services.all.enabled=false,services.party.enabled=true,services.registry.enabled=true",
    /identityKey.existingSecret is required/,
  ],
]) {
  test(`refused: ${value}`, () => {
    const { status, stderr } = helm("template", "demo", chart, "--set", value);
    assert.notEqual(status, 0);
    assert.match(stderr, complaint);
  });
}

test("negative control: a misspelt field of the configuration is an error", () => {
  assert.throws(() => parseConfig('targets: "all" data_directory: "x"'), /data_directory/);
});

test("negative control: a misspelt field and a wrong type do not pass the schema", () => {
  const bad = structuredClone(rendered.single);
  const set = bad.find(({ kind }) => kind === "StatefulSet");
  set.spec.template.spec.containers[0].imagePulPolicy = "Always";
  assert.deepEqual(problems(set), [
    "/spec/template/spec/containers/0/imagePulPolicy: no such field",
  ]);
  set.spec.replicas = "one";
  assert.match(problems(set).join(), /replicas/);
  const budget = bad.find(({ kind }) => kind === "PodDisruptionBudget");
  budget.spec.selector.matchLabel = {};
  assert.deepEqual(problems(budget), ["/spec/selector/matchLabel: no such field"]);
  assert.deepEqual(problems({ apiVersion: "apps/v1", kind: "Statefulset" }), [
    "no kind Statefulset in apps/v1",
  ]);
});

// Each row breaks one thing in a rendering that passes: [policy, scenario, what to break].
const of = (manifests, kind, name = /./) =>
  manifests.find((manifest) => manifest.kind === kind && name.test(manifest.metadata.name));
const pod = (manifests) => of(manifests, "StatefulSet").spec.template.spec;
function replace(manifests, from, to) {
  const maps = manifests.filter(
    ({ kind, data }) => kind === "ConfigMap" && data["xince.textproto"].includes(from),
  );
  assert.ok(maps.length > 0, from);
  maps[0].data["xince.textproto"] = maps[0].data["xince.textproto"].replace(from, to);
}
const drop = (manifests, manifest) => manifests.splice(manifests.indexOf(manifest), 1);
for (const [policy, scenario, damage] of [
  ["restricted", "single", (all) => delete pod(all).securityContext.runAsNonRoot],
  ["restricted", "single", (all) => (pod(all).securityContext.runAsUser = 0)],
  ["restricted", "single", (all) => delete pod(all).securityContext.seccompProfile],
  ["restricted", "single", (all) => delete pod(all).automountServiceAccountToken],
  ["restricted", "single", (all) => (pod(all).hostNetwork = true)],
  ["restricted", "single", (all) => pod(all).volumes.push({ name: "x", hostPath: { path: "/" } })],
  [
    "restricted",
    "single",
    (all) => (pod(all).containers[0].securityContext.allowPrivilegeEscalation = true),
  ],
  [
    "restricted",
    "single",
    (all) => delete pod(all).containers[0].securityContext.readOnlyRootFilesystem,
  ],
  [
    "restricted",
    "single",
    (all) => (pod(all).containers[0].securityContext.capabilities.drop = ["NET_RAW"]),
  ],
  ["restricted", "single", (all) => delete of(all, "Pod").spec.containers[0].securityContext],
  ["restricted", "single", (all) => (pod(all).initContainers = [{ name: "init", image: "x:1" }])],
  ["images", "single", (all) => (pod(all).containers[0].image = "xince:latest")],
  ["images", "single", (all) => (pod(all).containers[0].image = "host:5000/xince")],
  ["images", "monitored", (all) => (pod(all).containers[0].image = "xince@sha256:12")],
  ["resources", "single", (all) => delete pod(all).containers[0].resources.limits],
  ["resources", "single", (all) => delete of(all, "Pod").spec.containers[0].resources.requests.cpu],
  ["probes", "single", (all) => delete pod(all).containers[0].livenessProbe],
  ["probes", "single", (all) => pod(all).containers[0].livenessProbe.exec.command.splice(2, 1)],
  ["probes", "single", (all) => pod(all).containers[0].readinessProbe.exec.command.push("--alive")],
  [
    "probes",
    "single",
    (all) => (pod(all).containers[0].readinessProbe = { tcpSocket: { port: 7300 } }),
  ],
  ["probes", "single", (all) => (pod(all).containers[0].startupProbe.failureThreshold = 3)],
  ["probes", "single", (all) => delete pod(all).containers[0].livenessProbe.timeoutSeconds],
  ["storage", "single", (all) => (of(all, "StatefulSet").spec.replicas = 2)],
  ["storage", "single", (all) => delete of(all, "StatefulSet").spec.volumeClaimTemplates],
  [
    "storage",
    "single",
    (all) =>
      (of(all, "StatefulSet").spec.volumeClaimTemplates[0].spec.accessModes = ["ReadWriteOnce"]),
  ],
  [
    "storage",
    "single",
    (all) =>
      (of(all, "StatefulSet").spec.persistentVolumeClaimRetentionPolicy.whenDeleted = "Delete"),
  ],
  ["storage", "single", (all) => replace(all, "/var/lib/xince", "/tmp")],
  ["storage", "single", (all) => (of(all, "StatefulSet").spec.podManagementPolicy = "Parallel")],
  ["grace", "monitored", (all) => (pod(all).terminationGracePeriodSeconds = 79)],
  ["grace", "single", (all) => delete pod(all).terminationGracePeriodSeconds],
  ["grace", "split", (all) => replace(all, "grace_ms: 30000", "grace_ms: 90000")],
  ["configuration", "single", (all) => replace(all, "0.0.0.0:7300", "127.0.0.1:7300")],
  ["configuration", "single", (all) => replace(all, "0.0.0.0:7301", "0.0.0.0:7302")],
  ["configuration", "split", (all) => replace(all, '"party"', '"committee"')],
  ["configuration", "split", (all) => replace(all, '"party"', '"all"')],
  ["companions", "single", (all) => drop(all, of(all, "Service", /headless/))],
  ["companions", "split", (all) => drop(all, of(all, "Service", /party$/))],
  [
    "companions",
    "split",
    (all) => delete of(all, "Service", /party$/).spec.selector["app.kubernetes.io/component"],
  ],
  ["companions", "split", (all) => drop(all, of(all, "PodDisruptionBudget", /party/))],
  ["network", "single", (all) => drop(all, of(all, "NetworkPolicy", /deny/))],
  ["network", "single", (all) => (of(all, "NetworkPolicy", /all$/).spec.ingress[0].from = [])],
  ["network", "single", (all) => delete of(all, "NetworkPolicy", /all$/).spec.ingress[1].ports],
  [
    "network",
    "split",
    (all) => (of(all, "NetworkPolicy", /scoring$/).spec.egress[0].to.length = 1),
  ],
  ["network", "split", (all) => delete of(all, "NetworkPolicy", /party$/).spec.ingress],
  ["network", "split", (all) => drop(all, of(all, "NetworkPolicy", /party-test/))],
  ["network", "split", (all) => (of(all, "Service", /party$/).metadata.name = "parti")],
  [
    "metrics",
    "single",
    (all) => delete of(all, "StatefulSet").spec.template.metadata.annotations["prometheus.io/port"],
  ],
  ["metrics", "monitored", (all) => drop(all, of(all, "ServiceMonitor"))],
  [
    "metrics",
    "monitored",
    (all) => (of(all, "ServiceMonitor").spec.endpoints[0].port = "prometheus"),
  ],
]) {
  test(`negative control: ${policy} sees ${damage.toString().replace(/^\(all\) => /, "")}`, () => {
    const broken = structuredClone(rendered[scenario]);
    damage(broken);
    assert.notDeepEqual(policies[policy](broken), []);
  });
}

test("the grace period follows the values", () => {
  const long = render("--set", "shutdown.drainSeconds=120,shutdown.graceSeconds=600");
  assert.deepEqual(policies.grace(long), []);
  assert.equal(of(long, "StatefulSet").spec.template.spec.terminationGracePeriodSeconds, 730);
});
