import { readBootReport } from "../../../../components/cluster/console";

const lines = (...text: string[]): string => text.join("\r\n");

describe("readBootReport", () => {
  it("says that a machine is starting up while the bootstrap has said nothing", () => {
    const report = readBootReport(lines("systemd 252 running in system mode", "[  OK  ] Started containerd"));
    expect(report).toEqual({
      step: "starting up",
      busy: false,
      failed: false,
      joined: false,
      isAsking: false,
      log: [],
    });
  });

  it("says that a worker asks for the certificate of its kubelet, until it goes on", () => {
    const asks = "slipway: step waiting for the certificate of its kubelet";
    expect(readBootReport(lines(asks)).isAsking).toBe(true);
    expect(readBootReport(lines(asks, "slipway: step configuring the kubelet")).isAsking).toBe(false);
  });

  it("takes the last step, among colours and other lines", () => {
    const report = readBootReport(
      lines(
        "slipway: step waiting for containerd",
        "[\u001b[0;32m  OK  \u001b[0m] Reached target cloud-init",
        "slipway: step waiting for the API at https://10.88.0.2:6443",
      ),
    );
    expect(report.step).toBe("waiting for the API at https://10.88.0.2:6443");
    expect(report.failed).toBe(false);
  });

  it("gives the failed step with the log lines before it", () => {
    const report = readBootReport(
      lines(
        "slipway: step kubeadm join, attempt 20 of 20",
        "slipway: log error: no such host",
        "slipway: failed kubeadm join",
      ),
    );
    expect(report).toEqual({
      step: "kubeadm join",
      busy: false,
      failed: true,
      joined: false,
      isAsking: false,
      log: ["error: no such host"],
    });
  });

  it("keeps the newest twenty log lines", () => {
    const log = Array.from({ length: 30 }, (_, index) => `slipway: log line ${index}`);
    expect(readBootReport(lines(...log)).log).toEqual(
      Array.from({ length: 20 }, (_, index) => `line ${index + 10}`),
    );
  });

  it("knows a machine that joined, also when an earlier attempt failed", () => {
    const report = readBootReport(
      lines("slipway: log first try", "slipway: step kubeadm init", "slipway: joined"),
    );
    expect(report).toMatchObject({ step: "joined", failed: false, joined: true });
  });

  it.each([
    "Cloud-init v. 22.4.2 finished at Tue, 24 Nov 2026 04:00:00 +0000. Datasource DataSourceNoCloud.",
    "[ 6602.294800] cloud-init[115]: cloud-init finished",
  ])("takes cloud-init's end without a bootstrap for a failure, in cloud-init's words: %s", (end) => {
    const warning = "2026-11-24 04:00:00,000 - util.py[WARNING]: Failed loading yaml blob";
    const report = readBootReport(lines(warning, end));
    expect(report.failed).toBe(true);
    expect(report.step).toContain("cloud-init");
    expect(report.log).toEqual([warning]);
  });

  it("does not take the end of cloud-init's first stage for its end", () => {
    const report = readBootReport("[  OK  ] Finished cloud-init-local.service - Initial cloud-init job");
    expect(report.failed).toBe(false);
  });
});
