import { request } from "node:https";
import { connect as connectPlainly } from "node:net";
import { connect, type ConnectionOptions } from "node:tls";

import { newCertificateAuthority } from "../../components/pki/certificate-authority";
import { newClientCertificate } from "../../components/pki/client-certificate";

/** Who asks, and whom the asker trusts. PEM. */
export interface Credentials {
  /** The authority that must have signed for the server; without it, any server is believed. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const seconds = 20;

/** A certificate that says that its holder may do everything, by an authority of the right name that nobody knows. */
export async function foreignCredentials(): Promise<Credentials> {
  const authority = await newCertificateAuthority({ commonName: "kubernetes", years: 1 });
  const { certificatePem, privateKeyPem } = await newClientCertificate({
    commonName: "kubernetes-admin",
    organization: "system:masters",
    days: 1,
    authorityCertificatePem: authority.certificatePem,
    authorityPrivateKeyPem: authority.privateKeyPem,
  });
  return { cert: certificatePem, key: privateKeyPem };
}

/** The status of a server's answer to a GET, or the code of the error by which the connection ended without one. */
export async function answerTo(url: string, credentials: Credentials = {}): Promise<number | string> {
  const options = { ...credentials, rejectUnauthorized: credentials.ca !== undefined, agent: false };
  return await new Promise((resolve) => {
    const asked = request(url, options, (response) => {
      response.resume();
      resolve(response.statusCode ?? "no status");
    });
    asked.setTimeout(seconds * 1000, () => asked.destroy(new Error("timeout")));
    asked.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    asked.end();
  });
}

/** `open`, or the code of the error that a connection to a port without TLS ends with. */
export async function portState(host: string, port: number, timeoutSeconds = seconds): Promise<string> {
  return await new Promise((resolve) => {
    const socket = connectPlainly({ host, port, timeout: timeoutSeconds * 1000 });
    const end = (state: string): void => {
      socket.destroy();
      resolve(state);
    };
    socket.on("connect", () => {
      end("open");
    });
    socket.on("timeout", () => {
      end("timeout");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      end(error.code ?? error.message);
    });
  });
}

/** The cipher suite that a TLS handshake agrees on, or the code of the error that it ends with. */
export async function agreedCipher(host: string, port: number, options: ConnectionOptions): Promise<string> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false, ...options }, () => {
      resolve(socket.getCipher().name);
      socket.destroy();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
}
