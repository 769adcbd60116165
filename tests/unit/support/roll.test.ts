import { announced } from "../../support/loaded-roll";
import { isNewer } from "../../support/roll-watch";

test("versions are compared as numbers", () => {
  expect(isNewer("1.36.10", "1.36.9")).toBe(true);
  expect(isNewer("1.36.3", "1.36.3")).toBe(false);
  expect(isNewer("1.36.3", "1.37.2")).toBe(false);
});

test("the order of a roll is read from what a preview says", () => {
  const output = `
    slipway:cluster:KubernetesCluster (dev):
      roll 1/3: control-plane-0: 1.35.4 → 1.36.3, the API is away meanwhile, about 40 s
      roll 2/3: worker-1: 1.35.4 → 1.36.3, 3 pods move elsewhere, about 40 s
      roll 3/3: worker-0: 1.35.4 → 1.36.3, 5 pods move elsewhere, about 40 s
    worker-0: draining`;
  expect(announced(output)).toEqual(["control-plane-0", "worker-1", "worker-0"]);
  expect(announced("1 unchanged")).toEqual([]);
});
