import { constants, gzipSync } from "node:zlib";

/** EC2's limit, before base64: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
const maxBytes = 16_384;

/** Of gzip's header: names the system that compressed. https://www.rfc-editor.org/rfc/rfc1952 */
const systemByte = 9;
const unknownSystem = 255;

/**
 * A cloud-init document as EC2 takes it: gzip'd, which cloud-init undoes, and in base64. The same on every system, so that
 * an `up` from another one changes no machine.
 * @throws Error when EC2 would refuse its length; says whose it is, how long, and what makes it shorter.
 */
export function compressedUserData(machineName: string, document: string): string {
  const compressed = gzipSync(document, { level: constants.Z_BEST_COMPRESSION });
  compressed[systemByte] = unknownSystem;
  if (compressed.length > maxBytes) {
    throw new Error(
      `the user data of ${machineName} is ${compressed.length} bytes after gzip; EC2 takes at most ${maxBytes}. ` +
        "Fewer or shorter labels and taints, and fewer files of the platform, make it shorter",
    );
  }
  return compressed.toString("base64");
}
