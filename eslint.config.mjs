import eslint from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/node_modules/", "**/dist/", "dist-docs/", "coverage/"] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  prettier,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["*.mjs", "*.js", ".*.cjs"] } },
    },
    rules: {
      // A number in a message is as clear as its text.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "max-lines": ["error", 400],
      // The Kubernetes client's types are classes, and its own examples pass it plain objects.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
    },
  },
  // They import the package, which is not installed here: the test that runs them checks their types.
  { files: ["examples/**/*.ts"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["**/*.mjs", "**/*.js", "**/*.cjs"], extends: [tseslint.configs.disableTypeChecked] },
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
    files: ["**/*.js", "**/*.cjs"],
    languageOptions: { sourceType: "commonjs", globals: { __dirname: "readonly", module: "writable" } },
  },
);
