import * as fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";

import { certificateAuthorityProvider } from "../../../../components/pki/certificate-authority";
import { encryptionKeyProvider } from "../../../../components/pki/encryption-key";
import { keyPairProvider } from "../../../../components/pki/key-pair";
import { nextPhase, type RotationPhase, rotating } from "../../../../components/pki/rotation";
import { rotationOf } from "../../../../components/pki/rotation-outputs";
import { recordResources, valueOf } from "../../../support/recorder";

interface Made {
  readonly open: string;
  readonly hidden: string;
}

let count = 0;
const provider = rotating<{ readonly to?: RotationPhase }, Made>(
  () => Promise.resolve({ open: `open ${++count}`, hidden: `hidden ${count}` }),
  ({ open = "" }) => ({ open }),
);

const order: readonly RotationPhase[] = ["trust", "sign", "distrust", "settled"];

beforeEach(() => {
  count = 0;
});

async function moved<Outputs>(
  { update }: pulumi.dynamic.ResourceProvider<{ readonly to?: RotationPhase }, Outputs>,
  olds: Outputs,
  to?: RotationPhase,
): Promise<Outputs> {
  const { outs } = (await update?.("id", olds, to === undefined ? {} : { to })) ?? {};
  if (outs === undefined) throw new Error("nothing was made");
  return outs;
}

test("goes through its phases: the next one is there before it signs, and nothing private stays of the one of before", async () => {
  const { outs } = await provider.create({});
  expect(outs).toEqual({ open: "open 1", hidden: "hidden 1", phase: "settled", generation: 1 });
  const trust = await moved(provider, outs as Made, "trust");
  expect(trust).toStrictEqual({
    ...{ open: "open 1", hidden: "hidden 1", phase: "trust", generation: 1 },
    other: { open: "open 2", hidden: "hidden 2", generation: 2 },
  });
  const sign = await moved(provider, trust, "sign");
  expect(sign).toStrictEqual({
    ...{ open: "open 2", hidden: "hidden 2", phase: "sign", generation: 2 },
    other: { open: "open 1", generation: 1 },
  });
  const distrust = await moved(provider, sign, "distrust");
  expect(distrust).toStrictEqual({ open: "open 2", hidden: "hidden 2", phase: "distrust", generation: 2 });
  expect(await moved(provider, distrust, "settled")).toStrictEqual({ ...distrust, phase: "settled" });
});

test("takes what a state of before has for settled in its first generation", async () => {
  const before: Made = { open: "open 0", hidden: "hidden 0" };
  await expect(provider.diff?.("id", before, {})).resolves.toEqual({ changes: false });
  await expect(provider.diff?.("id", before, { to: "settled" })).resolves.toEqual({ changes: false });
  await expect(provider.diff?.("id", before, { to: "trust" })).resolves.toEqual({ changes: true });
  expect(await moved(provider, before, "trust")).toMatchObject({ ...before, phase: "trust", generation: 1 });
});

test("stays in any phase, as it is, unless it is told to move; and never skips one or goes back", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.constantFrom(...order), { nil: undefined }), { maxLength: 12 }),
      async (wishes) => {
        let now = (await provider.create({})).outs as Made & { phase: RotationPhase; generation: number };
        for (const to of wishes) {
          const before = now;
          const isNext = to === nextPhase(before.phase);
          const { changes } = (await provider.diff?.("id", before, to ? { to } : {})) ?? {};
          expect(changes).toBe(to !== undefined && to !== before.phase);
          if (isNext || to === undefined || to === before.phase)
            now = (await moved(provider, before, to)) as typeof now;
          else
            await expect(moved(provider, before, to)).rejects.toThrow(
              `after that comes ${nextPhase(before.phase)}`,
            );
          if (!isNext) expect(now).toEqual(before);
          expect(now.generation - before.generation).toBe(isNext && to === "sign" ? 1 : 0);
        }
      },
    ),
    { numRuns: 50 },
  );
});

describe("what is restored of a backup that was made while it rotated", () => {
  test("signs with the first authority, and trusts the other one", async () => {
    const [one, other] = await Promise.all(
      ["one", "other"].map(
        async (commonName) => (await certificateAuthorityProvider.create({ commonName, years: 1 })).outs,
      ),
    );
    const certificatePem = `${one?.certificatePem ?? ""}${other?.certificatePem ?? ""}`;
    const seed = { certificatePem, privateKeyPem: one?.privateKeyPem ?? "" };
    const { outs } = await certificateAuthorityProvider.create({ commonName: "one", years: 1, seed });
    expect(outs).toMatchObject({ certificatePem: one?.certificatePem, phase: "sign" });
    expect(outs?.other).toEqual({ certificatePem: other?.certificatePem, generation: 0 });
  });

  test("keeps the numbers by which Secrets know their keys", async () => {
    const seed = [
      { key: "b", generation: 3 },
      { key: "a", generation: 2 },
    ];
    const { outs } = await encryptionKeyProvider.create({ seed });
    expect(outs).toEqual({ key: "b", generation: 3, phase: "sign", other: { key: "a", generation: 2 } });
  });

  test("checks tokens by both public keys", async () => {
    const [one, other] = [(await keyPairProvider.create({})).outs, (await keyPairProvider.create({})).outs];
    const publicKeyPem = `${one?.publicKeyPem ?? ""}${other?.publicKeyPem ?? ""}`;
    const seed = { publicKeyPem, privateKeyPem: one?.privateKeyPem ?? "" };
    const { outs } = await keyPairProvider.create({ seed });
    expect(outs).toMatchObject({
      publicKeyPem: one?.publicKeyPem,
      other: { publicKeyPem: other?.publicKeyPem },
    });
  });
});

test("where a state of before says nothing, a preview knows that it is settled", async () => {
  recordResources({ preview: true });
  const missing = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<undefined>;
  const made = { phase: missing, generation: missing, other: missing };
  const rotation = rotationOf(made, pulumi.output("a certificate"));
  expect(await valueOf(rotation)).toEqual({ phase: "settled", generation: 1, other: undefined });
  expect(await pulumi.isSecret(rotation)).toBe(true);
});
