// What outlives an environment: `npx tsx toolchain/kept/kept.ts dev after-down|list|forget`. `forget` reads CLAIM and
// OWNER from its environment.
import { checkName, settingsOf } from "../environment";
import { given } from "../given";
import { ownOwner } from "../own-owner";
import { awsLines, regionOf, volumesOnAws } from "./aws";
import {
  findKeptVolume,
  type KeptContent,
  type KeptVolume,
  readContent,
  removeClaim,
  removeVolume,
} from "./volume";
import { keptLines, refusal } from "./words";
import { actOf, failCommand } from "../command";

const verbs: Readonly<Record<string, (environment: string, volume: KeptVolume) => Promise<void>>> = {
  "after-down": afterDown,
  list,
  forget,
};

async function main(): Promise<void> {
  const [environment = "dev", verb = "list"] = process.argv.slice(2);
  checkName(environment);
  const act = actOf(verbs, verb);
  const region = regionOf(settingsOf(environment));
  if (region !== undefined) {
    await onAws(environment, region, verb);
    return;
  }
  const volume = await findKeptVolume(environment);
  if (volume !== undefined) await act(environment, volume);
  else if (verb !== "after-down") console.log(`${environment} keeps nothing`);
}

/** Nothing is removed there: what is nobody's is said. */
async function onAws(environment: string, region: string, verb: string): Promise<void> {
  const volumes = await volumesOnAws(environment, region);
  if (volumes.length > 0 || verb !== "after-down") say(...awsLines(environment, region, volumes));
  if (verb === "forget") {
    throw new Error("What is kept on AWS is removed with AWS' own programs, one volume after the other");
  }
}

/** An environment that kept nothing leaves nothing; what it kept is said. */
async function afterDown(environment: string, volume: KeptVolume): Promise<void> {
  const expected = ownOwner(environment) ?? volume.owner;
  if (volume.owner !== expected || volume.users.length > 0) return;
  const content = await readContent(volume);
  if (isEmpty(content)) await removeVolume(volume);
  else say("", ...keptLines(environment, volume, content));
}

async function list(environment: string, volume: KeptVolume): Promise<void> {
  const content = await readContent(volume);
  if (isEmpty(content)) say(`${environment} keeps nothing`);
  else say(...keptLines(environment, volume, content));
}

const isEmpty = ({ claims, backups }: KeptContent): boolean => claims.length === 0 && backups === undefined;

async function forget(environment: string, volume: KeptVolume): Promise<void> {
  const { OWNER: confirmed = "" } = process.env;
  const wanted = given("CLAIM") ?? "";
  const reason = refusal(environment, volume, ownOwner(environment), confirmed);
  if (reason !== undefined) throw new Error(reason);
  const { claims, backups } = await readContent(volume);
  if (wanted === "") {
    await removeVolume(volume);
    const removed = [...claims, ...(backups ? [backups] : [])];
    say(...removed.map(({ claim }) => `Removed ${claim}`), `Removed the Docker volume ${volume.name}`);
    return;
  }
  const claim = claims.find((each) => each.claim === wanted);
  if (claim === undefined) {
    const known = claims.map((each) => each.claim).join(", ");
    throw new Error(
      `CLAIM is "${wanted}", and ${environment} keeps ${known || "nothing"}; give one of these`,
    );
  }
  await removeClaim(volume, claim);
  say(`Removed ${claim.claim}`);
}

function say(...lines: string[]): void {
  lines.forEach((line) => {
    console.log(line);
  });
}

main().catch(failCommand);
