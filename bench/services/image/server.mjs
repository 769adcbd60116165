/* global process */
// A microservice that is always well, and does nothing else.
import { createServer } from "node:http";

const server = createServer((_request, response) => response.end("ok")).listen(process.env.PORT);
process.once("SIGTERM", () => {
  server.close(() => process.exit());
});
