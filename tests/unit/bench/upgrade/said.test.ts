import { saidIn, secondsBetween } from "../../../../bench/upgrade/said";

const said = saidIn([
  { at: 1000, event: { diagnosticEvent: { message: "worker-0: node is ready\n" } } },
  { at: 2000, event: { diagnosticEvent: { message: "<{%reset%}>worker-0: draining\n<{%reset%}>" } } },
  { at: 2500, event: {} },
  { at: 4500, event: { diagnosticEvent: { message: "worker-0: stopping\n" } } },
  { at: 9000, event: { diagnosticEvent: { message: "worker-0: node is ready\n" } } },
]);

test("seconds between two lines are those to the first one of its text after the other", () => {
  expect(secondsBetween(said, "worker-0: draining", "worker-0: stopping")).toBe(2.5);
  expect(secondsBetween(said, "worker-0: stopping", "worker-0: node is ready")).toBe(4.5);
});

test("lines that were not said in this order are no measurement", () => {
  expect(() => secondsBetween(said, "worker-0: stopping", "worker-0: draining")).toThrow(
    'it did not say "worker-0: stopping", then "worker-0: draining"',
  );
});
