import { withoutTracesOfPromises } from "../../../stacks/plain-stack-traces";

const loader = (): string => "as the loader says";

it("leaves real errors to the loader", () => {
  expect(withoutTracesOfPromises(loader)?.(new Error("real"), [])).toBe("as the loader says");
});

it("gives those without a message no trace", () => {
  expect(withoutTracesOfPromises(loader)?.(new Error(), [])).toBe("Error");
});

it("changes nothing where no loader maps traces", () => {
  expect(withoutTracesOfPromises(undefined)).toBeUndefined();
});
