// Which folder may import which: imports point one way, and in no circle. `make lint` holds every file against it.
// https://github.com/sverweij/dependency-cruiser/blob/v17.4.3/doc/rules-reference.md

/**
 * Each folder, and the others that it may import. The components are a package of their own. What runs in a cluster never imports
 * what makes one, so that it also serves a cluster that somebody else made.
 */
const mayImport = {
  "components/checks": [],
  "components/bootstrap": [],
  "components/pki": [],
  "components/images": ["components/checks"],
  "components/machines": ["components/bootstrap", "components/checks", "components/pki"],
  "components/cluster": ["components/bootstrap", "components/machines", "components/pki"],
  "components/platform": ["components/pki"],
  "components/workloads": ["components/checks", "components/images"],
  "components/delivery": ["components/checks", "components/images", "components/pki", "components/workloads"],
  components: ["components"],
  services: [],
  policies: [],
  toolchain: ["components"],
  stacks: ["components", "toolchain"],
  review: ["policies", "toolchain"],
  "tests/support": ["components", "policies", "toolchain"],
  "tests/conformance": ["tests/support", "toolchain"],
  bench: ["components", "review", "stacks", "tests/support", "toolchain"],
  "tests/unit": [
    ...["bench", "components", "policies", "review", "services", "stacks", "toolchain"],
    ...["tests/conformance", "tests/support"],
  ],
  "tests/golden": ["components", "stacks", "tests/support", "toolchain"],
  "tests/e2e": ["components", "policies", "review", "stacks", "tests/support", "toolchain"],
  "tests/long": ["components", "policies", "review", "stacks", "tests/support", "toolchain"],
  "tests/aws": ["components", "policies", "review", "stacks", "tests/support", "toolchain"],
};

/** Folders of a list, and all that is below them, as a regular expression. */
const below = (folders) => `^(${folders.join("|")})/`;

const oneWay = Object.entries(mayImport).map(([folder, others]) => ({
  name: `imports-of-${folder.replace("/", "-")}`,
  comment: "Imports point one way: see mayImport in .dependency-cruiser.cjs.",
  severity: "error",
  // `components` itself is its index, the package's one door.
  from: { path: folder === "components" ? "^components/[^/]+$" : below([folder]) },
  to: { dependencyTypes: ["local"], pathNot: [below([folder, ...others]), "^[^/]+\\.json$"] },
}));

module.exports = {
  forbidden: [
    {
      name: "no-circle",
      comment: "What both need stands in the lower file.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "known-folder",
      comment: "A folder of code has its line in mayImport.",
      severity: "error",
      from: { path: "^[^/]+/", pathNot: [below(Object.keys(mayImport)), "^(examples|node_modules)/"] },
      to: {},
    },
    ...oneWay,
  ],
  options: {
    // Types too: whoever needs a type of a file needs the file.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "node_modules|^dist" },
  },
};
