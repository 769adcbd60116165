import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { checkExposure } from "./check-exposure";
import type { ExposureArgs, Route } from "./exposure-args";
import { podsOf } from "./network-peers";
import { letInto } from "./network-policies";
import { SettledRoutes } from "./route-change";
import { metadataOf, skipAwait, type Workload } from "./workload";

/**
 * HTTP from outside to microservices, through the platform's ingress, which answers over TLS as well, with the
 * environment's certificate. It lets the ingress' pods, and nobody else, into the microservices' pods. A change of routes
 * loses no request: who answers by then is let in before, and who answered until then goes after.
 *
 * @example
 * new Exposure("shop", {
 *   namespace,
 *   routes: [{ to: storefront }, { host: "api.example.org", path: "/v1", to: catalog }],
 * }, { provider });
 */
export class Exposure extends pulumi.ComponentResource {
  constructor(name: string, args: ExposureArgs, options: pulumi.ComponentResourceOptions) {
    checkExposure(name, args);
    super("slipway:workloads:Exposure", name, {}, options);
    const { routes, ingressClass = "skipper" } = args;
    const namespace = checkedNamespace(name, args);
    const workload: Workload = { component: this, serviceName: name, namespace };

    const callees = new Map(routes.map(({ to }) => [to.serviceName, to]));
    const policies = [...callees.values()].map((callee) =>
      letInto(workload, `${name}-ingress-to-${callee.serviceName}`, callee, ingressPods),
    );
    const spec = { ingressClassName: ingressClass, rules: rules(routes) };
    const shares = weights([...callees.values()]);
    // Whoever a route is about to lead to has been let in by then.
    const letIn = new SettledRoutes(`${name}-let-in`, { spec, shares }, 0, {
      parent: this,
      dependsOn: policies,
    });
    const ingress = new k8s.networking.v1.Ingress(
      name,
      {
        metadata: {
          ...metadataOf(workload),
          annotations: { ...skipAwait, ...shares },
        },
        spec,
      },
      { parent: this, dependsOn: [letIn] },
    );
    // Whoever a route no longer leads to goes after that, with all that Pulumi deletes. New ones are read by then: who is told
    // where they answer finds them there.
    new SettledRoutes(`${name}-followed`, { spec, shares }, 2, { parent: this, dependsOn: [ingress] });
    this.registerOutputs();
  }
}

/** The pods of the platform's ingress: see components/platform/ingress.ts. */
const ingressPods = podsOf("ingress", { "app.kubernetes.io/name": "skipper" });

/** One for each host, with its paths: https://opensource.zalando.com/skipper/kubernetes/ingress-usage/ */
function rules(routes: readonly Route[]): k8s.types.input.networking.v1.IngressRule[] {
  const hosts = new Set(routes.map(({ host }) => host));
  return [...hosts].map((host) => ({
    ...(host === undefined ? {} : { host }),
    http: { paths: routes.filter((route) => route.host === host).flatMap(paths) },
  }));
}

/** The namespace of the microservices; fails where one is of another, as an Ingress would lead to nobody then. */
function checkedNamespace(name: string, { namespace, routes }: ExposureArgs): pulumi.Output<string> {
  const others = pulumi.all(routes.map(({ to }) => to.namespace));
  return pulumi.all([namespace, others]).apply(([own, all]) => {
    const problems = new Problems();
    for (const [index, other] of all.entries()) {
      const advice = `give one of the namespace ${own}, or make another Exposure in ${other}`;
      problems.expect(other === own, `routes[${index}].to.namespace`, other, advice);
    }
    problems.throwIfAny("Exposure", name);
    return own;
  });
}

function paths({ path = "/", to }: Route): k8s.types.input.networking.v1.HTTPIngressPath[] {
  const services = to.canary === undefined ? [to.serviceName] : [to.serviceName, to.canary.serviceName];
  return services.map((name) => ({
    path,
    pathType: "Prefix",
    backend: { service: { name, port: { name: to.servicePort ?? "http" } } },
  }));
}

/** How Skipper shares out the requests of a path that leads to two Services. */
function weights(callees: readonly Route["to"][]): Record<string, string> {
  const shares = callees.flatMap(({ serviceName, canary }): [string, number][] =>
    canary === undefined
      ? []
      : [
          [serviceName, 100 - canary.weight],
          [canary.serviceName, canary.weight],
        ],
  );
  return shares.length === 0
    ? {}
    : { "zalando.org/backend-weights": JSON.stringify(Object.fromEntries(shares)) };
}
