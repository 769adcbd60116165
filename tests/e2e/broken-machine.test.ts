import * as path from "node:path";

import { TestEnvironment } from "../support/test-environment";

const program = path.join(__dirname, "broken-machine");
const minutes = (count: number): number => count * 60_000;

/** The message of an `up` that must fail because one machine cannot boot as it should. */
describe.each([
  {
    damage: "kind",
    what: "that kubeadm refuses",
    message: /machine worker-0 failed at: configuring the kubelet[^]*NotAKind/,
  },
  {
    damage: "yaml",
    what: "that cloud-init cannot read",
    message: /machine worker-0 failed at: cloud-init[^]*(yaml|cloud-config)/i,
  },
])("a machine with a document $what", ({ damage, message }) => {
  const environment = new TestEnvironment({}, program);

  beforeAll(async () => {
    await environment.create();
  }, minutes(1));

  afterAll(async () => {
    await environment.destroy();
  }, minutes(5));

  it(
    "makes `pulumi up` fail with its name, the step and the log lines that say why",
    async () => {
      const { output, failed } = await environment.pulumi(
        ...["up", "--yes", "--skip-preview", "--config", `slipway-broken-machine:damage=${damage}`],
      );
      expect(failed).toBe(true);
      expect(output).toMatch(message);
    },
    minutes(6),
  );
});
