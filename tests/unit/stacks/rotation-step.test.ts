import { rotationSteps } from "../../../stacks/rotation-step";

test.each([
  { text: undefined, steps: {} },
  { text: "", steps: {} },
  { text: "encryption-key:trust", steps: { identity: { part: "encryption-key", to: "trust" } } },
  { text: "authorities:settled", steps: { identity: { part: "authorities", to: "settled" } } },
  { text: "web-authority:sign", steps: { webAuthority: "sign" } },
])("SLIPWAY_ROTATE=$text moves one part, or none", ({ text, steps }) => {
  expect(rotationSteps({ SLIPWAY_ROTATE: text })).toEqual(steps);
});

test.each(["encryption-key", "encryption-key:forward", "web:trust", ":trust"])(
  "SLIPWAY_ROTATE=%s is refused, with what would be right",
  (text) => {
    expect(() => rotationSteps({ SLIPWAY_ROTATE: text })).toThrow(
      /one of authorities, service-account-key, encryption-key, web-authority, ":" and one of settled, trust, sign, distrust/,
    );
  },
);
