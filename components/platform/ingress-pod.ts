import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { podImage, type ProgramVersion } from "./pod-image";

/** Where a pod of the ingress answers, by the protocol that it is asked by. */
export const ingressPorts = { http: 9090, https: 9443 };
const certificateFolder = "/etc/skipper/certificate";

/** Seconds. */
const stop = {
  /** What is asked of a pod that goes is still answered, until every node and load balancer knows that it goes. */
  wait: 15,
  /** Then, what it has begun to answer. */
  drain: 45,
};

type Protocol = keyof typeof ingressPorts;

/** What a pod of the ingress is made of. */
interface IngressPodArgs {
  readonly version: ProgramVersion;
  readonly accountName: pulumi.Input<string>;
  /** Of the Secret with the certificate. Undefined for HTTP only. */
  readonly secretName: pulumi.Input<string> | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * A pod with a proxy for each protocol. They are two, as one tells a microservice by a header how it was asked, and has that
 * header from its arguments: what a request says of itself is overwritten.
 */
export function ingressPod({
  version,
  accountName,
  secretName,
  labels,
}: IngressPodArgs): k8s.types.input.core.v1.PodSpec {
  const protocols: readonly Protocol[] = secretName === undefined ? ["http"] : ["http", "https"];
  return {
    priorityClassName: "system-cluster-critical",
    serviceAccountName: accountName,
    enableServiceLinks: false,
    nodeSelector: { "kubernetes.io/os": "linux" },
    terminationGracePeriodSeconds: stop.wait + stop.drain,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: labels },
        matchLabelKeys: ["pod-template-hash"],
      },
    ],
    containers: protocols.map((protocol) => proxy(protocol, version)),
    volumes:
      secretName === undefined ? [] : [{ name: "certificate", secret: { secretName, defaultMode: 0o440 } }],
  };
}

function proxy(protocol: Protocol, version: ProgramVersion): k8s.types.input.core.v1.Container {
  const withTls = protocol === "https";
  // It answers 200 as long as it has routes and is not told to stop.
  const health = {
    path: "/kube-system/healthz",
    port: protocol,
    ...(withTls && { scheme: "HTTPS" }),
  };
  return {
    name: withTls ? "skipper-tls" : "skipper",
    ...podImage("skipper", version),
    args: flags(protocol),
    ports: [{ name: protocol, containerPort: ingressPorts[protocol], protocol: "TCP" }],
    resources: { requests: { cpu: "25m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
    startupProbe: { httpGet: health, periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { httpGet: health, periodSeconds: 1, timeoutSeconds: 2 },
    // Not the same: one that is told to stop is not to be restarted.
    livenessProbe: { tcpSocket: { port: protocol }, periodSeconds: 10, timeoutSeconds: 5 },
    volumeMounts: withTls ? [{ name: "certificate", mountPath: certificateFolder, readOnly: true }] : [],
  };
}

/**
 * Filters that no route may have: those that run code, read files of the pod, or ask another host than the route's own. Whoever
 * writes a route could have the certificate's key or the pod's token by one of them.
 * https://opensource.zalando.com/skipper/reference/filters/
 */
const refusedFilters = [
  ...["lua", "static", "basicAuth", "bearerinjector", "setRequestHeaderFromSecret", "awsSigv4"],
  ...["tee", "teenf", "teeLoopback", "webhook", "jwtValidation", "forwardToken", "forwardTokenField"],
  ...["setDynamicBackendHost", "setDynamicBackendScheme", "setDynamicBackendUrl"],
  ...[
    "setDynamicBackendHostFromHeader",
    "setDynamicBackendSchemeFromHeader",
    "setDynamicBackendUrlFromHeader",
  ],
  ...["oauthTokeninfoAnyScope", "oauthTokeninfoAllScope", "oauthTokeninfoAnyKV", "oauthTokeninfoAllKV"],
  ...["oauthTokeninfoValidate", "oauthGrant", "grantCallback", "grantLogout", "grantClaimsQuery"],
  ...["oauthTokenintrospectionAnyClaims", "oauthTokenintrospectionAllClaims"],
  ...["oauthTokenintrospectionAnyKV", "oauthTokenintrospectionAllKV"],
  ...["secureOauthTokenintrospectionAnyClaims", "secureOauthTokenintrospectionAllClaims"],
  ...["secureOauthTokenintrospectionAnyKV", "secureOauthTokenintrospectionAllKV"],
  ...["oauthOidcUserInfo", "oauthOidcAnyClaims", "oauthOidcAllClaims", "oidcClaimsQuery"],
  ...["opaAuthorizeRequest", "opaAuthorizeRequestWithBody", "opaServeResponse"],
  ...["opaServeResponseWithReqBody", "setFastCgiFilename", "unverifiedAuditLog"],
];

/** https://opensource.zalando.com/skipper/reference/ */
function flags(protocol: Protocol): string[] {
  return [
    `-address=:${ingressPorts[protocol]}`,
    // Two of them share the pod's ports, and nobody asks for metrics.
    "-support-listener=",
    "-kubernetes",
    "-kubernetes-in-cluster",
    "-kubernetes-ingress-class=^skipper$",
    "-enable-kubernetes-endpointslices",
    // None is allowed.
    "-kubernetes-only-allowed-external-names",
    `-disabled-filters=${refusedFilters.join(",")}`,
    `-forwarded-headers=X-Forwarded-For,X-Forwarded-Host,X-Forwarded-Proto=${protocol}`,
    // They are of the connection to the pod, and a browser ends an HTTP/2 stream that has one:
    // https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2. Of `Connection` itself Go takes care.
    `-default-filters-prepend=${["Keep-Alive", "Proxy-Connection", "Upgrade"].map((name) => `dropResponseHeader("${name}")`).join(" -> ")}`,
    // By the protocol that a header says, which anybody may send.
    "-kubernetes-https-redirect=false",
    // A pod that goes answers for 10 seconds more: that it goes is known well before.
    "-source-poll-timeout=1000",
    "-wait-first-route-load",
    "-proxy-preserve-host",
    // Node.js closes a connection that was idle for 5 seconds; a request on its way then would be lost.
    "-close-idle-conns-period=3s",
    // Connections do not outlast the wait before the end, so that none is cut off.
    "-keepalive-server=10s",
    `-wait-for-healthcheck-interval=${stop.wait}s`,
    "-access-log-disabled",
    "-suppress-route-update-logs",
    "-disable-metrics-compat",
    ...(protocol === "https"
      ? [
          `-tls-cert=${certificateFolder}/tls.crt`,
          `-tls-key=${certificateFolder}/tls.key`,
          "-exclude-insecure-cipher-suites",
        ]
      : []),
  ];
}
