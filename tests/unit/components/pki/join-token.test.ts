import { newJoinToken } from "../../../../components/pki/join-token";

const draws = 4000;

async function drawTokens(): Promise<string[]> {
  const made = await Promise.all(Array.from({ length: draws }, () => newJoinToken()));
  return made.map(({ token }) => token);
}

test("makes tokens that kubeadm takes, no two alike", async () => {
  const tokens = await drawTokens();
  // kubeadm's own pattern: k8s.io/cluster-bootstrap/token/api, BootstrapTokenPattern.
  expect(tokens.filter((token) => !/^([a-z0-9]{6})\.([a-z0-9]{16})$/.test(token))).toEqual([]);
  expect(new Set(tokens).size).toBe(draws);
});

test("draws every character equally often", async () => {
  const counts = new Map<string, number>();
  for (const character of (await drawTokens()).join("").replaceAll(".", "")) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  expect(counts.size).toBe(36);
  // Bytes taken modulo 36 would draw the first four of the alphabet 12.5% too often. Draws without bias differ by
  // six standard deviations, 5.7%, once in 500 million runs.
  const expected = (draws * 22) / 36;
  const firstFour = ["a", "b", "c", "d"].reduce((sum, character) => sum + (counts.get(character) ?? 0), 0);
  expect(Math.abs(firstFour / (4 * expected) - 1)).toBeLessThan(0.06);
});
