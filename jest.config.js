// `unit` needs nothing but Node; `e2e` makes real clusters on the local Docker daemon; `long` does so for hours, and
// `aws` needs a plugin that takes long to build: both run each night, and are no part of `make test`.
const shared = {
  rootDir: __dirname,
  testEnvironment: "node",
  // Jest would only warn of globals that libraries keep for themselves.
  testEnvironmentOptions: { globalsCleanup: "off" },
  transform: {
    "^.+\\.[cm]?[jt]s$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  // A minute for a test that does not say itself what it takes: other work may have the processors.
  setupFilesAfterEnv: ["<rootDir>/tests/support/patience.ts"],
  // Packages that ship ES modules only, which jest's own module loader cannot require.
  transformIgnorePatterns: [
    "/node_modules/(?!(@kubernetes/client-node|openid-client|oauth4webapi|jose|age-encryption|@noble|@scure)/)",
  ],
};

module.exports = {
  // What a test file has loaded is freed late: without this a worker grew to 7 GB.
  workerIdleMemoryLimit: "2GB",
  projects: [
    { ...shared, displayName: "unit", testMatch: ["<rootDir>/tests/{unit,golden}/**/*.test.ts"] },
    { ...shared, displayName: "e2e", testMatch: ["<rootDir>/tests/e2e/**/*.test.ts"] },
    { ...shared, displayName: "aws", testMatch: ["<rootDir>/tests/aws/**/*.test.ts"] },
    { ...shared, displayName: "long", testMatch: ["<rootDir>/tests/long/**/*.test.ts"] },
  ],
};
