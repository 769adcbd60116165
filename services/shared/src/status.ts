import * as z from "zod/mini";

/** How a service is, and what it needs, as `GET /status` says it. */
export interface Status {
  readonly service: string;
  readonly well: boolean;
  /** In a few words, such as why it is not well. */
  readonly remark: string;
  readonly version?: string | undefined;
  readonly pod?: string | undefined;
  readonly node?: string | undefined;
  readonly needs: readonly Status[];
}

export const statusSchema: z.ZodMiniType<Status> = z.object({
  service: z.string(),
  well: z.boolean(),
  remark: z.string(),
  version: z.optional(z.string()),
  pod: z.optional(z.string()),
  node: z.optional(z.string()),
  get needs() {
    return z.array(statusSchema);
  },
});

/** What a service cannot do its work without. */
export interface Need {
  /** Its name, as its Kubernetes Service is called. */
  readonly service: string;
  /** How it is; never rejects. Takes `withinMs` at most. */
  status(withinMs: number): Promise<Status>;
}

/** How long a service waits for what it needs: what that waits for in turn has to fit in. */
const SHARE = 0.7;

/** How every need is, asked all at once. */
export function statusOf(needs: readonly Need[], withinMs: number): Promise<Status[]> {
  return Promise.all(needs.map((need) => need.status(Math.round(withinMs * SHARE))));
}
