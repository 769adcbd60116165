import "reflect-metadata";

import { spawnSync } from "node:child_process";
import { KeyObject, webcrypto } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { X509CertificateGenerator } from "@peculiar/x509";
import { parse } from "yaml";

import type { KeyPairPem, PlatformFacts } from "../../../components/bootstrap";
import { platform } from "../bootstrap-facts";

const library = join(__dirname, "../../../machine-image/rootfs/usr/lib/slipway");
/** What all machines share. */
const kept = "var/lib/slipway/kept";
const stubs = join(__dirname, "stubs.sh");
const programs = ["kubeadm", "kubectl", "curl", "systemctl", "journalctl", "install", "id", "ctr"];

const day = 86_400_000;

const linesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "");

/** A self-signed certificate and its key, valid from so many days ago for so many days. */
export async function madeKeyPair(name: string, from = 0, days = 365): Promise<KeyPairPem> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const notBefore = new Date(Date.now() - from * day);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore,
    notAfter: new Date(notBefore.getTime() + days * day),
    signingAlgorithm: algorithm,
    keys,
  });
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" });
  return { certificate: `${certificate.toString("pem")}\n`, privateKey: String(key) };
}

/** Its certificate alone. */
export async function madeCertificate(name: string, from?: number, days?: number): Promise<string> {
  return (await madeKeyPair(name, from, days)).certificate;
}

/** What a machine's bootstrap did at one boot. */
export interface Boot {
  /** What it ran that changes something, in order. */
  readonly calls: readonly string[];
  /** What it said on the console, without `slipway: `. */
  readonly said: readonly string[];
  readonly status: number | null;
}

/**
 * A folder that stands for a machine's root, and programs that stand for those that its bootstrap runs. They change what the
 * real ones change of it, and take from the world what it is told of the cluster.
 */
export class StubMachine {
  private readonly folder = mkdtempSync(join(tmpdir(), "slipway-machine-"));
  private readonly root = join(this.folder, "root");
  private readonly world = join(this.folder, "world");

  /**
   * @param document gives the machine's cloud-init document, with the identity, for its platform: one whose machines share a
   * folder
   */
  constructor(
    private readonly document: (platform: PlatformFacts) => string,
    private readonly authority: KeyPairPem,
    private readonly leaf: string,
  ) {
    const bin = join(this.folder, "bin");
    for (const folder of [bin, this.world, this.path("dev"), this.path("run"), this.path(kept)])
      mkdirSync(folder, { recursive: true });
    for (const program of programs) symlinkSync(stubs, join(bin, program));
    this.writeDocument();
    this.write("usr/lib/slipway/containerd/store/image-id", "image-1\n");
    this.tell("version", "1.36.3");
    this.tell("leaf.crt", leaf);
  }

  /** Writes the document's files, as cloud-init does, but another authority than the made-up one. */
  writeDocument(changed: (text: string) => string = (text) => text): void {
    const claimCluster = [join(library, "claim-cluster"), kept];
    const document = changed(this.document({ ...platform, claimCluster }));
    const { write_files: files } = parse(document) as { write_files: { path: string; content: string }[] };
    for (const { path, content } of files) this.write(path, content);
    this.write("etc/slipway/ca.crt", this.authority.certificate);
    if (!this.has("etc/slipway/pki/ca.key")) return;
    this.write("etc/slipway/pki/ca.crt", this.authority.certificate);
    this.write("etc/slipway/pki/ca.key", this.authority.privateKey);
  }

  /** Another machine that is just like this one. */
  copy(): StubMachine {
    const copy = new StubMachine(this.document, this.authority, this.leaf);
    for (const folder of ["root", "world"])
      cpSync(join(this.folder, folder), join(copy.folder, folder), {
        recursive: true,
        verbatimSymlinks: true,
      });
    return copy;
  }

  /** Says what the world is like; without text it is not so any more. */
  tell(fact: string, text?: string): void {
    const path = join(this.world, fact);
    if (text === undefined) rmSync(path, { force: true });
    else writeFileSync(path, text);
  }

  heard(fact: string): string {
    return readFileSync(join(this.world, fact), "utf8");
  }

  write(path: string, content = ""): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  filesBelow(path: string): string[] {
    return readdirSync(join(this.root, path));
  }

  /** Tells whether a folder is the same that it was, to who has mounted it. */
  inode(path: string): number {
    return statSync(join(this.root, path)).ino;
  }

  /** Octal digits. */
  mode(path: string): string {
    return (statSync(join(this.root, path)).mode & 0o777).toString(8);
  }

  lose(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  /** Path of a file of this machine as its own programs would have to name it. */
  path(path: string): string {
    return join(this.root, path);
  }

  /** Runs what its timer does, or what an update does. Gives what it ran that changes something. */
  certificates(what: "mind" | "renew"): {
    readonly calls: readonly string[];
    readonly status: number | null;
  } {
    this.tell("calls", "");
    const { status } = this.run([join(library, "certificates"), what]);
    return { calls: this.calls, status };
  }

  /** @param seconds after which it is ended: then its status is null */
  boot(seconds = 20): Boot {
    rmSync(join(this.root, "run"), { recursive: true, force: true });
    this.tell("calls", "");
    this.write("dev/console");
    const { status } = this.run(["timeout", "--kill-after=1", `${seconds}`, join(library, "bootstrap")]);
    return {
      calls: this.calls,
      said: linesOf(this.read("dev/console")).map((line) => line.replace("slipway: ", "")),
      status: status === 124 ? null : status,
    };
  }

  private run([program = "", ...args]: readonly string[]) {
    const env = {
      PATH: `${join(this.folder, "bin")}:${process.env.PATH ?? ""}`,
      SLIPWAY_ROOT: this.root,
      SLIPWAY_PATIENCE: "1",
      WORLD: this.world,
    };
    return spawnSync(program, args, { cwd: this.root, env });
  }

  private get calls(): string[] {
    return linesOf(this.heard("calls"));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
