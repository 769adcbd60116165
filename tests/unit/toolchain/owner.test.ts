import { ownerOf } from "../../../toolchain/owner";

const place = ["file:///home/me/state", "organization", "slipway", "dev"] as const;

test("an owner is short, and the same every time", () => {
  expect(ownerOf(...place)).toMatch(/^[0-9a-f]{16}$/);
  expect(ownerOf(...place)).toBe(ownerOf(...place));
  expect(ownerOf("file:///home/me/state/", "organization", "slipway", "dev")).toBe(ownerOf(...place));
});

test.each(place.map((_, index) => index))("an owner changes with part %d of the place", (changed) => {
  const [backend, organization, project, stack] = place.map((part, index) =>
    index === changed ? `${part}x` : part,
  );
  expect(ownerOf(backend ?? "", organization ?? "", project ?? "", stack ?? "")).not.toBe(ownerOf(...place));
});
