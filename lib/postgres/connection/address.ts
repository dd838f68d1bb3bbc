import { BlockList, isIP } from "node:net";
import { DomainError } from "../../errors";

/**
 * Where a server must not be sent by whoever enters a target: link-local addresses and the services that tell a
 * cloud machine's credentials to anybody who asks from it. Private networks are not among them; databases live there.
 */
function forbiddenAddresses(): BlockList {
  const forbidden = new BlockList();
  forbidden.addSubnet("169.254.0.0", 16, "ipv4"); // link-local; metadata of AWS, Azure, Google, and most others
  forbidden.addAddress("100.100.100.200", "ipv4"); // metadata of Alibaba Cloud
  forbidden.addAddress("192.0.0.192", "ipv4"); // metadata of Oracle Cloud
  forbidden.addAddress("168.63.129.16", "ipv4"); // Azure's host agent
  forbidden.addSubnet("0.0.0.0", 8, "ipv4");
  forbidden.addSubnet("224.0.0.0", 3, "ipv4"); // multicast, reserved, broadcast
  forbidden.addSubnet("fe80::", 10, "ipv6");
  forbidden.addSubnet("fec0::", 10, "ipv6");
  forbidden.addAddress("fd00:ec2::254", "ipv6"); // metadata of AWS
  forbidden.addAddress("fd20:ce::254", "ipv6"); // metadata of Google
  forbidden.addSubnet("ff00::", 8, "ipv6");
  forbidden.addAddress("::", "ipv6");
  return forbidden;
}

// Made when first asked for: the command line, which goes where its user says, does without.
let forbidden: BlockList | undefined;

/** Whether an IP address (with or without zone) is one that targets may not have. */
export function isForbiddenAddress(address: string): boolean {
  const bare = address.split("%")[0] ?? "";
  const family = isIP(bare);
  forbidden ??= forbiddenAddresses();
  if (family === 4) return forbidden.check(bare, "ipv4");
  if (family !== 6) return true;
  const embedded = embeddedIpv4(bare);
  return forbidden.check(bare, "ipv6") || (embedded !== null && forbidden.check(embedded, "ipv4"));
}

/** The IPv4 address inside ::ffff:a.b.c.d, ::a.b.c.d, ::ffff:0:a.b.c.d (SIIT), 64:ff9b::/96 (NAT64) and 2002::/16 (6to4). */
function embeddedIpv4(address: string): string | null {
  const words = expandIpv6(address);
  const tail = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join(".");
  const [w0 = 0, w1 = 0, w2 = 0, , w4 = 0, w5 = 0, w6 = 0, w7 = 0] = words;
  if (w0 === 0x2002) return tail(w1, w2);
  if (w0 === 0x64 && w1 === 0xff9b) return tail(w6, w7);
  if (w4 === 0xffff && w5 === 0 && words.slice(0, 4).every((word) => word === 0)) return tail(w6, w7);
  const zeros = words.slice(0, 5).every((word) => word === 0);
  const isLoopback = w5 === 0 && w6 === 0 && w7 <= 1;
  return zeros && (w5 === 0xffff || w5 === 0) && !isLoopback ? tail(w6, w7) : null;
}

function expandIpv6(address: string): number[] {
  const dotted = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    return `${(Number(a) * 256 + Number(b)).toString(16)}:${(Number(c) * 256 + Number(d)).toString(16)}`;
  });
  const [head = "", tail] = dotted.split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const gap =
    tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return [...left, ...gap, ...right].map((word) => Number.parseInt(word, 16));
}

/**
 * Resolves a host name once; the connection is made to these addresses and to no others, so that a second answer of
 * the name server cannot lead somewhere else than what was checked.
 *
 * @param guard refuse link-local and metadata addresses, and local sockets
 * @throws DomainError target.unknown_host, target.forbidden_address
 */
export async function resolveHost(host: string, guard: boolean): Promise<string[]> {
  if (host.startsWith("/")) {
    if (guard) throw forbiddenAddress(host, host);
    return [host];
  }
  let addresses: string[];
  try {
    addresses = isIP(host)
      ? [host]
      : (await process.getBuiltinModule("node:dns/promises").lookup(host, { all: true, verbatim: true })).map(
          (one) => one.address,
        );
  } catch (cause) {
    throw unknownHost(host, cause);
  }
  if (addresses.length === 0) throw unknownHost(host, undefined);
  const bad = guard ? addresses.find(isForbiddenAddress) : undefined;
  if (bad !== undefined) throw forbiddenAddress(host, bad);
  return addresses;
}

function unknownHost(host: string, cause: unknown): DomainError {
  return new DomainError(
    "target",
    "target.unknown_host",
    `The host ${host} is not known to the name server.`,
    {
      details: { host },
      hint: "Check the spelling, and that the name can be resolved from where DBMigrator runs.",
      cause,
    },
  );
}

function forbiddenAddress(host: string, address: string): DomainError {
  return new DomainError(
    "target",
    "target.forbidden_address",
    `${host} leads to ${address}, where no target may be.`,
    {
      details: { host, address },
      hint: "Link-local and cloud metadata addresses are refused. Give the database's own address.",
    },
  );
}
