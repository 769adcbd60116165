import fc from "fast-check";

import { internet, type MicroserviceArgs } from "../../../../components/workloads";
import { checkMicroservice } from "../../../../components/workloads/check-microservice";

const image = "127.0.0.1:5000/catalog@sha256:00";
const names = 'give 1 to 63 of a-z, 0-9 and "-", with a letter first and no "-" last';

function check(args: Partial<MicroserviceArgs>, name = "catalog"): () => void {
  return () => {
    checkMicroservice(name, { namespace: "shop", image, ...args });
  };
}

test.each<Partial<MicroserviceArgs>>([
  {},
  { replicas: 0, port: 65535 },
  { autoscaling: { min: 1, max: 1 } },
  { autoscaling: { min: 2, max: 10, cpuPercent: 50, memoryPercent: 80, scaleDownSeconds: 0 } },
  { resources: { requests: { memory: "1Gi" } }, autoscaling: { min: 1, max: 2, memoryPercent: 80 } },
  { rollout: { maxSurge: "25%", maxUnavailable: "25%" } },
  { rollout: { maxSurge: 0, maxUnavailable: 1 } },
  { rollout: { strategy: "recreate" } },
  { rollout: { canary: { image, weight: 0 } } },
  { replicas: 1, volumes: [{ name: "uploads", path: "/var/uploads", size: "10Gi" }] },
  { volumes: [{ name: "uploads", path: "/up", size: "1.5Ti", accessMode: "ReadWriteMany" }] },
  { env: { A: "1" }, secrets: { _b2: "2" }, files: { "/etc/catalog/a.json": "{}" } },
  { probes: { liveness: "/alive", startSeconds: 3600 }, termination: { drainSeconds: 0, stopSeconds: 1 } },
  { disruptionBudget: "50%" },
  { port: "none", ports: { metrics: 9090 }, calledBy: [{ namespace: "monitoring", ports: ["metrics"] }] },
  { ports: { "9p": 5640, dns: { port: 8080, protocol: "UDP" } } },
  { talksTo: [{ ...internet, ports: [443, { port: 53, protocol: "UDP" }] }] },
  { scratch: ["/var/cache/nginx", { path: "/tmp", size: "2Gi" }], user: 101, args: [] },
  { initContainers: [{ name: "wait" }], sidecars: [{ name: "proxy", command: ["./proxy"] }] },
])("accepts what works: %j", (args) => {
  expect(check(args)).not.toThrow();
});

test("names every wrong setting in one error, with its value and what would be right", () => {
  expect(check({ replicas: -1, port: 80 }, "Catalog_1")).toThrow(
    [
      'Microservice "Catalog_1" cannot work:',
      `  - name is "Catalog_1": ${names}`,
      "  - replicas is -1: give a whole number from 0",
      '  - port is 80: give a whole number from 1024 to 65535, as it does not run as root, or "none"',
    ].join("\n"),
  );
});

const whole = (least: number, most?: number): string =>
  `give a whole number from ${least}${most === undefined ? "" : ` to ${most}`}`;
const amount = 'give a whole number from 0, or a share of the pods such as "25%"';
const portNames = 'give 1 to 15 of a-z, 0-9 and "-", with a letter among them and no "-" at an end';
const network = "give an IPv4 network such as 203.0.113.0/24, or 203.0.113.7/32 for one address";
const volume = { name: "uploads", path: "/up", size: "1Gi" };

/** Each setting with a bad value, and the one line that it gets. */
const table: [Partial<MicroserviceArgs>, string][] = [
  [{ image: undefined }, "image is 0: give one of image and build"],
  [{ replicas: 1.5 }, `replicas is 1.5: ${whole(0)}`],
  [{ port: 65536 }, `port is 65536: ${whole(1024, 65535)}, as it does not run as root, or "none"`],
  [{ ports: { Metrics: 9090 } }, `a name in ports is "Metrics": ${portNames}`],
  [{ ports: { "9090": 9090 } }, `a name in ports is "9090": ${portNames}`],
  [
    { ports: { http: 9090 } },
    'a name in ports is "http": it is the program\'s first port: give another name',
  ],
  [{ ports: { web: 8080 } }, "ports.web is 8080: it is there twice: give another"],
  [{ ports: { metrics: 80 } }, `ports.metrics is 80: ${whole(1024, 65535)}, as it does not run as root`],
  [
    { ports: { dns: { port: 5353, protocol: "SCTP" as "UDP" } } },
    'ports.dns.protocol is "SCTP": give "TCP" or "UDP"',
  ],
  [
    { port: "none", probes: { liveness: "/alive" } },
    'probes is {"liveness":"/alive"}: nothing can be asked where port is none: leave them out',
  ],
  [
    { talksTo: [{ serviceName: "worker", namespace: "shop", port: "none" }] },
    'talksTo[0].port is "none": it listens on none: give one of its ports by on(), or leave it out',
  ],
  [
    { talksTo: [{ cidrs: [], ports: [443] }] },
    'talksTo[0].cidrs is []: give one at least, such as "203.0.113.0/24"',
  ],
  [
    { talksTo: [{ cidrs: ["10.0.0.0/8"], ports: [] }] },
    "talksTo[0].ports is []: give one at least, such as 443",
  ],
  [{ talksTo: [{ cidrs: ["10.0.0.0"], ports: [443] }] }, `talksTo[0].cidrs[0] is "10.0.0.0": ${network}`],
  [
    { talksTo: [{ cidrs: ["10.0.0.0/8"], except: ["10.1.0.0/33"], ports: [443] }] },
    `talksTo[0].except[0] is "10.1.0.0/33": ${network}`,
  ],
  [{ talksTo: [{ cidrs: ["10.0.0.0/8"], ports: [0] }] }, `talksTo[0].ports[0] is 0: ${whole(1, 65535)}`],
  [
    { calledBy: [{ namespace: "monitoring", ports: ["metrics"] }] },
    'a name in calledBy[0].ports is "metrics": give one of http',
  ],
  [
    { calledBy: [{ namespace: "monitoring", ports: [] }] },
    "calledBy[0].ports is []: give one, or leave it out for all",
  ],
  [
    { port: "none", calledBy: [{ namespace: "monitoring" }] },
    "calledBy[0] is []: the program listens on no port: leave it out",
  ],
  [{ command: [] }, "command is []: give a program first"],
  [{ user: 0 }, `user is 0: ${whole(1, 65535)}, as root is not allowed`],
  [{ scratch: [{ path: "/cache", size: "64 MB" }] }, 'scratch[0].size is "64 MB": give a size such as 1Gi'],
  [
    { scratch: ["cache"] },
    'a path in files and volumes is "cache": give an absolute path below "/" without "." or ".." in it',
  ],
  [
    { scratch: ["/up"], replicas: 1, volumes: [volume] },
    'a path in files and volumes is "/up": it is there twice: give another',
  ],
  [
    { hostAliases: [{ ip: "localhost", hostnames: ["a.example.org"] }] },
    'hostAliases[0].ip is "localhost": give an IPv4 address such as 192.168.1.20',
  ],
  [
    { hostAliases: [{ ip: "10.0.0.1", hostnames: [] }] },
    "hostAliases[0].hostnames is []: give names such as database.example.org",
  ],
  [{ sidecars: [{ name: "app" }] }, 'sidecars[0].name is "app": another container has it: give another'],
  [
    { initContainers: [{ name: "migrate", env: { "a-b": "" } }] },
    'a name in initContainers[0].env is "a-b": give a name of A-Z, a-z, 0-9 and "_" that no digit begins',
  ],
  [
    { replicas: 3, autoscaling: { min: 1, max: 2 } },
    "replicas is 3: give one of replicas and autoscaling, which has min and max",
  ],
  [{ autoscaling: { min: 0, max: 2 } }, `autoscaling.min is 0: ${whole(1)}`],
  [{ autoscaling: { min: 3, max: 2 } }, `autoscaling.max is 2: ${whole(3)}, not below autoscaling.min`],
  [{ autoscaling: { min: 1, max: 2, cpuPercent: 0 } }, `autoscaling.cpuPercent is 0: ${whole(1, 1000)}`],
  [
    { autoscaling: { min: 1, max: 2, memoryPercent: 1001 } },
    `autoscaling.memoryPercent is 1001: ${whole(1, 1000)}`,
  ],
  [
    { autoscaling: { min: 1, max: 2, scaleDownSeconds: -1 } },
    `autoscaling.scaleDownSeconds is -1: ${whole(0, 3600)}`,
  ],
  [
    { autoscaling: { min: 1, max: 2 }, resources: { requests: { memory: "1Gi" } } },
    "resources.requests.cpu is missing: give what a pod requests, as autoscaling counts in percent of it",
  ],
  [{ env: { "2A": "" } }, 'a name in env is "2A": give a name of A-Z, a-z, 0-9 and "_" that no digit begins'],
  [
    { secrets: { PORT: "" } },
    'a name in secrets is "PORT": it is set already: leave it out, and set "port" for another one',
  ],
  [{ env: { A: "" }, secrets: { A: "" } }, 'a name in secrets is "A": it is in env too: give it once'],
  [
    { files: { "etc/x": "" } },
    'a path in files and volumes is "etc/x": give an absolute path below "/" without "." or ".." in it',
  ],
  [
    { files: { "/up": "" }, replicas: 1, volumes: [volume] },
    'a path in files and volumes is "/up": it is there twice: give another',
  ],
  [
    { volumes: [volume] },
    'volumes[0].accessMode is "ReadWriteOnce": with 2 pods: give replicas: 1, or accessMode: "ReadWriteMany" where ' +
      "the class can do that, or use a StatefulService, which has a volume for each pod",
  ],
  [
    { replicas: 1, volumes: [{ ...volume, name: "tmp" }] },
    'volumes[0].name is "tmp": give 1 to 63 of a-z, 0-9 and "-", with no "-" at an end, other than tmp, files and scratch-0',
  ],
  [
    { replicas: 1, volumes: [volume, { ...volume, path: "/b" }] },
    'volumes[1].name is "uploads": it is there twice: give another',
  ],
  [
    { replicas: 1, volumes: [{ ...volume, size: "10 GB" }] },
    'volumes[0].size is "10 GB": give a size such as 10Gi',
  ],
  [
    { replicas: 1, volumes: [{ ...volume, class: "Fast" }] },
    'volumes[0].class is "Fast": give the name of a storage class',
  ],
  [{ probes: { liveness: "alive" } }, 'probes.liveness is "alive": give a path that begins with "/"'],
  [{ probes: { readiness: "" } }, 'probes.readiness is "": give a path that begins with "/"'],
  [{ probes: { startSeconds: 0 } }, `probes.startSeconds is 0: ${whole(1, 3600)}`],
  [{ termination: { drainSeconds: -1 } }, `termination.drainSeconds is -1: ${whole(0, 3600)}`],
  [{ termination: { stopSeconds: 0 } }, `termination.stopSeconds is 0: ${whole(1, 3600)}`],
  [{ rollout: { maxSurge: "200%" } }, `rollout.maxSurge is "200%": ${amount}`],
  [{ rollout: { maxUnavailable: -1 } }, `rollout.maxUnavailable is -1: ${amount}`],
  [
    { rollout: { maxSurge: 0 } },
    "rollout.maxSurge is 0: give more than 0, or a rollout.maxUnavailable of more",
  ],
  [
    { rollout: { strategy: "recreate", maxSurge: 1 } },
    'rollout.strategy is "recreate": give no maxSurge and no maxUnavailable with it: all pods go at once',
  ],
  [{ rollout: { deadlineSeconds: 5 } }, `rollout.deadlineSeconds is 5: ${whole(10, 3600)}`],
  [
    { rollout: { canary: { image, weight: 101 } } },
    `rollout.canary.weight is 101: ${whole(0, 100)}, in percent`,
  ],
  [{ rollout: { canary: { image, weight: 10, replicas: 0 } } }, `rollout.canary.replicas is 0: ${whole(1)}`],
  [{ disruptionBudget: "x%" as "1%" }, `disruptionBudget is "x%": ${amount}`],
  [
    {
      talksTo: [
        { serviceName: "a", namespace: "b" },
        { serviceName: "Catalog", namespace: "shop" },
      ],
    },
    `talksTo[1].serviceName is "Catalog": ${names}`,
  ],
  [
    { talksTo: [{ serviceName: "catalog", namespace: "shop", port: 65536 }] },
    `talksTo[0].port is 65536: ${whole(1, 65535)}`,
  ],
];

test.each(table)("%j gets one clear line", (args, line) => {
  expect(check(args)).toThrow(new Error(`Microservice "catalog" cannot work:\n  - ${line}`));
});

test("leaves room in the name for that of a canary", () => {
  const canary = { rollout: { canary: { image, weight: 10 } } };
  expect(check(canary, "a".repeat(56))).not.toThrow();
  expect(check(canary, "a".repeat(57))).toThrow("give 1 to 56 of");
});

test("accepts names of letters, digits and inner hyphens up to 63, and none longer", () => {
  const inner = fc.string({ unit: fc.constantFrom("a", "z", "0", "9", "-"), maxLength: 80 });
  fc.assert(
    fc.property(fc.constantFrom("a", "z"), inner, fc.constantFrom("a", "9"), (first, middle, last) => {
      const checked = check({}, first + middle + last);
      if (middle.length <= 61) {
        expect(checked).not.toThrow();
      } else {
        expect(checked).toThrow("give 1 to 63");
      }
    }),
  );
});

test.each(["", "-a", "a-", "1a", "a.b", "A", "a b"])("refuses the name %p", (name) => {
  expect(check({}, name)).toThrow("cannot work");
});
