/** A file, or a folder of files, that a Go module carries beside its code. */
export interface ModuleFile {
  /**
   * Import path of the module; its version is the one that the part's go.mod selects. With `@` and a version, that one,
   * which the part's go.sum has to know.
   */
  module: string;
  /** The file's or the folder's path inside the module. */
  file: string;
  /** The name that it gets. */
  as: string;
  /** Top-level fields to set in it; for JSON files. Default: the file is taken as it is. */
  set?: Readonly<Record<string, string>>;
  /** Whether it is a program. Default: false. */
  executable?: boolean;
}

/**
 * One Go module of ours that pins upstream code and becomes one or more programs. It is plain data, because the
 * cache's key is made of it.
 */
export interface Part {
  /** Names the part, and its folder in the cache. */
  name: string;
  /** The version it reports, without a leading `v`. */
  version: string;
  /** Absolute path of the folder with its go.mod and go.sum. */
  source: string;
  /**
   * Absolute path of a folder whose files are its code too: that of a part which there is in several versions. Default:
   * all of its code is in `source`.
   */
  code?: string;
  /** What its go.mod must select: module path to version. A unit test compares them. */
  requires: Readonly<Record<string, string>>;
  /** Programs to build: name to Go package (`.` is the part's own main). */
  binaries: Readonly<Record<string, string>>;
  /** Test suites to compile (`go test -c`): name to Go package. Default: none. */
  suites?: Readonly<Record<string, string>>;
  /** Go variables that the linker sets: `package.name` to value. */
  variables: Readonly<Record<string, string>>;
  /** Further names of a program: symbolic links, name to program. */
  links?: Readonly<Record<string, string>>;
  /** Files of modules that the code embeds: put beside it before it is compiled. Where it has a file, that one stays. */
  embeds?: readonly ModuleFile[];
  /** Files of modules that belong beside the finished programs. */
  ships?: readonly ModuleFile[];
  /** About how long it takes on 2 cores with empty Go caches, in minutes; for progress only. */
  coldMinutes: number;
  /** Whether it is built only when it is asked for (wanted.ts), as not every environment needs it. Default: false. */
  onDemand?: boolean;
}

/** What a part is beside its name and its place. */
export type PartDefinition = Omit<Part, "name" | "source" | "code">;
