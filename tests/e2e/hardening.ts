import { randomBytes } from "node:crypto";

import { KubeConfig } from "@kubernetes/client-node";

import { type AuditEvent, AuditLog, inWords } from "../support/audit-log";
import { LiveMachine } from "../support/live-machine";
import { answersIn, type Asker, startProbePod, tokenClaims, evaluateIn } from "../support/probe-pod";
import { agreedCipher, answerTo, type Credentials, foreignCredentials, portState } from "../support/requests";
import type { TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;

/** A word that is found again, and that nobody wrote before. */
const marker = (): string => `marker-${randomBytes(12).toString("hex")}`;
/** How a connection ends that the other side does not want: by a TLS alert, or without a word. */
const refusal = /ALERT|ECONNRESET|EPIPE/;

const decoded = (data: string | undefined): string => Buffer.from(data ?? "", "base64").toString();
/**
 * Whether a running environment's cluster is as hard as docs/security.md says. Everything is read where it runs: arguments of
 * processes, modes of files, the kubelets' own word, and answers to real requests. The numbers are those of the CIS Kubernetes
 * benchmark 1.12.
 */
export function describeHardening(environment: TestEnvironment): void {
  jest.setTimeout(minutes(2));
  describe("a cluster's hardening", () => {
    const controlPlane = new LiveMachine(environment, "control-plane-0");
    const worker = new LiveMachine(environment, "worker-0");
    const machines = [controlPlane, worker];

    let api = "";
    let apiPort = 0;
    let administrator: Credentials;
    let foreigner: Credentials;
    /** What the API server has to show to etcd. */
    let etcdClient: Credentials;
    let probe: Asker;
    const addresses: Record<string, string> = {};

    const kubeletOf = (machine: LiveMachine): string => `https://${addresses[machine.name]}:10250`;
    const etcd = (port = 2379): string => `https://${addresses[controlPlane.name]}:${port}/version`;

    beforeAll(async () => {
      const kubeconfig = new KubeConfig();
      kubeconfig.loadFromString(await environment.output("kubeconfig"));
      const [cluster, user] = [kubeconfig.getCurrentCluster(), kubeconfig.getCurrentUser()];
      api = cluster?.server ?? "";
      apiPort = Number(new URL(api).port);
      administrator = {
        ca: decoded(cluster?.caData),
        cert: decoded(user?.certData),
        key: decoded(user?.keyData),
      };
      foreigner = await foreignCredentials();
      etcdClient = {
        cert: await controlPlane.read("/etc/kubernetes/pki/apiserver-etcd-client.crt"),
        key: await controlPlane.read("/etc/kubernetes/pki/apiserver-etcd-client.key"),
      };
      for (const machine of machines) addresses[machine.name] = await machine.address();
      probe = await startProbePod(environment);
    }, minutes(2));

    describe("files of the control plane", () => {
      const dataDirectory = async (): Promise<string> =>
        (await controlPlane.flagsOf("etcd"))["data-dir"] ?? "";

      it("CIS 1.1.11 etcd's data directory is open to its owner alone", async () => {
        const [directory] = await controlPlane.files(await dataDirectory());
        expect(directory?.mode).toBe("700");
      });

      it("CIS 1.1.12 etcd's data directory belongs to etcd, whom nobody can log in as", async () => {
        const [directory] = await controlPlane.files(await dataDirectory());
        expect(directory?.owner).toBe("etcd:etcd");
        expect(await controlPlane.shell("getent passwd etcd")).toMatch(/:\/usr\/sbin\/nologin$/);
      });

      it("CIS 1.1.13 administrators' kubeconfigs are for root alone", async () => {
        const files = await controlPlane.files(
          "/etc/kubernetes/admin.conf",
          "/etc/kubernetes/super-admin.conf",
        );
        expect(files.map(({ mode, owner }) => `${mode} ${owner}`)).toEqual([
          "600 root:root",
          "600 root:root",
        ]);
      });

      it("CIS 1.1.21 private keys are for root alone", async () => {
        const onControlPlane = await controlPlane.filesBelow("/etc/kubernetes /etc/slipway", "*.key");
        const names = onControlPlane.map(({ path }) => path.replace("/etc/kubernetes/pki/", ""));
        expect(names).toEqual(
          expect.arrayContaining(["ca.key", "sa.key", "apiserver.key", "etcd/server.key"]),
        );
        // A worker has the key of its kubelet, and no other: each with its certificate, in one file.
        expect(await worker.filesBelow("/etc/kubernetes /etc/slipway", "*.key")).toEqual([]);
        const onWorker = await worker.filesBelow("/var/lib/kubelet/pki", "kubelet-*[0-9].pem");
        expect(onWorker.length).toBeGreaterThan(0);
        for (const file of [...onControlPlane, ...onWorker])
          expect(file).toEqual({ path: file.path, mode: "600", owner: "root:root" });
      });
    });

    describe("the API server", () => {
      const flag = async (name: string): Promise<string | undefined> =>
        (await controlPlane.flagsOf("kube-apiserver"))[name];
      const listed = async (name: string): Promise<string[]> => ((await flag(name)) ?? "").split(",");

      it("CIS 1.2.1 answers who does not say who he is about its health, and nothing else", async () => {
        // The flag excludes what replaces it: a list of the paths that are open.
        expect(await flag("anonymous-auth")).toBeUndefined();
        expect(await flag("authentication-config")).toBeDefined();
        const ask = (path: string, who: Credentials): Promise<number | string> =>
          answerTo(`${api}${path}`, { ca: administrator.ca, ...who });
        for (const path of ["/healthz", "/livez", "/readyz"]) expect(await ask(path, {})).toBe(200);
        const closed = ["/", "/api", "/apis", "/version", "/metrics", "/openapi/v2", "/livez/ping"];
        for (const path of [...closed, "/api/v1/namespaces/kube-public/configmaps/cluster-info"]) {
          expect([path, await ask(path, {})]).toEqual([path, 401]);
        }
        for (const path of closed) expect([path, await ask(path, administrator)]).toEqual([path, 200]);
      });

      it("CIS 1.2.5 knows each kubelet by the cluster's authority", async () => {
        const authority = await controlPlane.read((await flag("kubelet-certificate-authority")) ?? "no flag");
        for (const machine of machines) {
          // 401 comes after the handshake: the certificate was believed, for this address.
          expect(await answerTo(`${kubeletOf(machine)}/pods`, { ca: `${authority}\n` })).toBe(401);
          expect(await answerTo(`${kubeletOf(machine)}/pods`, { ca: etcdClient.cert })).toMatch(
            /VERIFY|ISSUER/,
          );
        }
      });

      it("CIS 1.2.6 allows nobody everything", async () => {
        expect(await listed("authorization-mode")).toEqual(["Node", "RBAC"]);
        const asNobody = environment.kubectl("get", "secrets", "--as", "nobody-in-particular");
        await expect(asNobody).rejects.toThrow(/Forbidden/);
      });

      it("CIS 1.2.9 limits how fast events come", async () => {
        expect(await listed("enable-admission-plugins")).toContain("EventRateLimit");
        const metrics = await environment.kubectl("get", "--raw", "/metrics");
        expect(metrics).toMatch(
          /^apiserver_admission_controller_admission_duration_seconds_count\{name="EventRateLimit".* [1-9]/m,
        );
      });

      it("CIS 1.2.14 lets a kubelet change its own node only, and not how pods choose it", async () => {
        expect(await listed("enable-admission-plugins")).toContain("NodeRestriction");
        const asKubelet = (verb: string, node: LiveMachine, change: string): Promise<string> =>
          worker.shell(
            `kubectl --kubeconfig /etc/kubernetes/kubelet.conf ${verb} node ${node.name} --overwrite ${change}`,
          );
        await asKubelet("annotate", worker, "hardening=own");
        await expect(asKubelet("annotate", controlPlane, "hardening=another")).rejects.toThrow(/Forbidden/);
        // What the plugin alone refuses, as nobody's authorization has labels in it: one by which pods choose safe nodes.
        await expect(asKubelet("label", worker, "node-restriction.kubernetes.io/safe=yes")).rejects.toThrow(
          /is not allowed to modify labels/,
        );
      });

      it("CIS 1.2.15 gives no profiles of itself", async () => {
        expect(await flag("profiling")).toBe("false");
        expect(await answerTo(`${api}/debug/pprof/`, administrator)).toBe(404);
      });

      it("CIS 1.2.16 writes an audit log that root alone reads", async () => {
        const path = (await flag("audit-log-path")) ?? "no flag";
        expect(await controlPlane.files(path)).toEqual([{ path, mode: "600", owner: "root:root" }]);
        expect(Number(await controlPlane.shell(`wc --bytes <${path}`))).toBeGreaterThan(0);
      });

      it("CIS 1.2.27 has a configuration for encryption that root alone reads", async () => {
        const path = (await flag("encryption-provider-config")) ?? "no flag";
        expect(await controlPlane.files(path)).toEqual([{ path, mode: "600", owner: "root:root" }]);
      });

      it("CIS 1.2.29 speaks strong cipher suites only", async () => {
        for (const suite of await listed("tls-cipher-suites"))
          expect(suite).toMatch(/^TLS_ECDHE_(ECDSA|RSA)_WITH_(AES_(128|256)_GCM|CHACHA20_POLY1305)/);
        const withTls12 = (ciphers: string): Promise<string> =>
          agreedCipher("127.0.0.1", apiPort, { ciphers, minVersion: "TLSv1.2", maxVersion: "TLSv1.2" });
        const strong = "ECDHE-ECDSA-AES128-GCM-SHA256";
        expect(await withTls12(strong)).toBe(strong);
        expect(await withTls12("ECDHE-ECDSA-AES128-SHA")).toMatch(refusal);
        const old = { ciphers: "DEFAULT@SECLEVEL=0", minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;
        expect(await agreedCipher("127.0.0.1", apiPort, old)).toMatch(refusal);
      });

      it("CIS 1.2.30 gives pods tokens for an hour, not a year", async () => {
        expect(await flag("service-account-extend-token-expiration")).toBe("false");
        const { iat, exp } = await tokenClaims(environment, probe);
        expect(exp - iat).toBeLessThanOrEqual(3607);
      });

      it("CIS 3.2.1 has an audit policy", async () => {
        const policy = await controlPlane.read((await flag("audit-policy-file")) ?? "no flag");
        expect(policy).toMatch(/^kind: Policy$/m);
        expect(policy).toMatch(/level: Metadata/);
      });
    });

    describe("the controller manager", () => {
      it("CIS 1.3.2 gives no profiles of itself", async () => {
        expect((await controlPlane.flagsOf("kube-controller-manager")).profiling).toBe("false");
      });

      it("CIS 1.3.7 listens to its own machine only", async () => {
        expect((await controlPlane.flagsOf("kube-controller-manager"))["bind-address"]).toBe("127.0.0.1");
        expect(await portState(addresses[controlPlane.name] ?? "", 10257)).toBe("ECONNREFUSED");
      });
    });

    describe("etcd", () => {
      const flag = async (name: string): Promise<string | undefined> =>
        (await controlPlane.flagsOf("etcd"))[name];

      it("CIS 2.2 answers clients with a certificate only", async () => {
        expect(await flag("client-cert-auth")).toBe("true");
        expect(await answerTo(etcd(), etcdClient)).toBe(200);
        expect(await answerTo(etcd())).toMatch(refusal);
      });

      it("CIS 2.5 answers peers with a certificate only", async () => {
        expect(await flag("peer-client-cert-auth")).toBe("true");
        expect(await answerTo(etcd(2380))).toMatch(refusal);
        const files = "/etc/kubernetes/pki/etcd";
        const asPeer = `curl --silent --http1.1 --cacert ${files}/ca.crt --cert ${files}/peer.crt --key ${files}/peer.key`;
        expect(await controlPlane.shell(`${asPeer} ${etcd(2380)}`)).toContain("etcdserver");
        // Nor is a peer's certificate good at another address than its own, such as this host's.
        const [cert, key] = [
          await controlPlane.read(`${files}/peer.crt`),
          await controlPlane.read(`${files}/peer.key`),
        ];
        expect(await answerTo(etcd(2380), { cert, key })).toMatch(refusal);
      });

      it("CIS 2.7 believes an authority of its own, not the cluster's", async () => {
        const own = await controlPlane.read((await flag("trusted-ca-file")) ?? "no flag");
        expect(own.trim()).not.toBe(administrator.ca?.trim());
        const { cert, key } = administrator;
        expect(await answerTo(etcd(), { cert, key })).toMatch(refusal);
      });
    });

    describe.each(machines)("the kubelet of $name", (machine) => {
      it("CIS 4.1.1 is started by files that root alone reads", async () => {
        const show = "systemctl show kubelet --value --property FragmentPath --property DropInPaths";
        const files = await machine.files(`$(${show})`);
        expect(files.length).toBeGreaterThan(1);
        for (const file of files) expect(file).toEqual({ path: file.path, mode: "600", owner: "root:root" });
      });

      it("CIS 4.2.1 answers nobody who does not say who he is", async () => {
        const { authentication, authorization } = await machine.kubeletConfiguration();
        expect(authentication.anonymous.enabled).toBe(false);
        expect(authorization.mode).toBe("Webhook");
        for (const path of ["/pods", "/healthz", "/metrics", "/configz"])
          expect([path, await answerTo(`${kubeletOf(machine)}${path}`)]).toEqual([path, 401]);
        expect(await answerTo(`${kubeletOf(machine)}/pods`, administrator)).toBe(200);
      });

      it("CIS 4.2.4 has no port that asks for nothing", async () => {
        expect((await machine.kubeletConfiguration()).readOnlyPort ?? 0).toBe(0);
        expect(await portState(addresses[machine.name] ?? "", 10255)).toBe("ECONNREFUSED");
      });

      it("CIS 4.2.13 limits the processes of a pod", async () => {
        const { podPidsLimit = 0 } = await machine.kubeletConfiguration();
        expect(podPidsLimit).toBeGreaterThan(0);
        // Of each pod's control group: `max` would be no limit.
        const limits = await machine.shell(
          "find /sys/fs/cgroup -path '*/kubepods*/pod*' -name pids.max -exec cat {} + | sort --unique",
        );
        expect(limits.split("\n")).toContain(String(podPidsLimit));
      });

      it("CIS 4.2.14 gives containers a seccomp profile that did not ask for one", async () => {
        expect((await machine.kubeletConfiguration()).seccompDefault).toBe(true);
        const status = await evaluateIn<string>(
          environment,
          probe,
          `require("fs").readFileSync("/proc/self/status", "utf8")`,
        );
        expect(status).toMatch(/^Seccomp:\s+2$/m);
      });
    });

    describe("a Secret", () => {
      it("is cipher text in etcd, for a reader and on its disk, and in clear for who may read it", async () => {
        const [hidden, open] = [marker(), marker()];
        await environment.kubectl("create", "secret", "generic", "at-rest", `--from-literal=word=${hidden}`);
        await environment.kubectl("create", "configmap", "at-rest", `--from-literal=word=${open}`);
        const certificates = "/etc/kubernetes/pki/etcd";
        const stored = await environment.kubectl(
          ...["exec", "-n", "kube-system", `etcd-${controlPlane.name}`, "--", "etcdctl"],
          ...[`--cacert=${certificates}/ca.crt`, `--cert=${certificates}/server.crt`],
          ...[`--key=${certificates}/server.key`, "get", "/registry/secrets/default/at-rest"],
        );
        expect(stored).toContain("k8s:enc:secretbox:v1:");
        expect(stored).not.toContain(hidden);
        const filesWith = (word: string): Promise<string> =>
          controlPlane.shell(
            `grep --recursive --files-with-matches --fixed-strings ${word} /var/lib/etcd || true`,
          );
        expect(await filesWith(open)).toContain("/var/lib/etcd/member");
        expect(await filesWith(hidden)).toBe("");
        const read = await environment.kubectl("get", "secret", "at-rest", "-o", "jsonpath={.data.word}");
        expect(decoded(read)).toBe(hidden);
      });
    });

    describe("who is not known", () => {
      it("gets nothing by a certificate of another authority: not from the API, a kubelet or etcd", async () => {
        expect(await answerTo(`${api}/api`, administrator)).toBe(200);
        expect(await answerTo(`${api}/api`, { ca: administrator.ca, ...foreigner })).toBe(401);
        for (const machine of machines)
          expect(await answerTo(`${kubeletOf(machine)}/pods`, foreigner)).toBe(401);
        expect(await answerTo(etcd(), foreigner)).toMatch(refusal);
      });

      it("gets nothing from a pod: not from the API, a kubelet or etcd", async () => {
        const kubelets = machines.map((machine) => `${kubeletOf(machine)}/pods`);
        const readOnly = machines.map(({ name }) => `http://${addresses[name]}:10255/pods`);
        const ask = ["https://kubernetes.default/api", ...kubelets, ...readOnly, etcd()];
        const [fromApi, ...others] = await answersIn(environment, probe, ask);
        expect([fromApi, ...others.slice(0, 2)]).toEqual([401, 401, 401]);
        expect(others.slice(2, 4)).toEqual(["ECONNREFUSED", "ECONNREFUSED"]);
        expect(others[4]).toMatch(refusal);
      });

      it("gets no more from a pod with the pod's token: the API knows it, and nothing is its business", async () => {
        const kubelets = machines.map((machine) => `${kubeletOf(machine)}/pods`);
        const secrets = "https://kubernetes.default/api/v1/secrets";
        const ask = ["https://kubernetes.default/api", secrets, ...kubelets, etcd()];
        const answers = await answersIn(environment, probe, ask, { withToken: true });
        expect(answers.slice(0, -1)).toEqual([200, 403, 403, 403]);
        expect(answers.at(-1)).toMatch(refusal);
      });

      it("gets not even a connection from a microservice, which talks to those that it names", async () => {
        const storefront = { namespace: "shop", target: "deployment/storefront" };
        const ask = [`${kubeletOf(worker)}/pods`, `${kubeletOf(controlPlane)}/pods`, etcd()];
        const answers = await answersIn(environment, storefront, [...ask, "http://catalog/healthz"]);
        for (const answer of answers.slice(0, -1))
          expect(answer).toMatch(/timeout|ECONNREFUSED|EHOSTUNREACH/);
        expect(answers.at(-1)).toBe(200);
      });
    });

    describe("the audit log", () => {
      const log = new AuditLog(controlPlane);

      it("says who made, read and was refused what", async () => {
        const name = marker();
        await environment.kubectl("create", "configmap", name, "--from-literal=colour=blue");
        await environment.kubectl("create", "secret", "generic", name, "--from-literal=word=x");
        await environment.kubectl("get", "secret", name);
        await expect(environment.kubectl("get", "secret", name, "--as", "mallory")).rejects.toThrow(
          /Forbidden/,
        );
        const said = (await log.entriesOf(name)).map(inWords);
        expect(said).toEqual([
          "kubernetes-admin: create default/configmaps 201",
          "kubernetes-admin: create default/secrets 201",
          "kubernetes-admin: get default/secrets 200",
          "kubernetes-admin as mallory: get default/secrets 403",
        ]);
      });

      it("holds what a Deployment was made of, and of a Secret only that it was", async () => {
        const [name, word] = [marker(), marker()];
        await environment.kubectl("create", "secret", "generic", name, `--from-literal=word=${word}`);
        await environment.kubectl(
          "create",
          "deployment",
          name,
          "--image=registry.k8s.io/pause",
          "--replicas=0",
        );
        const made = async (resource: string): Promise<AuditEvent | undefined> =>
          (await log.entriesOf(name)).find(
            ({ objectRef, verb }) => objectRef?.resource === resource && verb === "create",
          );
        expect(await made("deployments")).toMatchObject({
          level: "Request",
          requestObject: { spec: { replicas: 0 } },
        });
        expect(await made("secrets")).toMatchObject({ level: "Metadata" });
        expect(await made("secrets")).not.toHaveProperty("requestObject");
        expect(await log.linesWith(name)).not.toEqual([]);
        for (const body of [word, Buffer.from(word).toString("base64")])
          expect(await log.linesWith(body)).toEqual([]);
      });
    });
  });
}
