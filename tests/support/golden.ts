import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Compares a whole document with the file that is committed beside the test. `UPDATE_GOLDEN=1` writes the file anew:
 * read the difference before you commit it.
 */
export function expectGolden(file: string, document: string): void {
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, document);
  }
  expect(document).toBe(readFileSync(file, "utf8"));
}
