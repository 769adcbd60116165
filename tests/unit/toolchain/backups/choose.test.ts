import { chooseJob } from "../../../../toolchain/backups/choose";

const orders = { namespace: "shop", name: "orders-backup-restore" };
const users = { namespace: "team", name: "users-backup-restore" };

test("the only database need not be named", () => {
  expect(chooseJob("restore", [orders], "")).toBe(orders);
});

test("one of several is named by its backup, whatever is done with it", () => {
  expect(chooseJob("restore", [orders, users], "team/users-backup")).toBe(users);
  const backup = { namespace: "team", name: "users-backup" };
  expect(chooseJob("backup", [backup, orders], "team/users-backup")).toBe(backup);
});

test.each([
  [[], "", "no database of this environment is backed up: it has no PostgresBackup"],
  [
    [users, orders],
    "",
    "several databases are backed up; give one, as in BACKUP=shop/orders-backup: shop/orders-backup, team/users-backup",
  ],
  [[orders], "shop/order", 'BACKUP is "shop/order"; give shop/orders-backup'],
])("of %j %j is refused", (jobs, wanted, message) => {
  expect(() => chooseJob("restore", jobs, wanted)).toThrow(message);
});
