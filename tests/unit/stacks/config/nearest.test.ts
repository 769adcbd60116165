import { nearest } from "../../../../stacks/config/nearest";

const settings = ["kubernetesVersion", "controlPlane", "pools", "networks", "ports"];

test.each([
  ["pool", "pools"],
  ["port", "ports"],
  ["prots", "ports"],
  ["netwroks", "networks"],
  ["control_plane", "controlPlane"],
  ["CONTROLPLANE", "controlPlane"],
  ["kubernetesVersoin", "kubernetesVersion"],
])("the nearest to %s is %s", (word, expected) => {
  expect(nearest(word, settings)).toBe(expected);
});

test.each(["", "x", "telemetry", "k8sVersion", "🙂", "__proto__"])("nothing is near to %j", (word) => {
  expect(nearest(word, settings)).toBeUndefined();
});

test("nothing is nearest where there is nothing", () => {
  expect(nearest("pools", [])).toBeUndefined();
});
