import type { BadConfiguration } from "./bad-configuration";

const wholeNumber = (setting: string, value: unknown, wrong: string, limits: string): BadConfiguration => ({
  settings: { clusterBackup: { [setting]: value } },
  line: `slipway:clusterBackup.${setting}: ${JSON.stringify(value)} is not a number of ${wrong}; write a whole number from ${limits}`,
});

/** What is wrong with the settings of the cluster's backups. */
export const clusterBackup: BadConfiguration[] = [
  {
    settings: { clusterBackup: "off" },
    line: 'slipway:clusterBackup: "off" is not a group of settings; write some of enabled, intervalMinutes, hourly, daily, weekly, recipient',
  },
  {
    settings: { clusterBackup: { enabled: "no" } },
    line: 'slipway:clusterBackup.enabled: "no" is not a yes or no; write true or false',
  },
  {
    settings: { clusterBackup: { interval: 5 } },
    line: "slipway:clusterBackup.interval: is not a setting; write one of enabled, intervalMinutes, hourly, daily, weekly, recipient",
  },
  ...[4, 1441, 7.5, "hourly"].map((value) => wholeNumber("intervalMinutes", value, "minutes", "5 to 1440")),
  wholeNumber("hourly", -1, "hours", "0 to 366"),
  wholeNumber("daily", 367, "days", "0 to 366"),
  wholeNumber("weekly", "4", "weeks", "0 to 366"),
  ...["", "age1", "AGE-SECRET-KEY-1QQQ", `age1${"b".repeat(30)}`, "ssh-ed25519 AAAA", "age1$(id)"].map(
    (recipient) => ({
      settings: { clusterBackup: { recipient } },
      line: `slipway:clusterBackup.recipient: ${JSON.stringify(recipient)} is not the public half of a recovery key; write what make recovery-key prints, which begins with age1`,
    }),
  ),
];
