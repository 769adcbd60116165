import { isNativeError } from "node:util/types";
import * as z from "zod/mini";

/** How long one attempt may take, answer read. There are two, so a page waits at most twice as long. */
const TIMEOUT_MS = 1000;

const productSchema = z.object({
  id: z.string().check(z.regex(/^[a-z0-9-]+$/)),
  name: z.string(),
  summary: z.string(),
  description: z.string(),
  price: z.object({ cents: z.int(), currency: z.string().check(z.regex(/^[A-Z]{3}$/)) }),
  picture: z.string(),
});
const listSchema = z.object({ products: z.array(productSchema) });

/** A product as the catalog describes it. Its texts are plain text, and `picture` is an SVG document. */
export type Product = z.infer<typeof productSchema>;

/** The copy of the catalog that answered. */
export interface Answerer {
  readonly version: string;
  readonly pod: string;
  readonly node: string;
}

/** What the catalog said, and which copy of it did. */
export interface Answer<T> {
  readonly value: T;
  readonly by: Answerer;
}

/** The catalog cannot be reached in time (503), or answers what nobody can use (502). */
export class CatalogTrouble extends Error {
  constructor(
    readonly status: 502 | 503,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

interface RawAnswer {
  readonly status: number;
  readonly body: string;
  readonly by: Answerer;
}

/** Asks the catalog at `baseUrl`. Every method rejects with CatalogTrouble. */
export class CatalogClient {
  constructor(private readonly baseUrl: string) {}

  /** The whole assortment, in the order in which it is shown. */
  async products(): Promise<Answer<Product[]>> {
    const answer = await this.get("/products");
    return { value: read(answer, listSchema).products, by: answer.by };
  }

  /** One product, or undefined when there is none of that id. */
  async product(id: string): Promise<Answer<Product | undefined>> {
    const answer = await this.get(`/products/${encodeURIComponent(id)}`);
    return { value: answer.status === 404 ? undefined : read(answer, productSchema), by: answer.by };
  }

  /** Which copy answers now. */
  async answerer(): Promise<Answerer> {
    return (await this.get("/version")).by;
  }

  /** Tries twice: a pod that leaves may take one kept-alive connection with it. */
  private async get(path: string): Promise<RawAnswer> {
    try {
      return await this.attempt(path);
    } catch {
      try {
        return await this.attempt(path);
      } catch (cause) {
        throw new CatalogTrouble(503, reason(cause), { cause });
      }
    }
  }

  private async attempt(path: string): Promise<RawAnswer> {
    const response = await fetch(new URL(path, this.baseUrl), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { status, headers } = response;
    const body = await response.text();
    if (status >= 500) throw new Error(`answered with status ${status}`);
    const header = (name: string) => headers.get(name) ?? "unknown";
    const by = {
      version: header("x-service-version"),
      pod: header("x-pod-name"),
      node: header("x-node-name"),
    };
    return { status, body, by };
  }
}

function read<T>(answer: RawAnswer, schema: z.ZodMiniType<T>): T {
  if (answer.status !== 200) throw new CatalogTrouble(502, `answered with status ${answer.status}`);
  try {
    return schema.parse(JSON.parse(answer.body));
  } catch (cause) {
    throw new CatalogTrouble(502, "answered what is no catalog", { cause });
  }
}

/** In a few words for the status page, which need not tell its readers any address. */
function reason(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${TIMEOUT_MS} ms`;
  const { cause } = error;
  return isNativeError(cause) && "code" in cause ? `connection failed: ${String(cause.code)}` : error.message;
}
