import type { Context } from "hono";

import type { Content } from "./pages/layout";

/** Answers with a page. */
export type Page = (
  c: Context,
  content: Content,
  status?: 200 | 402 | 404 | 500 | 502 | 503,
) => Response | Promise<Response>;
