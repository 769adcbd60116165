import { newPassword } from "../../../../components/pki/password";

test("is 32 letters and digits, another each time", async () => {
  const passwords = await Promise.all(Array.from({ length: 100 }, newPassword));
  for (const { password } of passwords) expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(new Set(passwords.map(({ password }) => password)).size).toBe(100);
});
