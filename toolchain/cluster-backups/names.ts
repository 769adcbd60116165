import * as path from "node:path";

import { checkName } from "../environment";

/** A backup's name: the time when it was made, as in `20261130T221500Z`. */
export const namePattern = /^\d{8}T\d{6}Z$/;

/** Which backup is meant: one of an environment's, or a file that somebody has copied. */
export type Source =
  | { readonly kind: "kept"; readonly environment: string; readonly name: string }
  | { readonly kind: "file"; readonly file: string };

/**
 * What somebody wrote in FROM: nothing or `latest`, a name, either with another environment before it, as in
 * `dev/20261130T221500Z`, or the path of a file, which has `/` or `.` at its beginning.
 *
 * @param environment - whose backup it is where none is named
 * @param folder - what a path is relative to
 * @throws Error when it is none of these
 */
export function parseSource(from: string, environment: string, folder: string): Source {
  if (/^[./]/.test(from)) return { kind: "file", file: path.resolve(folder, from) };
  const [name = "", other = environment, ...more] = (from === "" ? "latest" : from).split("/").reverse();
  if (more.length > 0 || !(name === "latest" || namePattern.test(name))) {
    throw new Error(
      `FROM is ${JSON.stringify(from)}; give latest, a name such as 20261130T221500Z that make backups prints, ` +
        "either after another environment as in dev/latest, or the path of a copied bundle as in ./20261130T221500Z.age",
    );
  }
  checkName(other);
  return { kind: "kept", environment: other, name };
}
