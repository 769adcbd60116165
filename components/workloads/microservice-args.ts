import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Amount } from "../checks";
import type { ServiceImageArgs } from "../images";
import type { Autoscaling } from "./autoscaling";
import type { ConfigurationArgs } from "./configuration";
import type { Caller } from "./network-policies";
import type { Spread, Termination } from "./pod-spec";
import type { PortArgs } from "./ports";
import type { HttpProbes } from "./probes";
import type { ProgramArgs } from "./program-args";
import type { Callee } from "./reference";
import type { Rollout } from "./rollout";
import type { Role } from "./service-account";
import type { VolumeArgs } from "./volumes";

/** A program, and whom it talks to. */
export interface MicroserviceArgs extends ConfigurationArgs, ProgramArgs {
  /** Namespace, such as a {@link WorkloadNamespace}'s. */
  readonly namespace: pulumi.Input<string>;
  /**
   * Name of every one of its objects, and its host name in its namespace. Default: the component's. Another one is needed
   * where a stack has programs of one name in two namespaces.
   */
  readonly serviceName?: string;
  /** Image by digest, `host/repository@sha256:…`, so that what was tested is what runs. This or `build`. */
  readonly image?: pulumi.Input<string>;
  /** What its image is built of, by the Docker of this host. This or `image`. */
  readonly build?: BuildArgs;
  /**
   * Number of pods, from 0. Default 2. More than one get a disruption budget. With `autoscaling`, leave it out.
   */
  readonly replicas?: number;
  /** Lets the number of pods follow their use. Default: it is `replicas`. */
  readonly autoscaling?: Autoscaling;
  /**
   * TCP port on which the program answers HTTP, 1024 to 65535, as it does not run as root; its Service has it as 80. `"none"`
   * is for one that answers nobody, such as what takes work from a queue. Default 8080.
   */
  readonly port?: number | "none";
  /** Further ports by name, such as `{ metrics: 9090 }`; its Service has them under the same numbers. Default none. */
  readonly ports?: Readonly<Record<string, PortArgs>>;
  /**
   * Whom it calls: microservices, each a {@link Microservice} or, when another stack has it, a
   * {@link MicroserviceReference}, and {@link Outside} networks. Only they accept its connections, and it can open no
   * others: the policies of both sides follow from this list. Default none.
   */
  readonly talksTo?: readonly Callee[];
  /** Who may call it besides those that have it in `talksTo`, such as what collects metrics. Default nobody. */
  readonly calledBy?: readonly Caller[];
  /** Default: requests of 50m processor and 64Mi memory, limits of 1 processor and 256Mi. */
  readonly resources?: k8s.types.input.core.v1.ResourceRequirements;
  /** Where and how it says how it is. */
  readonly probes?: HttpProbes;
  /** How new pods take the place of old ones. Default: one by one, none before its successor is ready. */
  readonly rollout?: Rollout;
  /** How a pod is told to go. */
  readonly termination?: Termination;
  /** How its pods keep apart. Default: over nodes, as far as there are some. */
  readonly spread?: Spread;
  /** How many pods may be away at a time while nodes are drained, such as 1 or `"25%"`. Default 1. */
  readonly disruptionBudget?: Amount;
  /** What it may do with the cluster's API in its namespace. Default nothing: its pods have no token then. */
  readonly roles?: readonly Role[];
  /** Disks. Those of one node at a time suit one pod only. Default none. */
  readonly volumes?: readonly VolumeArgs[];
}

/** A build context, and the registry that the image goes to. */
export type BuildArgs = Omit<ServiceImageArgs, "repository"> & {
  /** Name inside the registry. Default: the microservice's name. */
  readonly repository?: string;
};
