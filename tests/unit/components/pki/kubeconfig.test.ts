import { KubeConfig } from "@kubernetes/client-node";
import * as fc from "fast-check";
import { parse } from "yaml";

import { kubeconfig } from "../../../../components/pki";

const args = {
  clusterName: "slipway-dev",
  server: "https://127.0.0.1:6443",
  caCertificate: "the authority's certificate\n",
  clientCertificate: "the client's certificate\n",
  clientKey: "the client's key\n",
};
const base64 = (text: string) => Buffer.from(text).toString("base64");

test("is a kubeconfig of one context, with everything in it", () => {
  expect(parse(kubeconfig(args))).toEqual({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "slipway-dev",
    contexts: [{ name: "slipway-dev", context: { cluster: "slipway-dev", user: "slipway-dev-admin" } }],
    clusters: [
      {
        name: "slipway-dev",
        cluster: { server: args.server, "certificate-authority-data": base64(args.caCertificate) },
      },
    ],
    users: [
      {
        name: "slipway-dev-admin",
        user: {
          "client-certificate-data": base64(args.clientCertificate),
          "client-key-data": base64(args.clientKey),
        },
      },
    ],
  });
});

test("reads back, whatever the values are", () => {
  fc.assert(
    fc.property(
      fc.record({
        clusterName: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
        server: fc.webUrl(),
        caCertificate: fc.string({ minLength: 1, maxLength: 3000 }),
        clientCertificate: fc.string({ minLength: 1, maxLength: 3000 }),
        clientKey: fc.string({ minLength: 1, maxLength: 3000 }),
      }),
      (values) => {
        const read = new KubeConfig();
        read.loadFromString(kubeconfig(values));
        expect(read.getCurrentContext()).toBe(values.clusterName);
        expect(read.getCurrentCluster()).toMatchObject({
          name: values.clusterName,
          server: values.server.replace(/\/$/, ""),
          caData: base64(values.caCertificate),
        });
        expect(read.getCurrentUser()).toMatchObject({
          certData: base64(values.clientCertificate),
          keyData: base64(values.clientKey),
        });
      },
    ),
  );
});
