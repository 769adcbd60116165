import { partsOf } from "../../conformance/push-images";
import { suiteArguments } from "../../conformance/suite";

const target = {
  kubeconfig: "/run/kubeconfig",
  folder: "/run",
  skip: ["[a] b"],
};

it("gives Ginkgo its own arguments before the suite, and the suite's behind `--`", () => {
  const args = suiteArguments({ focus: "DNS", labels: "Conformance", processes: 3 }, target);
  const border = args.indexOf("--");
  expect(args[border - 1]).toMatch(/\/e2e\.test$/);
  expect(args.slice(0, border)).toEqual(
    expect.arrayContaining([
      "--procs=3",
      "--label-filter=Conformance",
      "--focus=DNS",
      "--skip=\\[a\\] b$",
      "--output-dir=/run",
    ]),
  );
  expect(args.slice(border)).toEqual(
    expect.arrayContaining(["--kubeconfig=/run/kubeconfig", "--provider=skeleton"]),
  );
});

it("does not ask for a focus where there is none", () => {
  const args = suiteArguments({ focus: "", labels: "Conformance", processes: 3 }, { ...target, skip: [] });
  expect(args.filter((argument) => /^--(focus|skip)/.test(argument))).toEqual([]);
});

it.each([
  [
    "registry.k8s.io/e2e-test-images/agnhost:2.63.0",
    { repository: "e2e-test-images/agnhost", tag: "2.63.0" },
  ],
  ["registry.k8s.io/pause:3.10.2", { repository: "pause", tag: "3.10.2" }],
  ["gcr.io/k8s-authenticated-test/agnhost:2.6", undefined],
  ["invalid.registry.k8s.io/invalid/alpine:3.1", undefined],
  ["registry.k8s.io/pause", undefined],
])("takes %s apart", (image, expected) => {
  expect(partsOf(image)).toEqual(expected);
});
