import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { parse } from "yaml";

import { type MachineFile, workerUserData } from "../../../../../components/bootstrap";
import { awsFacts } from "../../../../../components/machines/aws/aws-facts";
import { MachineApis } from "../../../../support/aws/machine-apis";
import { cluster } from "../../../../support/bootstrap-facts";

/** As a pool's machine gets it. */
const document = parse(
  workerUserData({
    ...{ cluster, platform: awsFacts("prod") },
    machine: { labels: { disk: "fast", "slipway.pool": "general-1" }, taints: [] },
  }),
) as { readonly write_files: readonly MachineFile[] };

const contentOf = (at: string): string =>
  document.write_files.find((file) => file.path === at)?.content ?? "";

let apis: MachineApis;

beforeEach(async () => {
  apis = await MachineApis.start({
    bootstrap: contentOf("/etc/slipway/bootstrap.env"),
    group: contentOf("/etc/slipway/group.env"),
  });
  apis.groups = [{ status: 200, body: "<CompleteLifecycleActionResponse/>" }];
  // What its settings are beside, a folder deeper.
  apis.put("/etc/slipway/join.yaml", contentOf("/etc/slipway/join.yaml"));
});

afterEach(() => apis.stop());

const hook = (when: string): Promise<number | null> => apis.run("group-hook.py", undefined, when);

const completed = () =>
  apis.requests
    .filter(({ path: at }) => at === "/autoscaling/")
    .map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

const completion = (name: string) => ({
  Action: "CompleteLifecycleAction",
  Version: "2011-01-01",
  LifecycleActionResult: "CONTINUE",
  AutoScalingGroupName: "slipway-prod-general-1",
  LifecycleHookName: name,
  InstanceId: "i-0123456789abcdef0",
});

describe("a machine of a pool", () => {
  it("is taken into service when its own Node is ready, and not before", async () => {
    const counter = path.join(apis.folder, "looks");
    writeFileSync(counter, "");
    apis.program("kubectl", `echo "$@" >>${counter}; [ $(wc -l <${counter}) -lt 2 ] || printf True`);
    expect(await hook("enter")).toBe(0);
    const looks = readFileSync(counter, "utf8").trim().split("\n");
    expect(looks).toHaveLength(2);
    expect(looks[0]).toMatch(/--kubeconfig \/etc\/kubernetes\/kubelet\.conf .*get node \S+ /);
    expect(completed()).toEqual([completion("enter-cluster")]);
  }, 20_000);

  it("says that it may go without asking the cluster, which may be gone", async () => {
    apis.program("kubectl", "exit 1");
    expect(await hook("leave")).toBe(0);
    expect(completed()).toEqual([completion("leave-cluster")]);
  });

  it("has nothing to say when nobody waits for it, as after a restart", async () => {
    const refusal =
      "<ErrorResponse><Error><Code>ValidationError</Code><Message>No active Lifecycle Action found with instance ID i-0123456789abcdef0</Message></Error></ErrorResponse>";
    apis.groups = [{ status: 400, body: refusal }];
    expect(await hook("leave")).toBe(0);
    expect(completed()).toHaveLength(1);
  });

  it("says it again when it is refused, and tells why on its console", async () => {
    const refusal =
      "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not yours</Message></Error></ErrorResponse>";
    apis.groups.unshift({ status: 403, body: refusal });
    expect(await hook("leave")).toBe(0);
    expect(completed()).toHaveLength(2);
    expect(apis.console()).toEqual([
      "slipway: log waiting for the lifecycle hook leave-cluster: HTTP 403 AccessDenied not yours",
    ]);
  }, 20_000);
});

it("is of no group when it is a control plane", async () => {
  apis.set("bootstrap", "ROLE='join-control-plane'\n");
  expect(await hook("enter")).toBe(0);
  expect(apis.requests).toEqual([]);
});
