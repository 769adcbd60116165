// Bundles a service, with all that it imports, into dist/main.js: `node bundle.mjs catalog`.
import { copyFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import process from "node:process";
import { build } from "esbuild";

const [service] = process.argv.slice(2);
const { metafile } = await build({
  entryPoints: [`${service}/src/main.ts`],
  bundle: true,
  platform: "node",
  target: "node22",
  outfile: "dist/main.js",
  // What pg would use if it were there.
  external: ["pg-native"],
  metafile: true,
});
// A program reads its style sheet from beside itself.
for (const file of Object.keys(metafile.inputs).filter((input) => basename(input) === "style.ts")) {
  await copyFile(`${dirname(file)}/style.css`, "dist/style.css");
}
