import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The shop's style sheet; the bundle's build puts it beside the program. */
export const style = readFileSync(join(__dirname, "style.css"), "utf8");

/** Its address: another text is another address, so that browsers may keep it for long. */
export const styleUrl = `/style.css?v=${createHash("sha256").update(style).digest("hex").slice(0, 12)}`;
