import {
  isDnsLabel,
  isKubeletLabel,
  isLabelName,
  isLabelValue,
  memoryMiB,
} from "../../../../stacks/config/kubernetes-syntax";

const hostile = [
  "",
  " ",
  "a b",
  "a\n",
  "a;id",
  "$(id)",
  "`id`",
  "a'b",
  'a"b',
  "a&b",
  "a|b",
  "a>b",
  "é",
  "а",
  "a\u202eb",
  "🙂",
];

describe("a DNS label", () => {
  test.each(["a", "0", "worker", "a-b", "a--b", "x".repeat(20)])("is %j", (text) => {
    expect(isDnsLabel(text, 20)).toBe(true);
  });

  test.each([...hostile, "A", "a.b", "a_b", "-a", "a-", "x".repeat(21)])("is not %j", (text) => {
    expect(isDnsLabel(text, 20)).toBe(false);
  });
});

describe("the name of a label", () => {
  test.each(["a", "A.b_c-d", "example.com/a", "a.b-c.d/E", "x".repeat(63), `${"x".repeat(253)}/a`])(
    "is %j",
    (text) => {
      expect(isLabelName(text)).toBe(true);
    },
  );

  test.each([
    ...hostile,
    "-a",
    "a.",
    "_",
    "/a",
    "a/",
    "a/b/c",
    "Example.com/a",
    "a_b/c",
    "a..b/c",
    "x".repeat(64),
    `${"x".repeat(254)}/a`,
  ])("is not %j", (text) => {
    expect(isLabelName(text)).toBe(false);
  });
});

describe("the value of a label", () => {
  test.each(["", "a", "1.2_3-X", "x".repeat(63)])("is %j", (text) => {
    expect(isLabelValue(text)).toBe(true);
  });

  test.each([...hostile.slice(1), "-", "a-", ".a", "a/b", "x".repeat(64)])("is not %j", (text) => {
    expect(isLabelValue(text)).toBe(false);
  });
});

describe("a label that a kubelet may set", () => {
  test.each([
    "disk",
    "example.com/disk",
    "notkubernetes.io/disk",
    "kubernetes.io.example.com/disk",
    "node.kubernetes.io/disk",
    "team.node.kubernetes.io/disk",
    "kubelet.kubernetes.io/disk",
    "topology.kubernetes.io/zone",
    "kubernetes.io/hostname",
  ])("is %s", (name) => {
    expect(isKubeletLabel(name)).toBe(true);
  });

  test.each([
    "kubernetes.io/disk",
    "k8s.io/disk",
    "x.k8s.io/disk",
    "node-role.kubernetes.io/worker",
    "node-restriction.kubernetes.io/x",
    "topology.kubernetes.io/rack",
    "mynode.kubernetes.io.k8s.io/x",
  ])("is not %s", (name) => {
    expect(isKubeletLabel(name)).toBe(false);
  });
});

describe("an amount of memory", () => {
  test.each([
    ["1Mi", 1],
    ["1536Mi", 1536],
    ["2Gi", 2048],
    ["1.5Gi", 1536],
    ["0.125Gi", 128],
  ])("%s is %d MiB", (text, expected) => {
    expect(memoryMiB(text)).toBe(expected);
  });

  test.each([
    ...hostile,
    "2",
    "2G",
    "2gi",
    "2 Gi",
    "-2Gi",
    "+2Gi",
    "1e3Mi",
    "0.1Gi",
    "0.5Mi",
    ".5Gi",
    "2Gi;id",
    "0x10Mi",
    "NaNGi",
  ])("%j is none", (text) => {
    expect(memoryMiB(text)).toBeNaN();
  });
});
