import { comparison, figure } from "../../../bench/measure";
import { resultsTable, withTable } from "../../../bench/tables";

describe("the table of results", () => {
  it("has a line for each result, with what it is compared with", () => {
    const table = resultsTable([
      comparison("kind-1-2", "s", [{ value: 21.4, reference: 30.2 }]),
      figure("image-size/machine-image", "MB", 612.4),
    ]);
    expect(table.split("\n").slice(2)).toEqual([
      "| `pulumi up` of 1 control plane and 2 workers, to Ready | 21 s | 30 s: kind, same programs and images, to Ready | 0.71 |",
      "| the machine image, with all pod images in it | 612 MB |  |  |",
    ]);
  });

  it("adds the parts of the toolchain up", () => {
    const table = resultsTable([
      figure("toolchain-cpu/etcd", "min", 1.2),
      figure("toolchain-cpu/pulumi", "min", 3),
    ]);
    expect(table).toContain("| 4.2 min |");
  });
});

describe("a page that quotes the results", () => {
  const page = "Before\n\n<!-- bench: written by `make bench` -->\n\nold\n\n<!-- /bench -->\n\nAfter\n";

  it("gets the table between its two comments, and nothing else changes", () => {
    expect(withTable(page, "| new |")).toBe(page.replace("old", "| new |"));
  });

  it("must have such a place", () => {
    expect(() => withTable("Before\n", "| new |")).toThrow("no place for the results");
  });
});
