import { type ChildProcess, spawn } from "node:child_process";

import type { TestEnvironment } from "./test-environment";

/** Something that Docker has done with a machine. */
export interface MachineEvent {
  /** In milliseconds since 1970. */
  readonly at: number;
  /** The machine's name, such as `worker-0`. */
  readonly machine: string;
  /** Docker's word: `create`, `start`, `kill`, `die`, … */
  readonly action: string;
}

interface DockerEvent {
  readonly Action: string;
  readonly timeNano: number;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

/** What changes a machine; looking into one does not. */
const changes = ["create", "start", "restart", "kill", "stop", "die", "destroy", "pause", "rename", "update"];

/** What Docker does with the machines of an environment, from the moment that this is made. */
export class DockerEvents {
  private text = "";
  private readonly watcher: ChildProcess;

  constructor(private readonly environment: TestEnvironment) {
    const filters = [
      "--filter",
      "type=container",
      "--filter",
      `label=slipway.environment=${environment.name}`,
    ];
    this.watcher = spawn("docker", ["events", ...filters, "--format", "{{json .}}"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.watcher.stdout?.setEncoding("utf8").on("data", (part: string) => (this.text += part));
  }

  /** What has changed machines until now, oldest first. */
  get changes(): MachineEvent[] {
    const prefix = this.environment.container("");
    return this.text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as DockerEvent)
      .filter(({ Action }) => changes.includes(Action))
      .map(({ Action, timeNano, Actor }) => ({
        at: timeNano / 1e6,
        machine: (Actor.Attributes.name ?? "").replace(prefix, ""),
        action: Action,
      }));
  }

  /** The machines that were made, in the order of their making. */
  get made(): string[] {
    return this.changes.filter(({ action }) => action === "create").map(({ machine }) => machine);
  }

  /** Names of machines that something was done to. */
  get touched(): string[] {
    return [...new Set(this.changes.map(({ machine }) => machine))].sort();
  }

  end(): void {
    this.watcher.kill();
  }
}
