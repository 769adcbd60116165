import { newCertificateAuthority } from "../../../../../components/pki/certificate-authority";
import { certificateFindings, dueCertificates } from "../../../../../components/cluster/roll/certificates";

const now = Date.parse("2026-11-30T12:00:00Z");
const day = 86_400_000;
const inDays = (days: number): Date => new Date(now + days * day);

const ends = (machine: number | undefined, kubelet: number | undefined) => [
  {
    node: "control-plane-0",
    machine: machine === undefined ? undefined : inDays(machine),
    kubelet: kubelet === undefined ? undefined : inDays(kubelet),
  },
];

const year = { authorities: [], validitySeconds: 365 * 86_400 };

describe("certificates of a year", () => {
  it.each([
    [122, []],
    [121, ["control-plane-0"]],
    [-1, ["control-plane-0"]],
    [undefined, []],
  ])("that end in %s days are due on %j", (days, due) => {
    expect([...dueCertificates({ ...year, ends: ends(days, days) }, now).keys()]).toEqual(due);
  });

  it.each([31, undefined])("that end in %s days are no finding", (days) => {
    expect(certificateFindings({ ...year, ends: ends(days, days) }, now)).toEqual([]);
  });

  it("that end in 29 days are a finding, with what renews them", () => {
    expect(certificateFindings({ ...year, ends: ends(29, 200) }, now)).toEqual([
      "those that control-plane-0 signs itself end on 2026-12-29T12:00:00.000Z; make up signs them anew, if it can be reached",
    ]);
    expect(certificateFindings({ ...year, ends: ends(200, -1) }, now)).toEqual([
      "those of the kubelet of control-plane-0 ended on 2026-11-29T12:00:00.000Z; it asks for new ones: " +
        "kubectl get certificatesigningrequests says what became of that",
    ]);
  });
});

it("scales with how long certificates are good for", () => {
  const facts = { authorities: [], validitySeconds: 600 };
  const inSeconds = (seconds: number) => ends(seconds / 86_400, undefined);
  expect(certificateFindings({ ...facts, ends: inSeconds(50) }, now)).toEqual([]);
  expect(certificateFindings({ ...facts, ends: inSeconds(49) }, now)).toHaveLength(1);
  expect(dueCertificates({ ...facts, ends: inSeconds(201) }, now).size).toBe(0);
  expect(dueCertificates({ ...facts, ends: inSeconds(199) }, now).size).toBe(1);
});

it("tells of an authority in the last twelfth of its life", async () => {
  const { certificatePem } = await newCertificateAuthority({ commonName: "kubernetes", years: 1 });
  const facts = { ends: [], validitySeconds: 86_400, authorities: [{ name: "ca", certificatePem }] };
  expect(certificateFindings(facts, Date.now() + 334 * day)).toEqual([]);
  expect(certificateFindings(facts, Date.now() + 336 * day)).toEqual([
    expect.stringMatching(
      /^those that the authority ca has signed end on .* make rotate WHAT=authorities makes another one$/,
    ),
  ]);
});
