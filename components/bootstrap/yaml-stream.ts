import { stringify } from "yaml";

/** Several documents in one file, as kubeadm reads them. */
export function yamlStream(documents: readonly object[]): string {
  return documents.map((document) => stringify(document, { lineWidth: 0 })).join("---\n");
}
