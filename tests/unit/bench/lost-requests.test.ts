import { lostRequests } from "../../support/load";

test("a lost request is each line of k6's that says so, and no other line", () => {
  const lost = { begin: 1, at: 2, page: "cart", status: 503, error: "" };
  const said = `WARN insufficient VUs\n${JSON.stringify(lost)}\n{"other":1}\n${JSON.stringify({ ...lost, status: 0 })}\n`;
  expect(lostRequests(said)).toEqual([lost, { ...lost, status: 0 }]);
  expect(lostRequests("")).toEqual([]);
});
