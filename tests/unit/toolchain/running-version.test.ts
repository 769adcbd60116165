import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { runningVersions, runningVersionsOf, untold } from "../../../toolchain/running-version";

describe("of machines that are there", () => {
  const machine = (name: string, kubernetesVersion?: string) => ({
    name,
    ...(kubernetesVersion !== undefined && { kubernetesVersion }),
  });

  it("is their version, and none where there is no machine", () => {
    expect(runningVersionsOf([machine("control-plane-0", "1.37.2"), machine("worker-0", "1.37.2")])).toEqual([
      "1.37.2",
    ]);
    expect(runningVersionsOf([])).toEqual([]);
  });

  it("is that of each control plane while they are replaced, the lowest first, by number and not by letter", () => {
    const versions = ["1.37.2", "1.9.10", "1.36.3"];
    const machines = versions.map((version, index) => machine(`control-plane-${index}`, version));
    expect(runningVersionsOf(machines)).toEqual(["1.9.10", "1.36.3", "1.37.2"]);
  });

  it("does not go by workers, which may be older, unless no control plane is left", () => {
    const worker = machine("worker-0", "1.35.4");
    expect(runningVersionsOf([worker, machine("control-plane-0", "1.36.3")])).toEqual(["1.36.3"]);
    expect(runningVersionsOf([worker])).toEqual(["1.35.4"]);
    expect(runningVersionsOf([worker, machine("control-plane-pool-0", "1.34.4")])).toEqual([
      "1.34.4",
      "1.35.4",
    ]);
  });

  it("is the one that there was before machines told, of those that do not", () => {
    expect(runningVersionsOf([machine("control-plane-0"), machine("control-plane-1", "1.37.2")])).toEqual([
      "1.36.3",
      "1.37.2",
    ]);
  });
});

describe("of an environment on Docker", () => {
  type Answers = Partial<Record<"container" | "volume" | "image" | "run", string | Error>>;

  /** What is told where docker answers each command so, and nothing to others. */
  const running = (answers: Answers): Promise<string[]> =>
    runningVersions("dev", {}, "0123456789abcdef", ([command = ""]) => {
      const answer = answers[command as keyof Answers] ?? "";
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    });
  const volume = "slipway-dev-control-plane-0\nslipway-dev-worker-0\n";

  it("is told by its containers", async () => {
    const container = { id: "1", name: "slipway-dev-control-plane-0", state: "exited", revision: "x" };
    const line = `${JSON.stringify({ ...container, kubernetesVersion: "1.35.4" })}\n`;
    expect(await running({ container: line, volume })).toEqual(["1.35.4"]);
  });

  it("is none before it has a machine", async () => {
    expect(await running({})).toEqual([]);
  });

  it("is read from the disk of a control plane where all containers are lost", async () => {
    const run = "    image: registry.k8s.io/kube-apiserver:v1.35.4\n    imagePullPolicy: Never\n";
    expect(await running({ volume, image: "0123456789ab\n", run })).toEqual(["1.35.4"]);
  });

  it.each<Answers>([
    { image: "" },
    { image: "0123456789ab\n", run: new Error("no such file") },
    { image: "0123456789ab\n", run: "image: registry.k8s.io/etcd:3.6.8\n" },
  ])("is not told where even that cannot be read: %j", async (answers) => {
    expect(await running({ volume, ...answers })).toEqual([untold]);
  });

  it("fails where Docker does not answer", async () => {
    await expect(running({ container: new Error("no daemon") })).rejects.toThrow("no daemon");
  });
});

describe("of an environment on AWS", () => {
  const variables = ["AWS_ENDPOINT_URL_EC2", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
  const settings = { platform: "aws", aws: { region: "eu-central-1" } };
  const asked: string[] = [];
  let answer = "";
  let volumes = "";
  let server: Server;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.setEncoding("utf8").on("data", (body: string) => asked.push(decodeURIComponent(body)));
      request.on("end", () => {
        const isOfVolumes = asked.at(-1)?.includes("Action=DescribeVolumes") ?? false;
        response.writeHead(answer === "" ? 403 : 200).end(isOfVolumes ? volumes : answer);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    for (const name of variables) process.env[name] = "testing";
    process.env.AWS_ENDPOINT_URL_EC2 = `http://127.0.0.1:${port}`;
  });

  afterAll(async () => {
    for (const name of variables) Reflect.deleteProperty(process.env, name);
    await new Promise((resolve) => server.close(resolve));
  });

  const tags = (values: Record<string, string>): string => {
    const items = Object.entries(values).map(
      ([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`,
    );
    return `<item><tagSet>${items.join("")}</tagSet></item>`;
  };
  const instances = (...all: Record<string, string>[]): string =>
    `<DescribeInstancesResponse><reservationSet><item><instancesSet>${all.map(tags).join("")}</instancesSet></item></reservationSet></DescribeInstancesResponse>`;
  const running = (): Promise<string[]> => runningVersions("prod", settings, "0123456789abcdef");

  it("is told by its instances' tags", async () => {
    answer = instances(
      { "slipway.machine": "control-plane-0", "slipway.kubernetes": "1.37.2" },
      { "slipway.machine": "control-plane-1", "slipway.kubernetes": "1.36.3" },
    );
    expect(await running()).toEqual(["1.36.3", "1.37.2"]);
    const [question = ""] = asked;
    expect(question).toContain("Filter.1.Name=tag:slipway.environment&Filter.1.Value.1=prod");
    expect(question).toContain("Filter.2.Name=tag:slipway.owner&Filter.2.Value.1=0123456789abcdef");
  });

  it("is the one that there was before machines told, of those that do not", async () => {
    answer = instances({ "slipway.machine": "control-plane-0" });
    expect(await running()).toEqual(["1.36.3"]);
  });

  it("is told by its volumes' tags where every instance is gone", async () => {
    answer = instances();
    const item = tags({ "slipway.machine": "control-plane-0", "slipway.kubernetes": "1.35.4" });
    volumes = `<DescribeVolumesResponse><volumeSet>${item}</volumeSet></DescribeVolumesResponse>`;
    expect(await running()).toEqual(["1.35.4"]);
  });

  it("is none before it has an instance or a volume", async () => {
    answer = instances();
    volumes = "<DescribeVolumesResponse><volumeSet></volumeSet></DescribeVolumesResponse>";
    expect(await running()).toEqual([]);
  });

  it("fails where AWS refuses to tell", async () => {
    answer = "";
    await expect(running()).rejects.toThrow();
  });
});

it("of an environment on AWS is none as long as no region is written", async () => {
  expect(await runningVersions("dev", { platform: "aws" }, "0123456789abcdef")).toEqual([]);
});
