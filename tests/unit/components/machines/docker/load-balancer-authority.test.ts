import { loadBalancerAuthorityProvider } from "../../../../../components/machines/docker/load-balancer-authority";

const told = { container: "one", authority: "old", path: "/etc/haproxy/authority.crt" };

test.each([
  ["another container", { ...told, container: "other" }, true],
  ["other authorities", { ...told, authority: "old and new" }, true],
  ["nothing new", told, false],
])("a load balancer is told of %s", async (_what, news, changes) => {
  await expect(loadBalancerAuthorityProvider.diff?.("id", told, news)).resolves.toEqual({ changes });
});
