import { changesOf } from "../../../review/changes";
import { dangersOf } from "../../../review/dangers";
import { readPreview } from "../../../review/events";
import { openSecrets } from "../../../review/open-secrets";
import { maskedSecret, step } from "./steps";

const claim = "kubernetes:core/v1:PersistentVolumeClaim";

describe("changes", () => {
  test("a replacement is one change, however many steps it takes; what stays and default providers are none", () => {
    const steps = [
      step("same", "kubernetes:core/v1:Service", "catalog"),
      step("create", "pulumi:providers:docker", "default_5_2_0"),
      step("create-replacement", claim, "data"),
      step("replace", claim, "data"),
      step("delete-replaced", claim, "data"),
      step("read", "aws:ec2/vpc:Vpc", "given"),
    ];
    expect(changesOf(steps).map(({ kind, name }) => [kind, name])).toEqual([["replace", "data"]]);
  });

  test("properties are shown with what they were and become, cut, and without a secret or what is not known", () => {
    const [change] = changesOf([
      step("update", "kubernetes:apps/v1:Deployment", "catalog", {
        before: {
          spec: { containers: [{ image: "a:1" }], "app.kubernetes.io/x": 1 },
          key: maskedSecret,
          long: "x".repeat(99),
        },
        after: {
          spec: { containers: [{ image: "a:2" }], "app.kubernetes.io/x": 2 },
          key: maskedSecret,
          long: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        },
        detailedDiff: {
          "spec.containers[0].image": { diffKind: "update" },
          'spec["app.kubernetes.io/x"]': { diffKind: "update" },
          "key.inner": { diffKind: "update" },
          long: { diffKind: "update-replace" },
          new: { diffKind: "delete" },
        },
      }),
    ]);
    expect(change?.properties).toEqual([
      { path: "spec.containers[0].image", from: "a:1", to: "a:2", replaces: false },
      { path: 'spec["app.kubernetes.io/x"]', from: "1", to: "2", replaces: false },
      { path: "key.inner", from: "[secret]", to: "[secret]", replaces: false },
      { path: "long", from: `${"x".repeat(60)}…`, to: "known after up", replaces: true },
      { path: "new", from: "–", to: "–", replaces: false },
    ]);
  });

  test("a plugin that tells no paths has its properties named, and which of them replace", () => {
    const [change] = changesOf([
      step("replace", "pulumi-nodejs:dynamic/pki:JoinToken", "token", {
        before: { length: 6, __provider: "function a" },
        after: { length: 8, __provider: "function b", tags: [{ secret: maskedSecret }] },
        keys: ["length"],
        diffs: ["length", "__provider", "tags"],
      }),
    ]);
    expect(change?.properties).toEqual([
      { path: "length", from: "6", to: "8", replaces: true },
      { path: "__provider", from: "code", to: "other code", replaces: false },
      { path: "tags", from: "–", to: '[{"secret":"[secret]"}]', replaces: false },
    ]);
  });
});

describe("dangers", () => {
  const machine = "slipway:cluster:KubernetesCluster$slipway:machines:DockerMachine";

  test.each([
    [claim, "delete", true, /a claim: its volume .* unless class keep keeps/],
    ["kubernetes:core/v1:Namespace", "replace", true, /everything in it goes/],
    ["kubernetes:apps/v1:StatefulSet", "replace", false, /all of its pods stop/],
    [`${machine}$docker:index/volume:Volume`, "replace", true, /a machine's disk: etcd/],
    [`${machine}$docker:index/container:Container`, "replace", false, /boots anew/],
    ["slipway:machines:Registry$docker:index/volume:Volume", "delete", true, /images/],
    [
      "slipway:pki:ClusterIdentity$pulumi-nodejs:dynamic/pki:CertificateAuthority",
      "replace",
      true,
      /every certificate/,
    ],
    ["pulumi:providers:kubernetes", "replace", true, /every object made through it/],
    ["aws:ebs/volume:Volume", "delete", true, /a disk/],
    ["aws:rds/instance:Instance", "delete", true, /a database/],
    ["aws:ec2/instance:Instance", "replace", false, /a machine/],
    ["kubernetes:core/v1:Service", "replace", false, /made anew/],
  ])("%s, %s: data lost: %s", (type, op, losesData, meaning) => {
    const before = { spec: { storageClassName: "keep" } };
    const [danger, ...others] = dangersOf(changesOf([step(op, type, "x", { before })]));
    expect(others).toEqual([]);
    expect(danger).toMatchObject({ losesData });
    expect(danger?.meaning).toMatch(meaning);
  });

  test.each(["update", "create"])("an %s is none", (op) => {
    expect(dangersOf(changesOf([step(op, claim, "data")]))).toEqual([]);
  });

  test("what is only forgotten loses nothing", () => {
    const [danger] = dangersOf(changesOf([step("delete", claim, "data", { retainOnDelete: true })]));
    expect(danger).toMatchObject({
      losesData: false,
      meaning: expect.stringContaining("retainOnDelete") as string,
    });
  });

  test("what loses data comes first", () => {
    const steps = [
      step("replace", "kubernetes:core/v1:Service", "service"),
      step("delete", claim, "data"),
      step("delete", "kubernetes:core/v1:ConfigMap", "settings"),
    ];
    expect(dangersOf(changesOf(steps)).map(({ change }) => change.name)).toEqual(["data", "service"]);
  });
});

describe("secrets in the state", () => {
  const key = ["-----BEGIN", "PRIVATE KEY-----"].join(" ");

  test("one that Pulumi does not mask is a mandatory finding, once for a property", () => {
    const created = step("create", "docker:index/container:Container", "machine", {
      after: { uploads: [{ content: key }, { content: key }], image: "a" },
    });
    const findings = openSecrets([created, created]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ policy: "secrets-in-state", mandatory: true, urn: created.urn });
    expect(findings[0]?.message).toContain("uploads holds a private key");
  });

  test("one that it masks is none", () => {
    expect(openSecrets([step("create", "x:y:Z", "machine", { after: { uploads: maskedSecret } })])).toEqual(
      [],
    );
  });
});

describe("the event log", () => {
  const line = (event: object) => JSON.stringify(event);

  test("gives steps, findings and errors, and nothing of debugging lines or of a line that was cut", () => {
    const preview = readPreview(
      [
        line({ resourcePreEvent: { metadata: step("create", claim, "data") } }),
        line({ diagnosticEvent: { severity: "debug", message: "hunter2" } }),
        line({
          diagnosticEvent: { severity: "error", message: "no such class\n", urn: "urn:pulumi:d::s::t::data" },
        }),
        line({ diagnosticEvent: { severity: "error", message: "preview failed\n" } }),
        line({
          diagnosticEvent: {
            severity: "info#err",
            message: "<{%reset%}>roll 1/1: worker-0: made<{%reset%}>\n",
          },
        }),
        line({ diagnosticEvent: { severity: "info", message: "certificates: those of worker-0 end\n" } }),
        line({ diagnosticEvent: { severity: "info", message: "worker-0: node is ready\n" } }),
        line({
          policyEvent: {
            resourceUrn: "urn:pulumi:d::s::t::data",
            message: "What holds\nwhat is wrong\nwhat would be right\n",
            policyName: "storage-classes",
            enforcementLevel: "advisory",
          },
        }),
        '{"resourcePreEvent": {"meta',
      ].join("\n"),
    );
    expect(preview.steps.map(({ op }) => op)).toEqual(["create"]);
    expect(preview.errors).toEqual(["data: no such class"]);
    expect(preview.notes).toEqual(["roll 1/1: worker-0: made", "certificates: those of worker-0 end"]);
    expect(preview.findings).toEqual([
      {
        policy: "storage-classes",
        mandatory: false,
        urn: "urn:pulumi:d::s::t::data",
        message: "what is wrong what would be right",
      },
    ]);
  });
});
