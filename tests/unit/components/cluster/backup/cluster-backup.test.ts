import { ClusterBackup, type ClusterBackupArgs } from "../../../../../components/cluster";
import { countByType, inputsOf, recordResources, registeredBy } from "../../../../support/recorder";

const args: ClusterBackupArgs = {
  environment: "dev",
  recipient: "age1recipient",
  target: { keptFolder: "/var/lib/slipway/kept" },
};

const settings = async (more: Partial<ClusterBackupArgs> = {}) => {
  recordResources();
  const resources = await registeredBy(
    (options) => new ClusterBackup("dev-backup", { ...args, ...more }, options),
  );
  expect(countByType(resources)).toEqual({
    "slipway:cluster:ClusterBackup": 1,
    "kubernetes:core/v1:ConfigMap": 1,
  });
  return inputsOf(resources, "kubernetes:core/v1:ConfigMap");
};

test("is one object, which the machines read", async () => {
  expect(await settings()).toMatchObject({
    metadata: { namespace: "kube-system", name: "slipway-backup" },
    data: {
      environment: "dev",
      recipient: "age1recipient",
      intervalMinutes: "60",
      folder: "/var/lib/slipway/kept/.cluster-backups",
      hourly: "24",
      daily: "7",
      weekly: "4",
    },
  });
});

test("says its own interval and policy, and of a bucket no policy", async () => {
  expect(await settings({ intervalMinutes: 5, keep: { hourly: 1, weekly: 0 } })).toMatchObject({
    data: { intervalMinutes: "5", hourly: "1", daily: "7", weekly: "0" },
  });
  expect((await settings({ target: { bucket: "dev-backups-1" } })).data).toEqual({
    environment: "dev",
    recipient: "age1recipient",
    intervalMinutes: "60",
    bucket: "dev-backups-1",
  });
});
