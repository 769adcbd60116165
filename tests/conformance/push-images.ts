import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { ensure } from "../../toolchain/images/build";
import { run } from "../../toolchain/images/command";
import { nameOf } from "../../toolchain/images/keys";
import { testImageOf } from "../../toolchain/images/test-images";
import { suiteRegistry } from "./mirror";

/** Takes the name of an image of the suite's registry apart; undefined for those of others. */
export function partsOf(image: string): { repository: string; tag: string } | undefined {
  const [, repository, tag] = /^([^:]+):([^:]+)$/.exec(image) ?? [];
  if (repository === undefined || tag === undefined || !repository.startsWith(`${suiteRegistry}/`)) {
    return undefined;
  }
  return { repository: repository.slice(suiteRegistry.length + 1), tag };
}

/**
 * Makes the suite's images and pushes them to the environment's registry.
 *
 * @param names - full names, as the suite asks for them
 * @param to - `host:port` of the environment's registry, and the password of its user `program`
 * @returns names of those that cannot be made here
 */
export async function pushImages(
  names: readonly string[],
  { registry, password }: { readonly registry: string; readonly password: string },
  say: (line: string) => void,
): Promise<string[]> {
  const missing: string[] = [];
  const login = mkdtempSync(path.join(tmpdir(), "slipway-login-"));
  const auth = Buffer.from(`program:${password}`).toString("base64");
  writeFileSync(path.join(login, "config.json"), JSON.stringify({ auths: { [registry]: { auth } } }), {
    mode: 0o600,
  });
  try {
    for (const name of names) {
      const place = partsOf(name);
      const image = place && testImageOf(place.repository, place.tag);
      if (place === undefined || image === undefined) {
        missing.push(name);
        continue;
      }
      await ensure(image, (text) => {
        say(`${name}: ${text}`);
      });
      await push(nameOf(image), `${registry}/${place.repository}:${place.tag}`, login);
    }
  } finally {
    rmSync(login, { recursive: true });
  }
  return missing;
}

/** @param login - folder of Docker's own settings, with who pushes */
async function push(image: string, name: string, login: string): Promise<void> {
  await run(["docker", "tag", image, name]);
  try {
    await run(["docker", "--config", login, "push", "--quiet", name]);
  } finally {
    await run(["docker", "image", "rm", "--no-prune", name]);
  }
}
