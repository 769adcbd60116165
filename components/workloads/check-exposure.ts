import { isObjectName, Problems } from "../checks";
import type { ExposureArgs } from "./exposure-args";
import { checkReference } from "./reference";

/** Throws one error that names every setting that cannot work, with its value and what would be right. */
export function checkExposure(name: string, { routes, ingressClass }: ExposureArgs): void {
  const problems = new Problems();
  problems.expect(
    isObjectName(name),
    "name",
    name,
    'give a-z, 0-9, "-" and ".", with a letter or digit at both ends',
  );
  problems.expect(routes.length > 0, "routes", routes, "give one at least, such as { to: storefront }");
  const places = routes.map(({ host = "", path = "/" }) => `${host}${path}`);
  for (const [index, { host, path = "/", to }] of routes.entries()) {
    const setting = `routes[${index}]`;
    const isHost = host === undefined || (isObjectName(host) && !/^[\d.]+$/.test(host));
    problems.expect(isHost, `${setting}.host`, host, "give a name in lower case, such as shop.example.org");
    const isPath = /^\/[^\s?#]*$/.test(path) && (path === "/" || !path.endsWith("/"));
    problems.expect(
      isPath,
      `${setting}.path`,
      path,
      'give a path such as "/" or "/api", without "/" at its end',
    );
    const first = places.indexOf(places[index] ?? "");
    problems.expect(
      first === index,
      setting,
      places[index],
      `routes[${first}] leads from there already: leave one out`,
    );
    checkReference(problems, `${setting}.to`, to);
  }
  const known = ingressClass === undefined || isObjectName(ingressClass);
  problems.expect(known, "ingressClass", ingressClass, "give the name of an IngressClass");
  problems.throwIfAny("Exposure", name);
}
