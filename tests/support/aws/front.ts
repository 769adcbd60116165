import { writeFileSync } from "node:fs";
import * as path from "node:path";

import { newCertificateAuthority } from "../../../components/pki/certificate-authority";
import { newWebCertificate } from "../../../components/pki/web-certificate";
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
  /** The account whose registry this is, and the name on the network of the one that it really is. */
  readonly registry: { readonly accountId: string; readonly host: string };
  /** For its files. */
  readonly folder: string;
}

/** Services that machines call, by AWS' own names. */
const services = ["secretsmanager", "autoscaling", "api.ecr"];

/** Host of an account's registry. */
export function registryHost(accountId: string, region: string): string {
  return `${accountId}.dkr.ecr.${region}.amazonaws.com`;
}

/**
 * In one container what a VPC has before its instances: the network load balancer of the API with its private name, AWS'
 * APIs by their own names, over TLS, which are moto, S3's buckets among them, and the account's registry, which wants the
 * password that moto gives.
 *
 * @returns the file with the certificate of who signed for those
 */
export async function startFront(args: FrontArgs): Promise<string> {
  const { region, folder, network, name, api, registry } = args;
  const authority = await newCertificateAuthority({ commonName: "emulated AWS", years: 1 });
  const serving = async (dnsName: string): Promise<string> => {
    const { certificatePem, privateKeyPem } = await newWebCertificate({
      ...{ hosts: [dnsName, args.address], days: 30 },
      authorityCertificatePem: authority.certificatePem,
      authorityPrivateKeyPem: authority.privateKeyPem,
    });
    return certificatePem + privateKeyPem;
  };
  const file = (base: string, text: string): string => {
    writeFileSync(path.join(folder, base), text);
    return path.join(folder, base);
  };
  const hosts = [
    // Buckets have names below it.
    `*.s3.${region}.amazonaws.com`,
    ...services.map((service) => `${service}.${region}.amazonaws.com`),
    registryHost(registry.accountId, region),
  ];
  const certificates = await Promise.all(hosts.map(serving));
  const authorityFile = file("aws-authority.crt", authority.certificatePem);
  const mounts = {
    "/etc/haproxy/haproxy.cfg": file("haproxy.cfg", configuration(args)),
    ...Object.fromEntries(
      certificates.map((pem, index) => [`/etc/haproxy/aws/${index}.pem`, file(`${index}.pem`, pem)]),
    ),
  };
  await run([
    ...["docker", "run", "--detach", "--name", name, "--network", network, "--ip", args.address],
    ...[api.host, ...hosts.slice(1)].flatMap((alias) => ["--network-alias", alias]),
    ...["--publish", `127.0.0.1:${args.tunnelPort}:${api.port}`],
    ...Object.entries(mounts).flatMap(([inside, outside]) => ["--volume", `${outside}:${inside}:ro`]),
    imageName("load-balancer"),
  ]);
  return authorityFile;
}

/** The load balancer's check is the one of components/machines/aws/api-load-balancer.ts, more often. */
function configuration({ moto, api, registry, region }: FrontArgs): string {
  return `
userlist registry
    user AWS insecure-password ${registry.accountId}-auth-token

defaults
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h
    timeout check 4s

frontend aws
    mode http
    bind :443 ssl crt /etc/haproxy/aws
    use_backend registry if { ssl_fc_sni ${registryHost(registry.accountId, region)} }
    default_backend moto

backend moto
    mode http
    server moto ${moto}

backend registry
    mode http
    http-request auth realm ECR unless { http_auth(registry) }
    server registry ${registry.host}

frontend api
    bind :${api.port}
    default_backend control-planes

backend control-planes
    option httpchk GET /readyz
    http-check expect status 200
    default-server check check-ssl verify none inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${api.targets.map((address, index) => `    server ${index} ${address}:${api.port}\n`).join("")}`;
}
