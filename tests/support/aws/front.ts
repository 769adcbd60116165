import { writeFileSync } from "node:fs";
import * as path from "node:path";

import { newCertificateAuthority } from "../../../components/pki/certificate-authority";
import { newServingCertificate } from "../../../components/pki/serving-certificate";
import { imageName } from "../../../toolchain/images";
import { run } from "../../../toolchain/images/command";

/** What stands in a VPC before instances, and where. */
export interface FrontArgs {
  /** Of the container. */
  readonly name: string;
  /** The Docker network that is the VPC. */
  readonly network: string;
  /** Its address there. */
  readonly address: string;
  readonly region: string;
  /** `host:port` of moto, as the network reaches it. */
  readonly moto: string;
  /** Name and port of the cluster's API, and the addresses behind it. */
  readonly api: { readonly host: string; readonly port: number; readonly targets: readonly string[] };
  /** Port on 127.0.0.1 that leads to the API, as a Session Manager tunnel does. */
  readonly tunnelPort: number;
  /** For its files. */
  readonly folder: string;
}

/** Services that machines call, by AWS' own names. */
const services = ["secretsmanager", "autoscaling"];

/**
 * In one container what a VPC has before its instances: the network load balancer of the API with its private name, and
 * AWS' APIs by their own names, over TLS, which are moto.
 *
 * @returns the file with the certificate of who signed for those
 */
export async function startFront(args: FrontArgs): Promise<string> {
  const { region, folder, network, name, api } = args;
  const authority = await newCertificateAuthority({ commonName: "emulated AWS", years: 1 });
  const { certificatePem, privateKeyPem } = await newServingCertificate({
    ...{ commonName: "emulated AWS", organization: "tests", address: args.address },
    dnsName: `*.${region}.amazonaws.com`,
    authorityCertificatePem: authority.certificatePem,
    authorityPrivateKeyPem: authority.privateKeyPem,
  });
  const file = (base: string, text: string): string => {
    writeFileSync(path.join(folder, base), text);
    return path.join(folder, base);
  };
  const authorityFile = file("aws-authority.crt", authority.certificatePem);
  const mounts = {
    "/etc/haproxy/aws.pem": file("aws.pem", certificatePem + privateKeyPem),
    "/etc/haproxy/haproxy.cfg": file("haproxy.cfg", configuration(args)),
  };
  const aliases = [api.host, ...services.map((service) => `${service}.${region}.amazonaws.com`)];
  await run([
    ...["docker", "run", "--detach", "--name", name, "--network", network, "--ip", args.address],
    ...aliases.flatMap((alias) => ["--network-alias", alias]),
    ...["--publish", `127.0.0.1:${args.tunnelPort}:${api.port}`],
    ...Object.entries(mounts).flatMap(([inside, outside]) => ["--volume", `${outside}:${inside}:ro`]),
    imageName("load-balancer"),
  ]);
  return authorityFile;
}

/** The load balancer's check is the one of components/machines/aws/api-load-balancer.ts, more often. */
function configuration({ moto, api }: FrontArgs): string {
  return `
defaults
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h
    timeout check 4s

frontend aws
    bind :443 ssl crt /etc/haproxy/aws.pem
    default_backend moto

backend moto
    server moto ${moto}

frontend api
    bind :${api.port}
    default_backend control-planes

backend control-planes
    option httpchk GET /readyz
    http-check expect status 200
    default-server check check-ssl verify none inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${api.targets.map((address, index) => `    server ${index} ${address}:${api.port}\n`).join("")}`;
}
