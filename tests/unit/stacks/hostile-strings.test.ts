import { ConfigurationError, loadConfig } from "../../../stacks/config";

/** Text that means something to a shell, a terminal, YAML or a template, or that only looks like a name. */
const hostileStrings = [
  "$(id)",
  "`id`",
  "a;id",
  "a|id",
  "a&id",
  "a>b",
  "a'b",
  'a"b',
  "a\\b",
  "$HOME",
  "a b",
  " a",
  "a\n",
  "a\nb: c",
  "a: b",
  "#a",
  "{{.Env}}",
  "${a}",
  "%s",
  "../a",
  "*",
  "a\u0000",
  "\u001b[31ma",
  // An accent, Greek, a Cyrillic look-alike, full width, no width, from right to left, outside the basic plane.
  "\u00e9",
  "\u03c9",
  "\u0430",
  "\uff41",
  "a\u200b",
  "\u202ea",
  "\u{1f600}",
];

const pool = (settings: object) => ({ pools: [settings] });
const taint = (settings: object) => pool({ taints: [{ key: "gpu", effect: "NoSchedule", ...settings }] });

/** Every setting that is text, by the path that its problem stands under. */
const texts: Readonly<Record<string, (text: string) => Readonly<Record<string, unknown>>>> = {
  "slipway:kubernetesVersion": (text) => ({ kubernetesVersion: text }),
  "slipway:controlPlane.memory": (text) => ({ controlPlane: { memory: text } }),
  "slipway:pools[0].name": (text) => pool({ name: text }),
  "slipway:pools[0].memory": (text) => pool({ memory: text }),
  "slipway:pools[0].labels": (text) => pool({ labels: { [text]: "x" } }),
  "slipway:pools[0].labels.disk": (text) => pool({ labels: { disk: text } }),
  "slipway:pools[0].taints[0].key": (text) => taint({ key: text }),
  "slipway:pools[0].taints[0].value": (text) => taint({ value: text }),
  "slipway:pools[0].taints[0].effect": (text) => taint({ effect: text }),
  "slipway:networks.machines": (text) => ({ networks: { machines: text } }),
  "slipway:networks.pods": (text) => ({ networks: { pods: text } }),
  "slipway:networks.services": (text) => ({ networks: { services: text } }),
};

function printed(stackName: string, settings: Readonly<Record<string, unknown>>): string {
  try {
    loadConfig(stackName, settings, { kubernetesVersions: ["1.36.3"] });
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error.message;
    }
    throw error;
  }
  throw new Error(`${JSON.stringify([stackName, settings])} was taken`);
}

/** Two lines, the heading and the problem, of printable ASCII only. */
const twoPlainLines = /^[ -~]+\n {2}[ -~]+$/;

describe.each(Object.entries(texts))("%s", (setting, settingsWith) => {
  // A label's name is part of its path.
  const ofLabel = setting.endsWith(".labels") ? "[" : ": ";
  test.each(hostileStrings)("refuses %j with one line of plain text", (text) => {
    const message = printed("dev", settingsWith(text));
    expect(message).toMatch(twoPlainLines);
    expect(message).toContain(`\n  ${setting}${ofLabel}`);
  });
});

describe("the stack's name", () => {
  test.each(hostileStrings)("refuses %j with one line of plain text", (text) => {
    const message = printed(text, {});
    expect(message).toMatch(twoPlainLines);
    expect(message).toContain("\n  stack name: ");
  });
});

test("numbers, lists and groups refuse all of them as well", () => {
  const others = [
    ...["count", "cpus"].map((key) => (text: string) => ({ controlPlane: { [key]: text } })),
    ...["count", "cpus", "addressBlock", "labels", "taints", "maxUnavailable"].map(
      (key) => (text: string) => pool({ [key]: text }),
    ),
    ...["api", "shop", "registry", "shopTls"].map((key) => (text: string) => ({ ports: { [key]: text } })),
    ...["controlPlane", "pools", "networks", "ports"].map((key) => (text: string) => ({ [key]: text })),
  ];
  for (const settingsWith of others) {
    for (const text of hostileStrings) expect(printed("dev", settingsWith(text))).toMatch(twoPlainLines);
  }
});
