import { corefile } from "../../../../components/platform/corefile";
import { readPlatformFile } from "../../../../components/platform/files";

const blocks = (text: string): string[] => text.split(/^}\n/m).filter((block) => block !== "");

test("without settings is the one of the repository", () => {
  expect(corefile()).toBe(readPlatformFile("Corefile"));
  expect(corefile({ stubDomains: {}, hosts: {}, upstream: [] })).toBe(readPlatformFile("Corefile"));
});

test("asks a zone's own name servers for it, in a block of its own", () => {
  const [main, ...zones] = blocks(
    corefile({ stubDomains: { "corp.example.org": ["10.0.0.53", "10.0.1.53:5353"] } }),
  );
  expect(`${main}}\n`).toBe(readPlatformFile("Corefile"));
  expect(zones).toEqual([
    "corp.example.org:53 {\n    errors\n    cache 30\n    forward . 10.0.0.53 10.0.1.53:5353\n    reload\n",
  ]);
});

test("knows hosts, asks others for what it does not know, and asks those that it is told", () => {
  const text = corefile({
    hosts: { "erp.example.org": "192.168.1.20" },
    upstream: ["10.0.0.53", "10.0.1.53"],
  });
  expect(text).toContain(
    "    hosts {\n       192.168.1.20 erp.example.org\n       fallthrough\n    }\n    prometheus :9153\n",
  );
  expect(text).toContain("forward . 10.0.0.53 10.0.1.53 {");
  expect(text).not.toContain("/etc/resolv.conf");
});
