import { WebIdentity } from "../../../../components/pki";
import { countByType, recordResources, registeredBy } from "../../../support/recorder";

test("is an authority of its own and a certificate by it, the key of neither in clear", async () => {
  recordResources();
  const resources = await registeredBy(
    (options) => new WebIdentity("web", { authorityName: "Slipway dev", hosts: ["localhost"] }, options),
  );
  expect(countByType(resources)).toEqual({
    "slipway:pki:WebIdentity": 1,
    "pulumi-nodejs:dynamic/pki:CertificateAuthority": 1,
    "pulumi-nodejs:dynamic/pki:WebCertificate": 1,
  });
  const [certificate] = resources.filter(({ type }) => type.endsWith("WebCertificate"));
  expect(certificate?.inputs).toMatchObject({ hosts: ["localhost"], days: 397 });
});
