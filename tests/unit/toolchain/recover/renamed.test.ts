import { refuseRenamed } from "../../../../toolchain/recover/renamed";

const container = {
  urn: "urn:pulumi:dev::slipway::docker:index/container:Container::worker-0",
  type: "docker:index/container:Container",
  inputs: { name: "slipway-dev-worker-0", labels: [{ label: "slipway.environment", value: "dev" }] },
};

const instance = {
  urn: "urn:pulumi:prod::slipway::aws:ec2/instance:Instance::control-plane-0",
  type: "aws:ec2/instance:Instance",
  inputs: { tags: { Name: "any", "slipway.environment": "prod" } },
};

describe("a stack", () => {
  it.each([
    ["dev", container],
    ["prod", instance],
  ])("of the environment's name, %s, is none that was renamed", (stack, resource) => {
    expect(() => {
      refuseRenamed(stack, { resources: [resource] });
    }).not.toThrow();
  });

  it("without anything yet may have any name", () => {
    const resources = [
      { urn: "urn:pulumi:new::slipway::pulumi:pulumi:Stack::new", type: "pulumi:pulumi:Stack" },
    ];
    expect(() => {
      refuseRenamed("new", { resources });
      refuseRenamed("new", {});
    }).not.toThrow();
  });

  it.each([
    ["dev", container],
    ["prod", instance],
  ])("of another name than its environment's, %s, is refused", (environment, resource) => {
    expect(() => {
      refuseRenamed("new", { resources: [resource] });
    }).toThrow(
      `The stack new is the environment ${environment} under another name, and nothing is touched: its machines would be made anew, ` +
        `with empty disks. pulumi stack rename ${environment} -s new, with the variables of make environment ENV=${environment}, ` +
        "gives it its name again; " +
        `make restore-cluster ENV=new FROM=${environment}/latest KEY=… then makes new of its latest backup`,
    );
  });
});
