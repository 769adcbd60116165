import type { Moto } from "./moto";

/** Sends the AWS clients of this process to a server. Gives what takes that back. */
export function talkTo(moto: Moto): () => void {
  const before = { ...process.env };
  for (const [name, value] of Object.entries(moto.variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  return () => {
    process.env = before;
  };
}
