import * as pulumi from "@pulumi/pulumi";

import { madeOnce } from "./made-once";

/** 32 letters and digits, which no shell, URL or document takes for anything else: 190 bits. */
export async function newPassword(): Promise<{ readonly password: string }> {
  const { randomInt } = await import("node:crypto");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const password = Array.from({ length: 32 }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
  return { password };
}

export const passwordProvider = madeOnce(newPassword);

/** A password that nobody thought of, made once. */
export class Password extends pulumi.dynamic.Resource {
  /** 32 letters and digits. Secret. */
  declare readonly password: pulumi.Output<string>;

  constructor(name: string, options?: pulumi.CustomResourceOptions) {
    super(
      passwordProvider,
      name,
      { password: undefined },
      pulumi.mergeOptions(options, { additionalSecretOutputs: ["password"] }),
      "pki",
      "Password",
    );
  }
}
