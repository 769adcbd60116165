import { exactly, imageUses, withoutImpossible } from "../../conformance/left-out";

const spec = (name: string): { name: string } => ({ name });

describe("specs that cannot run", () => {
  const rules = [
    { specs: /\[Driver: nfs\]/, reason: "image volume/nfs cannot be had" },
    { specs: /AppArmor/, reason: "no AppArmor" },
  ];

  it("are left out with the reason of the first rule that names them, the others stay in their order", () => {
    const specs = ["b AppArmor one", "[Driver: nfs] AppArmor", "plain", "[Driver: nfs] two", "another"].map(
      spec,
    );
    expect(withoutImpossible(specs, rules)).toEqual({
      run: [spec("plain"), spec("another")],
      leftOut: [
        { reason: "no AppArmor", names: ["b AppArmor one"] },
        { reason: "image volume/nfs cannot be had", names: ["[Driver: nfs] AppArmor", "[Driver: nfs] two"] },
      ],
    });
  });

  it("are told by their images", () => {
    const name = "[sig-storage] In-tree Volumes [Driver: nfs] should store data";
    const { run, leftOut } = withoutImpossible([spec(name)]);
    expect(run).toEqual([]);
    expect(leftOut).toEqual([
      { reason: expect.stringMatching(/^image \S+ cannot be had: .+/) as string, names: [name] },
    ]);
  });

  it("are none of those that only sound like them", () => {
    const names = [
      "[sig-storage] CSIInlineVolumes should support CSIVolumeSource in Pod API [Conformance]",
      "[sig-network] Services should have session affinity work for NodePort service [LinuxOnly] [Conformance]",
      "[sig-apps] ReplicaSet should serve a basic image on each replica with a public image [Conformance]",
    ];
    expect(withoutImpossible(names.map(spec)).run).toEqual(names.map(spec));
  });

  it("each have a reason in words", () => {
    for (const { why } of imageUses) expect(why).toMatch(/^[a-z].* .*[^.]$/);
  });
});

it("an expression matches one name, whatever is in it", () => {
  const name = "[sig-network] a (b) c.d* | $x {1} \\ [Conformance]";
  expect(new RegExp(exactly(name)).test(`Kubernetes e2e suite ${name}`)).toBe(true);
  expect(new RegExp(exactly("a.b")).test("axb")).toBe(false);
  expect(new RegExp(exactly("a b")).test("a b c")).toBe(false);
});
