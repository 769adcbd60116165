import * as fc from "fast-check";

import { nextPhase, type RotationPhase } from "../../../../components/pki/rotation";
import { nextStep, rotatingResources } from "../../../../toolchain/rotation/steps";

const phases: readonly RotationPhase[] = ["settled", "trust", "sign", "distrust"];

test("the next step is the next phase, and brings those that are behind to where the others are", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...phases),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      (phase, ahead) => {
        const next = nextPhase(phase);
        const all = ahead.map((isAhead) => (isAhead ? next : phase));
        expect(nextStep(all)).toBe(ahead.every(Boolean) ? nextPhase(next) : next);
      },
    ),
  );
});

test("phases that no run leaves behind are refused, and so is nothing", () => {
  expect(() => nextStep(["settled", "sign"])).toThrow("settled, sign");
  expect(() => nextStep(["settled", "trust", "sign"])).toThrow("several phases");
  expect(() => nextStep([])).toThrow("nothing to rotate");
});

test("the authorities are those of the cluster's identity, and the web's is a part of its own", () => {
  const urn = (types: string, name: string): string => `urn:pulumi:dev::slipway::${types}::${name}`;
  const identity = "slipway:cluster:KubernetesCluster$slipway:pki:ClusterIdentity$pulumi-nodejs:dynamic/pki";
  const resources = [
    {
      urn: urn(`${identity}:CertificateAuthority`, "dev-identity-etcd-ca"),
      type: "",
      outputs: { phase: "sign", generation: 2 },
    },
    { urn: urn(`${identity}:EncryptionKey`, "dev-identity-encryption-key"), type: "", outputs: { key: "x" } },
    {
      urn: urn("slipway:pki:WebIdentity$pulumi-nodejs:dynamic/pki:CertificateAuthority", "dev-web-authority"),
      type: "",
    },
  ];
  expect(rotatingResources({ resources }, "authorities")).toEqual([
    { name: "dev-identity-etcd-ca", phase: "sign", generation: 2 },
  ]);
  expect(rotatingResources({ resources }, "encryption-key")).toMatchObject([
    { phase: "settled", generation: 1 },
  ]);
  expect(rotatingResources({ resources }, "web-authority")).toMatchObject([{ name: "dev-web-authority" }]);
  expect(rotatingResources({}, "service-account-key")).toEqual([]);
});
