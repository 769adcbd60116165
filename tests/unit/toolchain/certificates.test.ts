import { newCertificateAuthority } from "../../../components/pki/certificate-authority";
import { rowsOfMachine, rowsOfNodes, rowsOfState, table } from "../../../toolchain/certificates/table";

const now = Date.parse("2026-11-30T12:00:00Z");
const at = (text: string): Date => new Date(text);

test("says of every certificate where it is, until when it is good, and what renews it, the first that ends on top", () => {
  const list = `/etc/kubernetes/pki/ca.crt\t${at("2036-11-27T12:00:00Z").getTime() / 1000}\tnobody
/etc/kubernetes/pki/apiserver.crt\t${at("2026-11-30T11:00:00Z").getTime() / 1000}\tmachine
`;
  const kubelet = `/var/lib/kubelet/pki/kubelet-client-current.pem\t${at("2026-11-30T13:30:00Z").getTime() / 1000}\tkubelet\n`;
  const rows = [...rowsOfMachine("control-plane-0", list), ...rowsOfMachine("worker-0", kubelet)];
  expect(
    table(rows, now)
      .split("\n")
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ["WHAT", "WHERE", "UNTIL", "LEFT", "RENEWED BY"],
    [
      "/etc/kubernetes/pki/apiserver.crt",
      "control-plane-0",
      "2026-11-30 11:00 UTC",
      "ended",
      "make up, or the machine's timer",
    ],
    [
      "/var/lib/kubelet/pki/kubelet-client-current.pem",
      "worker-0",
      "2026-11-30 13:30 UTC",
      "90 min",
      "the kubelet",
    ],
    [
      "/etc/kubernetes/pki/ca.crt",
      "control-plane-0",
      "2036-11-27 12:00 UTC",
      "3650 d",
      "make rotate WHAT=authorities",
    ],
  ]);
});

test("reads a stack's own certificates from its state", async () => {
  const { certificatePem } = await newCertificateAuthority({ commonName: "kubernetes", years: 10 });
  const resource = (name: string, type: string, outputs: object) => ({
    urn: `urn:pulumi:dev::slipway::${type}::${name}`,
    type,
    outputs,
  });
  const resources = [
    resource("dev-ca", "pulumi-nodejs:dynamic/pki:CertificateAuthority", { certificatePem }),
    resource("dev-admin", "pulumi-nodejs:dynamic/pki:ClientCertificate", { certificatePem }),
    resource("dev-key", "pulumi-nodejs:dynamic/pki:KeyPair", {}),
  ];
  const rows = rowsOfState(JSON.stringify({ deployment: { resources } }));
  expect(rows.map(({ what, renewedBy }) => [what, renewedBy])).toEqual([
    ["dev-ca", "make rotate WHAT=authorities"],
    ["dev-admin", "make up"],
  ]);
});

test("knows of machines that nobody can ask what they say on their Nodes", () => {
  const ends = { node: "i-1", machine: undefined, kubelet: at("2027-01-01T00:00:00Z") };
  expect(rowsOfNodes([ends])).toEqual([
    { what: "the first of the kubelet's", where: "i-1", end: ends.kubelet, renewedBy: "the kubelet" },
  ]);
});
