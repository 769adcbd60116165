import { loadBalancerConfig } from "../../../../../components/machines/docker/load-balancer-config";

describe("loadBalancerConfig", () => {
  it("listens on the API's port and on every exposed NodePort", () => {
    const config = loadBalancerConfig(6443, [
      { hostPort: 18080, nodePort: 30080 },
      { hostPort: 18081, nodePort: 30081 },
    ]);
    expect(config.match(/bind :\d+/g)).toEqual(["bind :6443", "bind :30080", "bind :30081"]);
  });

  it("asks the control planes whether they are ready, and looks them up rather than listing them", () => {
    const config = loadBalancerConfig(6443, []);
    expect(config).toContain("option httpchk GET /readyz");
    expect(config).toContain("server-template control-planes- 7 control-planes:6443");
    expect(config).not.toMatch(/\d+\.\d+\.\d+\.\d+:6443/);
  });

  it("takes a control plane for bad whose certificate is over, or another authority's", () => {
    expect(loadBalancerConfig(6443, [])).toMatch(
      / check check-ssl verify required ca-file \/etc\/haproxy\/authority.crt no-ssl-reuse /,
    );
  });

  it("judges nodes by their kube-proxy, not by a NodePort behind which nothing may run yet", () => {
    const [, nodePort] = loadBalancerConfig(6443, [{ hostPort: 18080, nodePort: 30080 }]).split(
      "\nbackend node-port-30080",
    );
    expect(nodePort).toContain("option httpchk GET /healthz");
    expect(nodePort).toMatch(/server-template nodes- 16 nodes:30080\n/);
    expect(nodePort).toContain(" check port 10256 ");
  });

  it("lets connections to a node go on that is about to be drained", () => {
    const [api, nodePort] = loadBalancerConfig(6443, [{ hostPort: 18080, nodePort: 30080 }]).split(
      "\nbackend node-port-30080",
    );
    expect(nodePort).toContain("http-check expect status 200 error-status L7OKC\n");
    expect(api).not.toContain("L7OKC");
  });
});
