import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import * as path from "node:path";

import { cacheRoot } from "../cache";
import versions from "../versions.json";
import { run } from "./command";
import { hostAuthorities } from "./host-authorities";
import { debian } from "./images";

/**
 * What a container has no use for. Packages that are installed later leave it out by themselves, as
 * debian/rootfs/etc/dpkg/dpkg.cfg.d/slim says.
 */
const superfluous = [
  "./usr/share/groff",
  "./usr/share/i18n",
  "./usr/share/info",
  "./usr/share/lintian",
  "./usr/share/locale",
  "./usr/share/man",
  "./var/cache/apt/*",
  "./var/lib/apt/lists/*",
  "./var/log/*",
  // Docker gives each container its own.
  "./dev/*",
  "./proc/*",
  "./sys/*",
  "./etc/hostname",
  "./etc/resolv.conf",
];

/** Makes Debian's smallest system by debootstrap and imports it into Docker as `name`. */
export async function buildDebian(name: string): Promise<void> {
  const cache = cacheRoot();
  await mkdir(cache, { recursive: true });
  // Not below /tmp, which may be mounted so that no device can be made there.
  const root = await mkdtemp(path.join(cache, "debian-"));
  try {
    await run(["debootstrap", "--variant=minbase", versions.debian, root]);
    await cp(path.join(debian.folder, "rootfs"), root, { recursive: true });
    if (existsSync(hostAuthorities))
      await cp(hostAuthorities, path.join(root, hostAuthorities), { dereference: true });
    await run(["find", `${root}/usr/share/doc`, "-type", "f", "!", "-name", "copyright", "-delete"]);
    const archive = ["tar", "--create", "--numeric-owner", "--directory", root];
    await run(
      ["docker", "import", "--change", 'CMD ["bash"]', "-", name],
      [...archive, ...superfluous.map((pattern) => `--exclude=${pattern}`), "."],
    );
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
