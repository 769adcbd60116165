import { newEncryptionKey } from "../../../../components/pki/encryption-key";

test("makes 32 bytes in base64, different each time", async () => {
  const keys = await Promise.all(Array.from({ length: 100 }, () => newEncryptionKey()));
  for (const { key } of keys) {
    const bytes = Buffer.from(key, "base64");
    expect(bytes).toHaveLength(32);
    expect(bytes.toString("base64")).toBe(key);
  }
  expect(new Set(keys.map(({ key }) => key)).size).toBe(100);
});
