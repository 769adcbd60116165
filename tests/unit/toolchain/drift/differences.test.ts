import fc from "fast-check";

import { differences, patchOf, pathOf } from "../../../../toolchain/drift/differences";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

describe("what is not as the last update left it", () => {
  it("is a field that the program sets and that has another value, with its path", () => {
    const set = { spec: { replicas: 2, template: { spec: { containers: [{ image: "a" }] } } } };
    const before = {
      spec: { replicas: 2, template: { spec: { containers: [{ image: "a", tty: false }] } } },
    };
    const now = { spec: { replicas: 5, template: { spec: { containers: [{ image: "b", tty: false }] } } } };
    const found = differences(set, before, now);
    expect(found.map(pathOf)).toEqual(["spec.replicas", "spec.template.spec.containers[0].image"]);
    expect(found.map(patchOf)).toEqual([
      { op: "replace", path: "/spec/replicas", value: 2 },
      { op: "replace", path: "/spec/template/spec/containers/0/image", value: "a" },
    ]);
  });

  it("is a field that is gone, which is added again", () => {
    const labels = { "app.kubernetes.io/name": "cart" };
    const found = differences(
      { metadata: { labels } },
      { metadata: { labels } },
      { metadata: { labels: {} } },
    );
    expect(found.map(pathOf)).toEqual(['metadata.labels["app.kubernetes.io/name"]']);
    expect(found.map(patchOf)).toEqual([
      { op: "add", path: "/metadata/labels/app.kubernetes.io~1name", value: "cart" },
    ]);
  });

  it("is a list that has grown, as a whole", () => {
    const before = { rules: [1] };
    expect(differences(before, before, { rules: [1, 2] })).toEqual([
      { keys: ["rules"], before: [1], now: [1, 2], isSecret: false },
    ]);
  });

  it("is no default, nothing that others have added, and no other way to write a value", () => {
    const set = { spec: { cpu: "1000m" }, stringData: { key: "value" } };
    const before = { spec: { cpu: "1", policy: "Always" } };
    expect(differences(set, before, { spec: { cpu: "1", policy: "Never", other: true } })).toEqual([]);
  });

  it("knows a secret by the state's mark, and compares what is in it", () => {
    const set = { data: secret({ password: "eA==" }) };
    expect(differences(set, set, { data: { password: "eA==" } })).toEqual([]);
    const [found, ...others] = differences(set, set, { data: { password: "eQ==" } });
    expect(others).toEqual([]);
    expect(found).toMatchObject({ keys: ["data", "password"], before: "eA==", isSecret: true });
  });

  it("is nothing where an object is what it was", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const object = (): unknown => JSON.parse(text);
        expect(differences(object(), object(), object())).toEqual([]);
      }),
    );
  });
});
