/* global __ENV */
// What k6 runs: a constant rate of a customer's requests to the shop at SHOP_URL, RATE of them a second, until it is told
// to end. It says on standard error of each that was not answered as it should have been.
import { Counter } from "k6/metrics";
import exec from "k6/execution";
import http from "k6/http";

export const options = {
  // Whoever runs it ends it.
  scenarios: {
    shop: {
      executor: "constant-arrival-rate",
      rate: Number(__ENV.RATE),
      timeUnit: "1s",
      duration: "2h",
      preAllocatedVUs: 60,
      maxVUs: 300,
      gracefulStop: "0s",
    },
  },
};

const answered = new Counter("answered");
const customer = __ENV.CUSTOMER;
const headers = { Cookie: `customer=${customer}; cart=storm-lantern.1` };

/** Cents of a storm lantern with shipping. */
const total = "6090";

/** An id of an order, another one for each iteration, in the form of a UUID. */
const orderId = (number) => `${customer.slice(0, 24)}${number.toString(16).padStart(12, "0")}`;

function ask(number) {
  const wanted = { headers, redirects: 0, timeout: "15s" };
  if (number % 4 !== 3) {
    const page = ["products/deck-log", "cart", "orders"][number % 4];
    return { page, expected: 200, response: http.get(__ENV.SHOP_URL + page, wanted) };
  }
  const form = { order: orderId(number), total, name: "Ada", card: "4242424242424242" };
  return { page: "checkout", expected: 303, response: http.post(`${__ENV.SHOP_URL}checkout`, form, wanted) };
}

export default function request() {
  const begin = Date.now();
  const { page, expected, response } = ask(exec.scenario.iterationInTest);
  if (response.status === expected) answered.add(1);
  else
    console.error(
      JSON.stringify({ begin, at: Date.now(), page, status: response.status, error: response.error }),
    );
}
