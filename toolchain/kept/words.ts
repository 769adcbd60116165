import type { KeptContent, KeptVolume } from "./volume";

/** What is kept, where it is, and how it is used again or removed. */
export function keptLines(
  environment: string,
  { name, folder, users }: KeptVolume,
  { claims, backups }: KeptContent,
): string[] {
  const all = [...claims, ...(backups ? [backups] : [])];
  const width = Math.max(...all.map(({ claim }) => claim.length));
  const many = claims.length === 1 ? "volume" : "volumes";
  const what = [
    ...(claims.length > 0 ? [`${claims.length} ${many}`] : []),
    ...(backups ? ["backups of the cluster"] : []),
  ].join(" and ");
  const [first] = claims;
  return [
    `Kept: ${what} of ${environment}, in the Docker volume ${name} (${folder}):`,
    ...all.map(({ claim, bytes }) => `  ${claim.padEnd(width)}  ${size(bytes).padStart(8)}`),
    ...(users.length > 0
      ? []
      : [
          ...(first
            ? [`make up ENV=${environment} finds it again, for claims of the same namespace and name`]
            : []),
          ...(backups
            ? [`make restore-cluster ENV=${environment} makes the cluster that was backed up`]
            : []),
          `make forget ENV=${environment} removes it for good${first ? `, and with CLAIM=${first.claim} one volume of it` : ""}`,
        ]),
  ];
}

/** Such as `12.3 MB`. */
export function size(bytes: number): string {
  const units = ["kB", "MB", "GB", "TB"];
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 1), units.length);
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? ""}`;
}

/** Why it is not this environment's to remove; undefined where it is. */
export function refusal(
  environment: string,
  { name, owner, users }: KeptVolume,
  expectedOwner: string | undefined,
  confirmedOwner: string,
): string | undefined {
  if (users.length > 0) {
    return `${environment} uses ${name} still, in ${users.join(", ")}: take it down first, with make down ENV=${environment}`;
  }
  if (owner !== expectedOwner && owner !== confirmedOwner) {
    const whose = expectedOwner === undefined ? "may be another stack's" : "is another stack's";
    return (
      `${name} ${whose} environment, of owner ${owner}; ` +
      `if nobody needs it, make forget ENV=${environment} OWNER=${owner} removes it for good`
    );
  }
  return undefined;
}
