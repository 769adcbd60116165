import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
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

/** Where Debian's packages come from; the last suite has what its security team corrects, days before a point release. */
const repositories = [
  `deb http://deb.debian.org/debian ${versions.debian} main`,
  `deb http://deb.debian.org/debian ${versions.debian}-updates main`,
  `deb http://deb.debian.org/debian-security ${versions.debian}-security main`,
];

/** Brings a system below `root` to what the repositories have today. Images that are made from it ask them too. */
async function update(root: string): Promise<void> {
  await writeFile(path.join(root, "etc/apt/sources.list"), `${repositories.join("\n")}\n`);
  const apt = ["chroot", root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
  await run([...apt, "update"]);
  await run([...apt, "dist-upgrade", "--yes"]);
}

/**
 * Makes Debian's smallest system by debootstrap, with the security updates of today, and imports it into Docker as `name`. Its
 * key has `debianPackages` of versions.json, a committed date: so a later day's updates come when somebody writes a later
 * one, and no machine is replaced because a mirror has changed.
 */
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
    await update(root);
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
