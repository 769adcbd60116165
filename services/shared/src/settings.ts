/** A whole number from the environment. */
export function wholeNumber(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined) return fallback;
  if (!/^\d+$/.test(text)) throw new Error(`${name} is "${text}", but should be a whole number`);
  return Number(text);
}

/** Where a service is found: CATALOG_URL for the service `catalog`. */
export function urlOf(service: string): string {
  const name = `${service.toUpperCase().replaceAll("-", "_")}_URL`;
  const url = process.env[name] ?? "";
  if (!URL.canParse(url)) throw new Error(`${name} is "${url}", but should be like http://${service}:8080`);
  return url;
}

/** Words that are separated by spaces. */
export function words(name: string): string[] {
  return (process.env[name] ?? "").split(/\s+/).filter((word) => word !== "");
}
