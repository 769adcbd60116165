// Makes sure that the host can run machines: `npx tsx toolchain/docker.ts`.
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { cacheRoot } from "./cache";
import { isDockerTooOld, oldestDocker } from "./docker-version";
import { type Host, thisHost } from "./host";
import { failCommand } from "./command";

/** How long a daemon may take to answer, and how often it is asked, in milliseconds. */
const patience = { total: 60_000, interval: 1000, report: 10_000 };

/**
 * Kernel limits that machines share with the host, since they share its kernel and its root user: each boot
 * of systemd, kubelet and containerd takes dozens of inotify instances, and 128 are the kernel's default.
 * https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files
 */
const kernelLimits = {
  "fs.inotify.max_user_instances": 8192,
  "fs.inotify.max_user_watches": 1_048_576,
} as const;

type Say = (line: string) => void;

/**
 * Makes sure that a Docker daemon of at least 20.10 answers, that debootstrap is there for the machine image,
 * and that the kernel's limits suffice for several machines. As root on Debian it installs and starts what is
 * missing; it changes nothing where all is well.
 *
 * @param say - takes a line for each thing that is done
 * @param host - default: this machine
 * @throws Error that says what is missing and what to do, where it cannot be done here
 */
export async function prepareHost(say: Say = console.log, host: Host = thisHost): Promise<void> {
  await ensureDocker(say, host);
  ensurePackages(say, host, { debootstrap: "debootstrap" }, "The machine image is made with debootstrap");
  ensureKernelLimits(say, host);
}

async function ensureDocker(say: Say, host: Host): Promise<void> {
  if (host.has("docker") && serverVersion(host) !== undefined) {
    checkVersion(host);
    return;
  }
  refuseForeignDaemon(host);
  ensurePackages(say, host, { dockerd: "docker.io", iptables: "iptables" }, "Machines are Docker containers");
  // Newer Debian releases ship the client by itself.
  ensurePackages(say, host, { docker: "docker-cli" }, "Docker's client is needed");
  // Installing may have started it.
  if (serverVersion(host) === undefined) await startDocker(say, host);
  checkVersion(host);
}

/** Another's daemon that does not answer is its owner's to mend; one of ours would not be what was asked for. */
function refuseForeignDaemon(host: Host): void {
  const { DOCKER_HOST: address } = process.env;
  const { errors } = host.run("docker", "version");
  if (address) {
    throw new Error(`The Docker daemon that DOCKER_HOST names (${address}) does not answer: ${errors}`);
  }
  if (/permission denied/i.test(errors)) {
    throw new Error("Docker runs, but this user may not use it: become root or join the group `docker`.");
  }
}

/**
 * Ends the Docker daemon and starts it again, if it is one that was started here and has no containers.
 *
 * @throws Error that says what to do instead, where the daemon is another's or has containers
 */
export async function restartOwnDaemon(say: Say = console.log, host: Host = thisHost): Promise<void> {
  const { output: containers } = host.run("docker", "ps", "--all", "--quiet");
  const advice = "restart it when that suits (`systemctl restart docker`), then run this again";
  if (containers) throw new Error(`The Docker daemon has other containers: ${advice}`);
  if (!(await host.endDaemon(daemonLog(), "/var/run/docker.pid")))
    throw new Error(`The Docker daemon was not started by Slipway: ${advice}`);
  say("Docker: its daemon is ended, as it has no containers");
  await startDocker(say, host);
}

const daemonLog = (): string => path.join(cacheRoot(), "dockerd.log");

async function startDocker(say: Say, host: Host): Promise<void> {
  const log = daemonLog();
  if (!host.root)
    throw new Error("The Docker daemon does not run. Start it, as root: `systemctl start docker`.");
  const start = Date.now();
  let runs = startDaemon(say, host, log);
  let reported = start;
  while (serverVersion(host) === undefined) {
    if (Date.now() - start > patience.total) throw new Error(silentDaemonMessage(log));
    if (Date.now() - reported >= patience.report) {
      reported = Date.now();
      say(`Docker: waiting for its daemon to answer, ${Math.round((reported - start) / 1000)} s so far`);
    }
    await sleep(patience.interval);
    // A new daemon ends at once while one that was just killed is still on its way out.
    if (!runs()) runs = startDaemon(say, host, log);
  }
}

/** Starts the daemon, and gives whether it still runs. */
function startDaemon(say: Say, host: Host, log: string): () => boolean {
  if (!host.systemd) {
    say(`Docker: starting the daemon (its log: ${log})`);
    return host.startDaemon(log, "dockerd");
  }
  say("Docker: starting its service");
  const { ok, errors } = host.run("systemctl", "start", "docker");
  if (!ok) throw new Error(`The service docker does not start: ${errors}\n  see: journalctl -u docker`);
  return () => true;
}

function silentDaemonMessage(log: string): string {
  const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n").slice(-10) : [];
  return [
    `The Docker daemon does not answer after ${patience.total / 1000} s. The end of its log, ${log}:`,
    ...lines.map((line) => `    ${line}`),
  ].join("\n");
}

/** The daemon's version, or undefined when none answers. */
function serverVersion(host: Host): string | undefined {
  const { ok, output } = host.run("docker", "version", "--format", "{{.Server.Version}}");
  return ok && output ? output : undefined;
}

function checkVersion(host: Host): void {
  const version = serverVersion(host) ?? "";
  if (isDockerTooOld(version)) {
    throw new Error(`Docker ${version} is too old: machines need ${oldestDocker} or later. Upgrade it.`);
  }
}

/**
 * Installs what is missing.
 *
 * @param packages - program to the Debian package that has it
 * @param reason - why they are needed, as a sentence without its full stop
 */
function ensurePackages(say: Say, host: Host, packages: Record<string, string>, reason: string): void {
  const missing = Object.entries(packages)
    .filter(([program]) => !host.has(program))
    .map(([, name]) => name);
  if (missing.length === 0) return;
  const names = missing.join(" ");
  const command = `apt-get update && apt-get install --no-install-recommends ${names}`;
  if (!host.debian)
    throw new Error(`${reason}. Install what your system has for Debian's ${names}, then run again.`);
  if (!host.root) throw new Error(`${reason}. Run as root: \`${command}\`, then run again.`);
  say(`Installing ${names}`);
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", ...missing]]) {
    const { ok, errors } = host.run("apt-get", ...args);
    if (!ok) {
      throw new Error(
        `${reason}, but \`apt-get ${args.join(" ")}\` failed: ${errors}\n  mend it, then: ${command}`,
      );
    }
  }
}

function ensureKernelLimits(say: Say, host: Host): void {
  for (const [name, wanted] of Object.entries(kernelLimits)) {
    const current = host.sysctl(name);
    if (current === undefined || current >= wanted) continue;
    if (host.root && host.setSysctl(name, wanted)) say(`Raised ${name} from ${current} to ${wanted}`);
    else say(`${name} is ${current}, too low for many machines. As root: \`sysctl -w ${name}=${wanted}\`.`);
  }
}

if (require.main === module) {
  prepareHost().catch(failCommand);
}
