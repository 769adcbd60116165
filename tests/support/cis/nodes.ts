import { parse } from "yaml";

import { strongCipherSuites } from "../../../components/bootstrap/kubelet";
import type { LiveKubeletConfiguration } from "../live-machine";
import { type Check, type Control, expectModes, expectOwner, holds } from "./control";

const kubeconfig = "/etc/kubernetes/kubelet.conf";
const authority = "/etc/kubernetes/pki/ca.crt";
const configuration = "/var/lib/kubelet/config.yaml";
/** The unit's files that systemd read. */
const unit = "$(systemctl show kubelet --value --property FragmentPath --property DropInPaths)";

const modes =
  (mode: number, path: string): Check =>
  async (cluster) => {
    expectModes(await cluster.filesOfMachines(path), mode);
  };
const owned =
  (path: string): Check =>
  async (cluster) => {
    expectOwner(await cluster.filesOfMachines(path));
  };

/** Every kubelet's own word of its configuration. */
const kubelet =
  (look: (configuration: LiveKubeletConfiguration) => void): Check =>
  async (cluster) => {
    for (const each of await cluster.kubelets()) look(each);
  };

/** kube-proxy's files on a node are in its pod, which the API knows. */
const proxyFolder = "/var/lib/kubelet/pods/*/volumes/kubernetes.io~configmap/config/kubeconfig.conf";

/** Section 4 of the benchmark: every node. */
export const nodeControls: readonly Control[] = [
  holds("4.1.1", "the kubelet's unit has mode 600 or less", modes(0o600, unit)),
  holds("4.1.2", "the kubelet's unit is root's", owned(unit)),
  holds(
    "4.1.3",
    "kube-proxy's kubeconfig has mode 600 or less",
    async (cluster) => {
      for (const machine of cluster.machines)
        expectModes(await machine.files("/var/lib/kubelet/pods"), 0o750);
    },
    "it is in the pod's volume, below a folder that root alone enters, and holds no credential",
  ),
  holds("4.1.4", "kube-proxy's kubeconfig is root's", owned(proxyFolder)),
  holds("4.1.5", "the kubelet's kubeconfig has mode 600 or less", modes(0o600, kubeconfig)),
  holds("4.1.6", "the kubelet's kubeconfig is root's", owned(kubeconfig)),
  holds("4.1.7", "the authority's file has mode 644 or less", modes(0o644, authority)),
  holds("4.1.8", "the authority's file is root's", owned(authority)),
  holds("4.1.9", "the kubelet's configuration has mode 600 or less", modes(0o600, configuration)),
  holds("4.1.10", "the kubelet's configuration is root's", owned(configuration)),

  holds(
    "4.2.1",
    "the kubelet answers nobody who does not say who he is",
    kubelet(({ authentication }) => {
      expect(authentication.anonymous.enabled).toBe(false);
    }),
  ),
  holds(
    "4.2.2",
    "the API is asked who may do what",
    kubelet(({ authorization }) => {
      expect(authorization.mode).toBe("Webhook");
    }),
  ),
  holds(
    "4.2.3",
    "clients' certificates are verified",
    kubelet(({ authentication }) => {
      expect(authentication.x509?.clientCAFile).toBe(authority);
    }),
  ),
  holds(
    "4.2.4",
    "there is no read-only port",
    kubelet(({ readOnlyPort }) => {
      expect(readOnlyPort ?? 0).toBe(0);
    }),
  ),
  holds(
    "4.2.5",
    "idle connections end",
    kubelet(({ streamingConnectionIdleTimeout }) => {
      expect(streamingConnectionIdleTimeout).toBe("5m0s");
    }),
  ),
  holds(
    "4.2.6",
    "the kubelet keeps its rules of iptables",
    kubelet(({ makeIPTablesUtilChains }) => {
      expect(makeIPTablesUtilChains).toBe(true);
    }),
  ),
  holds("4.2.7", "nodes have their machines' names", async (cluster) => {
    for (const machine of cluster.machines)
      expect((await machine.flagsOf("kubelet"))["hostname-override"]).toBeUndefined();
  }),
  holds(
    "4.2.8",
    "events are not lost to a limit that is too low",
    kubelet(({ eventRecordQPS }) => {
      expect(eventRecordQPS).toBeGreaterThanOrEqual(0);
    }),
  ),
  holds(
    "4.2.9",
    "the kubelet is served with a certificate that was given to it",
    kubelet(({ serverTLSBootstrap }) => {
      expect(serverTLSBootstrap).toBe(true);
    }),
    "the cluster signs it, and the next one, so that no file is named",
  ),
  holds(
    "4.2.10",
    "the kubelet's client certificate rotates",
    kubelet(({ rotateCertificates }) => {
      expect(rotateCertificates).toBe(true);
    }),
  ),
  holds(
    "4.2.11",
    "its serving certificate rotates",
    kubelet(({ featureGates = {}, serverTLSBootstrap }) => {
      expect(featureGates.RotateKubeletServerCertificate ?? true).toBe(true);
      expect(serverTLSBootstrap).toBe(true);
    }),
  ),
  holds(
    "4.2.12",
    "cipher suites are strong",
    kubelet(({ tlsCipherSuites }) => {
      expect(tlsCipherSuites).toEqual(strongCipherSuites);
    }),
  ),
  holds(
    "4.2.13",
    "a pod's processes are limited",
    kubelet(({ podPidsLimit }) => {
      expect(podPidsLimit).toBeGreaterThan(0);
    }),
  ),
  holds(
    "4.2.14",
    "containers have a seccomp profile that asked for none",
    kubelet(({ seccompDefault }) => {
      expect(seccompDefault).toBe(true);
    }),
  ),
  holds("4.3.1", "kube-proxy's metrics are for its machine alone", async (cluster) => {
    const [config] = await cluster.objects<{ data?: Record<string, string> }>(
      "/api/v1/namespaces/kube-system/configmaps?fieldSelector=metadata.name%3Dkube-proxy",
    );
    const { metricsBindAddress } = parse(config?.data?.["config.conf"] ?? "") as {
      metricsBindAddress?: string;
    };
    // Left out, it is 127.0.0.1.
    expect(metricsBindAddress ?? "127.0.0.1:10249").toMatch(/^127\.0\.0\.1:/);
  }),
];
