import * as pulumi from "@pulumi/pulumi";

import { plainFailure } from "../../../../components/cluster/failure";

describe("a failure of a cluster's machines", () => {
  it("says its own sentence, whatever waited for it", async () => {
    const failure = plainFailure(new Error("machine worker-0 failed at: kubeadm join"));
    const waits = pulumi.runtime.serializeProperties("test", { metadata: Promise.reject(failure) });
    await expect(waits).rejects.toBe(failure);
    expect(failure.message).toBe("machine worker-0 failed at: kubeadm join");
    expect(pulumi.RunError.isInstance(failure)).toBe(true);
  });

  it("says what the API says, without headers and body", () => {
    const refusal = Object.assign(new Error("HTTP-Code: 403 …"), { code: 403, body: '{"message":"no"}' });
    expect(plainFailure(refusal).message).toBe("no");
  });

  it("stays what it is when it is one already", () => {
    const failure = plainFailure(new Error("x"));
    expect(plainFailure(failure)).toBe(failure);
  });
});
