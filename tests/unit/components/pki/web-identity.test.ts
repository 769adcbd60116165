import * as pulumi from "@pulumi/pulumi";

import type { RotationPhase } from "../../../../components/pki";
import { WebIdentity } from "../../../../components/pki";
import { countByType, recordResources, registeredBy, valueOf } from "../../../support/recorder";

// Waits for what a component says of its outputs, which is to come before the next test begins anew.
afterEach(() => pulumi.runtime.disconnect());

const args = { authorityName: "Slipway dev", hosts: ["localhost"] };

test("is an authority of its own and a certificate by it, the key of neither in clear", async () => {
  recordResources();
  const resources = await registeredBy((options) => new WebIdentity("web", args, options));
  expect(countByType(resources)).toEqual({
    "slipway:pki:WebIdentity": 1,
    "pulumi-nodejs:dynamic/pki:CertificateAuthority": 1,
    "pulumi-nodejs:dynamic/pki:WebCertificate": 1,
  });
  const [certificate] = resources.filter(({ type }) => type.endsWith("WebCertificate"));
  expect(certificate?.inputs).toMatchObject({ hosts: ["localhost"], days: 397 });
});

test.each<[RotationPhase | undefined]>([[undefined], ["trust"]])(
  "tells its authority of the phase %s, which is in no other's inputs",
  async (rotateTo) => {
    recordResources();
    const resources = await registeredBy((options) => new WebIdentity("web", { ...args, rotateTo }, options));
    const told = resources.filter(({ inputs }) => "to" in inputs);
    expect(told.map(({ type, inputs }) => [type, inputs.to])).toEqual(
      rotateTo ? [["pulumi-nodejs:dynamic/pki:CertificateAuthority", rotateTo]] : [],
    );
  },
);

test.each<{ phase: RotationPhase; other?: string }>([
  { phase: "settled" },
  { phase: "trust", other: "the next one" },
  { phase: "sign", other: "the one of before" },
])("what is to be trusted has, in the phase $phase, each one that may be met", async ({ phase, other }) => {
  recordResources({
    outputs: {
      "pulumi-nodejs:dynamic/pki:CertificateAuthority": {
        ...{ phase, generation: 1, certificatePem: "this one, ", privateKeyPem: "key" },
        ...(other && { other: { certificatePem: other, generation: 2 } }),
      },
    },
  });
  let trusted: Promise<string> | undefined;
  await registeredBy((options) => {
    trusted = valueOf(new WebIdentity("web", args, options).authorityPem);
  });
  expect(await trusted).toBe(`this one, ${other ?? ""}`);
});
