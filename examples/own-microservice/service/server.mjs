// How many reviews each of the shop's products has: none yet, but the products are the catalog's.
import { createServer } from "node:http";
import process from "node:process";

const { CATALOG_URL, PORT } = process.env;

async function reviews() {
  const response = await fetch(`${CATALOG_URL}/products`, { signal: AbortSignal.timeout(2000) });
  if (!response.ok) throw new Error(`the catalog answered ${response.status}`);
  const { products } = await response.json();
  return products.map(({ name }) => ({ product: name, reviews: 0 }));
}

const paths = {
  "/healthz": () => ({ status: "ok" }),
  "/readyz": () => ({ status: "ok" }),
  "/reviews": reviews,
};

const server = createServer((request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const handle = paths[request.url ?? ""];
  if (!handle) return answer(404, { error: "no such path" });
  Promise.resolve()
    .then(handle)
    .then((body) => answer(200, body))
    .catch((error) => {
      console.error(error);
      answer(502, { error: "the catalog cannot be reached" });
    });
});

server.listen(Number(PORT));
process.once("SIGTERM", () => server.close());
