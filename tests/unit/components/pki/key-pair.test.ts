import { createPrivateKey, createPublicKey } from "node:crypto";

import { newKeyPair } from "../../../../components/pki/key-pair";

test("makes an ECDSA P-256 key in PKCS #8 and the public key that belongs to it", async () => {
  const { publicKeyPem, privateKeyPem } = await newKeyPair();
  expect(privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n$/);
  expect(publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n[^-]+-----END PUBLIC KEY-----\n$/);
  const privateKey = createPrivateKey(privateKeyPem);
  expect(privateKey.asymmetricKeyType).toBe("ec");
  expect(privateKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
  expect(createPublicKey(privateKey).export({ type: "spki", format: "pem" })).toBe(publicKeyPem);
});

test("makes another key each time", async () => {
  expect((await newKeyPair()).privateKeyPem).not.toBe((await newKeyPair()).privateKeyPem);
});
