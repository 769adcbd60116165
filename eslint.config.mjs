import eslint from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

const direction = "Imports in components/ point one way: see mayImport in eslint.config.mjs.";

/** The components are a package of their own: nothing outside their folder is part of it. */
const outside = {
  regex:
    "^(\\.\\./)+(stacks|toolchain|services|policies|review|tests|bench|examples|machine-image|index)(/|$)",
  message: "The package holds nothing but components/.",
};

/**
 * The folders of components/, and which of the others each may import: imports point one way. What runs in a cluster
 * never imports what makes one, so that it also serves a cluster that somebody else made.
 */
const mayImport = {
  bootstrap: [],
  pki: [],
  machines: ["bootstrap", "checks", "pki"],
  cluster: ["bootstrap", "machines", "pki"],
  platform: ["pki"],
  checks: [],
  images: ["checks"],
  workloads: ["checks", "images"],
  delivery: ["checks", "images", "pki", "workloads"],
};

/** A rule for the files at one depth of a folder: `up` leads from there to components/. */
function oneWayRule(folder, allowed, files, up) {
  const others = Object.keys(mayImport).filter((other) => other !== folder && !allowed.includes(other));
  const regex = `^${up}(${others.join("|")})(/|$)`;
  return {
    files: [`components/${folder}/${files}`],
    rules: { "no-restricted-imports": ["error", { patterns: [outside, { regex, message: direction }] }] },
  };
}

const oneWay = Object.entries(mayImport).flatMap(([folder, allowed]) => [
  oneWayRule(folder, allowed, "*.ts", "\\.\\./"),
  oneWayRule(folder, allowed, "*/*.ts", "\\.\\./\\.\\./"),
  oneWayRule(folder, allowed, "*/*/*.ts", "\\.\\./\\.\\./\\.\\./"),
]);

export default tseslint.config(
  { ignores: ["**/node_modules/", "**/dist/", "dist-docs/", "coverage/"] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  prettier,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["*.mjs", "*.js"] } },
    },
    rules: {
      // A number in a message is as clear as its text.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "max-lines": ["error", 400],
      // The Kubernetes client's types are classes, and its own examples pass it plain objects.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
    },
  },
  { files: ["components/*.ts"], rules: { "no-restricted-imports": ["error", { patterns: [outside] }] } },
  ...oneWay,
  // They import the package, which is not installed here: the test that runs them checks their types.
  { files: ["examples/**/*.ts"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["**/*.mjs", "**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ["examples/**/*.mjs", "tests/**/*.mjs"],
    languageOptions: {
      globals: {
        AbortSignal: "readonly",
        console: "readonly",
        fetch: "readonly",
        process: "readonly",
        URL: "readonly",
      },
    },
  },
  {
    files: ["**/*.js"],
    languageOptions: { sourceType: "commonjs", globals: { __dirname: "readonly", module: "writable" } },
  },
);
