import * as path from "node:path";

import type { Part } from "../../toolchain/parts";
import versions from "../../toolchain/versions.json";

/** Where kind's code comes from; what its node image has of its own lies in the same module. */
export const kindModule = "sigs.k8s.io/kind";

/**
 * kind, which only `make bench` builds: it is described like a part of the toolchain, and is not among
 * {@link file://./../../toolchain/parts.ts | those that an environment needs}.
 */
export const kindPart: Part = {
  name: "kind",
  version: versions.kind,
  source: path.join(__dirname, "go"),
  requires: { [kindModule]: `v${versions.kind}` },
  binaries: { kind: kindModule },
  // A constant in the module's own code.
  variables: {},
  coldMinutes: 0.2,
};
