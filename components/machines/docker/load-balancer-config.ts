/** Every machine answers to this name on the environment's network; Docker's DNS gives the addresses of all that run. */
export const nodesAlias = "nodes";
/** The same for control planes. */
export const controlPlanesAlias = "control-planes";

/** Where the load balancer finds the authority that signs for the API. */
export const authorityPath = "/etc/haproxy/authority.crt";

/** A port of the load balancer that leads to a NodePort of every machine. */
export interface ExposedPort {
  /** Port on 127.0.0.1 of the host. */
  readonly hostPort: number;
  /** Port on every node, 30000 to 32767. */
  readonly nodePort: number;
}

// As many as the address plan has places for control planes, and enough machines for a NodePort to be reached.
const maxControlPlanes = 7;
const maxBackends = 16;

const global = `
global
    log stdout format raw local0 warning
    maxconn 8192

defaults
    mode tcp
    log global
    option redispatch
    retries 3
    timeout connect 2s
    # Watches are quiet for a long time.
    timeout client 1h
    timeout server 1h
    # Slow is not down: whoever is taken for down loses all connections. But one that is shutting down must be seen within
    # a second, or it fails more than one request of a client.
    timeout check 5s

# The backends are looked up, not listed: machines come and go without a change of this file.
resolvers docker
    nameserver embedded 127.0.0.11:53
    resolve_retries 3
    timeout resolve 500ms
    timeout retry 500ms
    hold valid 500ms
    hold obsolete 1s
`;

const servers = (count: number, host: string, port: number, check: string): string =>
  `    default-server inter 1s fastinter 250ms downinter 250ms fall 3 rise 1 ${check} on-marked-down shutdown-sessions resolvers docker init-addr none
    server-template ${host}- ${count} ${host}:${port}
`;

/**
 * A certificate that is over, or another authority's, is as bad as no answer. A session that is taken up again would not show
 * it.
 */
const checkOfApi = `check check-ssl verify required ca-file ${authorityPath} no-ssl-reuse`;

const api = (port: number): string => `
frontend api
    bind :${port}
    default_backend api

backend api
    balance leastconn
    option httpchk GET /readyz
    http-check expect status 200
${servers(maxControlPlanes, controlPlanesAlias, port, checkOfApi)}`;

/**
 * A node is good when its kube-proxy is, as cloud load balancers see it: https://kep.k8s.io/3836. One that answers and is not
 * good is about to be drained: it gets no new connections, and those that it has go on; one that does not answer loses them.
 * The NodePort itself is not asked: while nothing runs behind it, kube-proxy answers by ICMP, at which HAProxy 2.6 tries again
 * without a pause.
 */
const kubeProxyHealthPort = 10256;

const exposed = ({ nodePort }: ExposedPort): string => `
frontend node-port-${nodePort}
    bind :${nodePort}
    default_backend node-port-${nodePort}

backend node-port-${nodePort}
    balance roundrobin
    option httpchk GET /healthz
    http-check expect status 200 error-status L7OKC
${servers(maxBackends, nodesAlias, nodePort, `check port ${kubeProxyHealthPort}`)}`;

/**
 * HAProxy's configuration: TCP pass-through to the control planes whose `/readyz` and certificate are good, and to the NodePorts.
 * It holds no count and no machine's address, so scaling never replaces the load balancer.
 * https://docs.haproxy.org/2.6/configuration.html#5.3.2
 */
export function loadBalancerConfig(apiPort: number, ports: readonly ExposedPort[]): string {
  return [global, api(apiPort), ...ports.map(exposed)].join("").trimStart();
}
