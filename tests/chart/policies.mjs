import { parseConfig } from "./config.mjs";

// What every rendered chart must hold. A policy takes the manifests of one rendering and returns
// what is wrong, as lines.

const named = (manifest) => `${manifest.kind} ${manifest.metadata.name}`;
const ofKind = (manifests, kind) => manifests.filter((manifest) => manifest.kind === kind);

/** Every pod: those of StatefulSets and those that stand alone. */
function pods(manifests) {
  return [
    ...ofKind(manifests, "StatefulSet").map((set) => ({
      owner: named(set),
      labels: set.spec.template.metadata.labels,
      spec: set.spec.template.spec,
    })),
    ...ofKind(manifests, "Pod").map((pod) => ({
      owner: named(pod),
      labels: pod.metadata.labels,
      spec: pod.spec,
    })),
  ];
}

function containers(manifests) {
  return pods(manifests).flatMap(({ owner, spec }) =>
    [...(spec.initContainers ?? []), ...spec.containers].map((container) => ({
      owner: `${owner} ${container.name}`,
      pod: spec,
      container,
    })),
  );
}

/** The configuration a pod of a StatefulSet starts with, as an object. */
function configOf(manifests, set) {
  const {
    containers: [container],
    volumes,
  } = set.spec.template.spec;
  const path = container.args
    .map((argument) => /^--config=(.*)$/.exec(argument)?.[1])
    .find(Boolean);
  const mount = container.volumeMounts.find(({ mountPath }) => path?.startsWith(`${mountPath}/`));
  const source = volumes.find(({ name }) => name === mount?.name)?.configMap?.name;
  const map = manifests.find(
    ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === source,
  );
  const text = map?.data[path.slice(mount.mountPath.length + 1)];
  if (text === undefined) throw new Error(`${named(set)} has no configuration file`);
  return parseConfig(text);
}

const selects = (selector, labels) =>
  Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value);
const check = (list, wrong) =>
  list.flatMap((item) =>
    wrong(item)
      .filter(Boolean)
      .map((text) => `${item.owner ?? named(item)}: ${text}`),
  );

/** The "restricted" Pod Security Standard. */
export function restricted(manifests) {
  return [
    ...check(pods(manifests), ({ spec }) => [
      spec.securityContext?.runAsNonRoot !== true && "runAsNonRoot is not set",
      !(spec.securityContext?.runAsUser > 0) && "runAsUser is not a number above 0",
      spec.securityContext?.seccompProfile?.type !== "RuntimeDefault" &&
        "seccompProfile is not RuntimeDefault",
      spec.automountServiceAccountToken !== false && "a token of the API server is mounted",
      (spec.hostNetwork || spec.hostPID || spec.hostIPC) && "a namespace of the host is used",
      (spec.volumes ?? []).some((volume) => volume.hostPath) && "a path of the host is mounted",
    ]),
    ...check(containers(manifests), ({ container: { securityContext } }) => [
      securityContext?.allowPrivilegeEscalation !== false && "privileges can be escalated",
      securityContext?.privileged && "is privileged",
      securityContext?.readOnlyRootFilesystem !== true && "the root file system can be written",
      securityContext?.runAsUser === 0 && "runs as root",
      !securityContext?.capabilities?.drop?.includes("ALL") && "capabilities are not dropped",
      securityContext?.capabilities?.add && "capabilities are added",
    ]),
  ];
}

/** An image names one program, for ever. */
export function images(manifests) {
  return check(containers(manifests), ({ container: { image } }) => [
    !/^[^:@]+(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$/.test(image.split("/").pop()) &&
      `the image ${image} has no tag and no digest`,
    /:latest$/.test(image) && "the image is `latest`",
  ]);
}

export function resources(manifests) {
  return check(containers(manifests), ({ container: { resources: wanted } }) => [
    !wanted?.requests?.memory && "requests no memory",
    !wanted?.requests?.cpu && "requests no CPU",
    !wanted?.limits?.memory && "has no limit of memory",
  ]);
}

/** Every probe is the program's own RPC; a pod that is alive and not ready is not restarted. */
export function probes(manifests) {
  const runs = (probe, alive) => {
    const command = probe?.exec?.command ?? [];
    const rpc = command[0] === "xinced" && command[1] === "healthcheck";
    return rpc && command.includes("--alive") === alive;
  };
  const servers = containers(manifests).filter(({ container }) => container.name === "xinced");
  return check(servers, ({ container: { startupProbe, readinessProbe, livenessProbe } }) => [
    !runs(startupProbe, true) && "startupProbe does not ask whether it is alive",
    !runs(readinessProbe, false) && "readinessProbe does not ask whether it serves",
    !runs(livenessProbe, true) && "livenessProbe does not ask whether it is alive",
    !(startupProbe?.failureThreshold * startupProbe?.periodSeconds >= 300) &&
      "has less than 300 s to start",
    !(livenessProbe?.timeoutSeconds > 1) && "livenessProbe has no time to answer",
  ]);
}

/** One writer on a volume that outlives the release. */
export function storage(manifests) {
  return check(ofKind(manifests, "StatefulSet"), (set) => {
    const { spec } = set;
    const claim = spec.volumeClaimTemplates?.find(({ metadata }) => metadata.name === "data");
    const mount = spec.template.spec.containers[0].volumeMounts?.find(
      ({ name }) => name === "data",
    );
    return [
      spec.replicas !== 1 && "an embedded journal has one writer",
      claim?.spec.accessModes.join() !== "ReadWriteOncePod" && "the volume is not ReadWriteOncePod",
      (spec.persistentVolumeClaimRetentionPolicy?.whenDeleted !== "Retain" ||
        spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== "Retain") &&
        "the volume is not retained",
      mount?.mountPath !== configOf(manifests, set).dataDir &&
        "the data directory is not on the volume",
      spec.podManagementPolicy !== "OrderedReady" && "pods are not managed one by one",
    ];
  });
}

/** Kubernetes waits longer than the program needs to end. */
export function grace(manifests) {
  return check(ofKind(manifests, "StatefulSet"), (set) => {
    const { drainMs, graceMs } = configOf(manifests, set).limits ?? {};
    const seconds = (Number(drainMs) + Number(graceMs)) / 1000;
    return [
      !(set.spec.template.spec.terminationGracePeriodSeconds >= seconds + 5) &&
        "terminationGracePeriodSeconds is shorter than drain and grace and 5 s",
    ];
  });
}

/** The program listens where the ports say, and every service runs what no other does. */
export function configuration(manifests) {
  const sets = ofKind(manifests, "StatefulSet");
  const targets = sets.flatMap((set) => configOf(manifests, set).targets ?? []);
  return check(sets, (set) => {
    const { listen, targets: own, register } = configOf(manifests, set);
    const port = (name) => {
      const ports = set.spec.template.spec.containers[0].ports ?? [];
      return `0.0.0.0:${ports.find((entry) => entry.name === name)?.containerPort}`;
    };
    return [
      own?.length !== 1 && "runs not exactly one target",
      targets.filter((target) => target === own?.[0]).length > 1 && "shares its target",
      targets.includes("all") && targets.length > 1 && "runs beside a service that is all",
      listen?.grpcAddress !== port("grpc") && "gRPC listens elsewhere than its port",
      listen?.metricsAddress !== port("metrics") && "metrics listen elsewhere than their port",
      !register?.name && "has no register",
    ];
  });
}

/** Every StatefulSet has its headless Service, a Service, and a budget; each selects exactly its pods. */
export function companions(manifests) {
  const every = pods(manifests);
  const selected = (selector) =>
    every.filter(({ labels }) =>
      Object.entries(selector).every(([key, value]) => labels[key] === value),
    );
  return check(ofKind(manifests, "StatefulSet"), (set) => {
    const services = ofKind(manifests, "Service").filter(({ spec }) =>
      selected(spec.selector).some(({ owner }) => owner === named(set)),
    );
    const budgets = ofKind(manifests, "PodDisruptionBudget").filter(({ spec }) =>
      selects(spec.selector, set.spec.template.metadata.labels),
    );
    const headless = services.find(({ metadata }) => metadata.name === set.spec.serviceName);
    return [
      headless?.spec.clusterIP !== "None" && "has no headless Service",
      services.filter(({ spec }) => spec.type === "ClusterIP").length !== 1 &&
        "has no ClusterIP Service",
      services.some(({ spec }) => selected(spec.selector).length !== 1) &&
        "shares a Service with another pod",
      budgets.length !== 1 && "has no PodDisruptionBudget of its own",
    ];
  });
}

/** Both directions are denied to every pod; the gRPC and metrics ports are opened to named peers only;
 *  whoever is given the address of another service may reach it, on both sides. */
export function network(manifests) {
  const policies = ofKind(manifests, "NetworkPolicy");
  const over = (labels) => policies.filter(({ spec }) => selects(spec.podSelector, labels));
  const reaches = (direction, from, to) =>
    over(from).some(({ spec }) =>
      (spec[direction] ?? []).some((rule) =>
        (rule.to ?? rule.from ?? []).some(
          (peer) => peer.podSelector && !peer.namespaceSelector && selects(peer.podSelector, to),
        ),
      ),
    );
  const every = pods(manifests);
  // Names of Services in the configuration, and in what a pod runs.
  const called = ({ spec, owner }) => {
    const set = ofKind(manifests, "StatefulSet").find((manifest) => named(manifest) === owner);
    const feeds = set ? Object.values(configOf(manifests, set).feeds ?? {}) : [];
    const given = spec.containers.flatMap(({ args = [], command = [] }) => [...args, ...command]);
    const address = /^(?:--grpc-address=)?([a-z][\w-]*)(?:\.[\w-]+\.svc)?:7300$/;
    return [...feeds, ...given].map((text) => address.exec(text)?.[1]).filter(Boolean);
  };
  return [
    ...check(every, ({ labels }) => [
      !over(labels).some(
        ({ spec }) => !spec.ingress && !spec.egress && spec.policyTypes.length === 2,
      ) && "is not denied by default",
    ]),
    ...check(policies, ({ spec }) => [
      (spec.ingress ?? []).some((rule) => !rule.from?.length || !rule.ports?.length) &&
        "lets anybody in",
      (spec.egress ?? []).some((rule) => !rule.to?.length || !rule.ports?.length) &&
        "lets out to anywhere",
    ]),
    ...check(every, (pod) =>
      called(pod).map((name) => {
        const service = ofKind(manifests, "Service").find(({ metadata }) => metadata.name === name);
        const callee =
          service &&
          every.find(({ labels }) =>
            Object.entries(service.spec.selector).every(([key, value]) => labels[key] === value),
          );
        if (!callee) return `calls ${name}, which is no Service here`;
        if (!reaches("egress", pod.labels, callee.labels)) return `may not call out to ${name}`;
        return !reaches("ingress", callee.labels, pod.labels) && `is not let in by ${name}`;
      }),
    ),
  ];
}

/** Metrics can be found, in exactly one way. */
export function metrics(manifests) {
  return check(ofKind(manifests, "StatefulSet"), (set) => {
    const annotated = set.spec.template.metadata.annotations?.["prometheus.io/port"] === "7301";
    const monitored = ofKind(manifests, "ServiceMonitor").some(({ spec }) =>
      ofKind(manifests, "Service").some(
        (service) =>
          selects(spec.selector, service.metadata.labels) &&
          service.spec.ports.some(({ name }) => name === spec.endpoints[0].port) &&
          Object.entries(service.spec.selector).every(
            ([key, value]) => set.spec.template.metadata.labels[key] === value,
          ),
      ),
    );
    return [annotated === monitored && "its metrics are announced twice or not at all"];
  });
}

export const policies = {
  restricted,
  images,
  resources,
  probes,
  storage,
  grace,
  configuration,
  companions,
  network,
  metrics,
};
