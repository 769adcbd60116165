import { machineNetworkPrefix } from "../../components/machines/address-plan";
import { type Cidr, formatNetwork, overlap, parseCidr } from "../../components/checks/cidr";

/** What a network has to be like. */
export interface NetworkRule {
  /** Prefix lengths: `shortest` is the largest network. */
  readonly shortest: number;
  readonly longest: number;
  /** The network lies inside one of `within`, where there are any. */
  readonly within: readonly string[];
}

/** Addresses that a host never routes outside: machines' ones are on the host's own interfaces. RFC 1918. */
const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** "This host", loopback, link-local, multicast and reserved: never an address of a pod or a Service. RFC 6890. */
const unusableNetworks = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"];

export const networkRules = {
  machines: { ...machineNetworkPrefix, within: privateNetworks },
  // A node has a /24 of it, the controller manager's --node-cidr-mask-size; kubeadm refuses one smaller than that.
  pods: { shortest: 12, longest: 24, within: [] },
  // kube-apiserver refuses a larger one (maxCIDRBits in cmd/kube-apiserver/app/options/validation.go).
  services: { shortest: 12, longest: 24, within: [] },
} satisfies Record<string, NetworkRule>;

/** What is wrong with a network and what would be right, or `undefined`. */
export function networkProblem(text: string, rule: NetworkRule): string | undefined {
  const cidr = parseCidr(text);
  const sizes = `/${rule.shortest} to /${rule.longest}`;
  if (cidr === undefined) {
    return "is not an IPv4 network in CIDR form; write one such as 10.0.0.0/16";
  }
  if (formatNetwork(cidr) !== text) {
    return `has host bits set; write ${formatNetwork(cidr)}`;
  }
  if (cidr.prefixLength < rule.shortest) {
    return `is too large; write a network of ${sizes}`;
  }
  if (cidr.prefixLength > rule.longest) {
    return `is too small; write a network of ${sizes}`;
  }
  if (touches(cidr, unusableNetworks)) {
    return "is reserved for other uses; write a private network such as 10.0.0.0/16";
  }
  if (rule.within.length > 0 && !touches(cidr, rule.within)) {
    return `is not private; write a network inside one of ${rule.within.join(", ")}`;
  }
  return undefined;
}

/** Whether one of the networks shares an address with `cidr`; that is whether it holds `cidr` where that is smaller. */
function touches(cidr: Cidr, networks: readonly string[]): boolean {
  return networks.map(parseCidr).some((network) => network !== undefined && overlap(network, cidr));
}
