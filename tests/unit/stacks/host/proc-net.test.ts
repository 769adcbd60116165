import { listeningPorts, routedNetworks } from "../../../../stacks/host/proc-net";

const rest = "00000000:00000000 00:00000000 00000000     0        0 1683 1 0000000000000000 100 0 0 10 0";
const heading =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";

test("ports that something listens on are those that 127.0.0.1 reaches", () => {
  const table = [
    heading,
    `   0: 00000000:07E8 00000000:0000 0A ${rest}`,
    `   1: 0100007F:192B 00000000:0000 0A ${rest}`,
    // On one address of the host only.
    `   2: 020200C0:0050 00000000:0000 0A ${rest}`,
    // A connection, no listener.
    `   3: 0100007F:D75A 0100007F:01BB 01 ${rest}`,
    // On another address of the loopback interface.
    `   4: 0200007F:0035 00000000:0000 0A ${rest}`,
    "",
  ].join("\n");
  expect(listeningPorts(table)).toEqual([2024, 6443]);
});

test("ports are read from the table for IPv6 too", () => {
  const nobody = "00000000000000000000000000000000:0000";
  const table = [
    heading,
    `   0: 00000000000000000000000000000000:1F90 ${nobody} 0A ${rest}`,
    `   1: 0000000000000000FFFF00000100007F:1F91 ${nobody} 0A ${rest}`,
    // ::1, which 127.0.0.1 does not reach.
    `   2: 00000000000000000000000001000000:1F92 ${nobody} 0A ${rest}`,
  ].join("\n");
  expect(listeningPorts(table)).toEqual([8080, 8081]);
});

test("networks of routes are read with their interfaces, without those that stand for everything else", () => {
  const table = [
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
    "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
    "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    // The halves of everything, as OpenVPN's redirect-gateway def1 has them.
    "tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0",
    "tun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0",
    "tun0\t0000000A\t0100080A\t0003\t0\t0\t0\t000000FF\t0\t0\t0",
    "tun0\t0100080A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0",
  ].join("\n");
  expect(routedNetworks(table)).toEqual([
    { cidr: "172.17.0.0/16", interface: "docker0" },
    { cidr: "192.0.2.0/24", interface: "eth0" },
    { cidr: "10.0.0.0/8", interface: "tun0" },
    { cidr: "10.8.0.1/32", interface: "tun0" },
  ]);
});

test("an empty table has nothing", () => {
  expect([listeningPorts(""), routedNetworks("")]).toEqual([[], []]);
});
