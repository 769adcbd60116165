import { madeOnce } from "../../../../components/pki/made-once";

const provider = madeOnce((inputs: { readonly years: number }) =>
  Promise.resolve({ made: inputs.years * 2 }),
);

test("makes the value from the inputs, under an identifier that says nothing about it", async () => {
  const first = await provider.create({ years: 10 });
  const second = await provider.create({ years: 10 });
  expect(first.outs).toEqual({ made: 20 });
  expect(first.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(second.id).not.toBe(first.id);
});

test("sees no change, whatever the inputs have become", async () => {
  await expect(provider.diff?.("id", { made: 20 }, { years: 1 })).resolves.toEqual({ changes: false });
});

test("has nothing that could make the value anew, now or at a refresh", () => {
  expect(Object.keys(provider).sort()).toEqual(["create", "diff"]);
});
