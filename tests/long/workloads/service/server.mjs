// A microservice that says who it is, and keeps a processor busy when it is asked to.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const { PORT, POD_NAME, VERSION, WORD, BROKEN } = process.env;

if (BROKEN === "crash") {
  console.log("reading the settings");
  console.error("no such setting: DATABASE_URL");
  process.exit(3);
}

function greeting() {
  try {
    return readFileSync("/etc/probe/greeting.txt", "utf8");
  } catch {
    return null;
  }
}

function burn(milliseconds) {
  const end = Date.now() + milliseconds;
  while (Date.now() < end);
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname === "/readyz" && BROKEN === "unready") {
    console.log("not ready: the database does not answer");
    response.writeHead(503).end();
    return;
  }
  if (pathname === "/burn") burn(Number(searchParams.get("ms")));
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({ pod: POD_NAME, version: VERSION, word: WORD, greeting: greeting(), pathname }),
  );
});
server.keepAliveTimeout = 10_000;
server.listen(Number(PORT), () => console.log(`version ${VERSION} listens`));

process.on("SIGTERM", () => server.close());
