import { readSettings } from "../../conformance/settings";

it("runs every conformance spec, four at once, in an environment of its own unless told otherwise", () => {
  expect(readSettings({})).toEqual({ focus: "", labels: "Conformance", processes: 4 });
  expect(readSettings({ FOCUS: "", LABELS: " ", PROCS: "", ENV: "" })).toEqual(readSettings({}));
});

it("takes what it is told", () => {
  const told = { FOCUS: "sig-network.*DNS", LABELS: "Feature:NetworkPolicy", PROCS: "2", ENV: "dev" };
  expect(readSettings(told)).toEqual({
    focus: "sig-network.*DNS",
    labels: "Feature:NetworkPolicy",
    processes: 2,
    environment: "dev",
  });
});

it.each([
  [{ FOCUS: "[sig" }, /^FOCUS is "\[sig", which is no regular expression .*FOCUS="sig-network/],
  [{ PROCS: "0" }, /^PROCS is "0"; write how many specs run at once, from 1 to 99$/],
  [{ PROCS: "many" }, /^PROCS is "many"/],
])("refuses %j", (variables, message) => {
  expect(() => readSettings(variables)).toThrow(message);
});
