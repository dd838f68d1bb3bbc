import type { Endpoint } from "./endpoint";
import { ENDPOINTS } from "./endpoints";

interface Compiled {
  endpoint: Endpoint;
  segments: string[];
}

const compiled: Compiled[] = ENDPOINTS.map((endpoint) => ({
  endpoint,
  segments: endpoint.path.split("/").slice(1),
}));

export type Match =
  | { kind: "found"; endpoint: Endpoint; params: Record<string, string> }
  | { kind: "method"; allow: string[] }
  | { kind: "none" };

/** The endpoint for a path below /api or /api/v1; fixed segments win over places. */
export function matchEndpoint(method: string, path: readonly string[]): Match {
  const fitting = compiled
    .filter(
      ({ segments }) =>
        segments.length === path.length && segments.every((part, i) => isPlace(part) || part === path[i]),
    )
    .sort((a, b) => places(a) - places(b));
  const fewest = fitting[0] ? places(fitting[0]) : 0;
  const best = fitting.filter((one) => places(one) === fewest);
  if (best.length === 0) return { kind: "none" };
  const found = best.find(({ endpoint }) => endpoint.method === method);
  if (!found) return { kind: "method", allow: best.map(({ endpoint }) => endpoint.method) };
  const params: Record<string, string> = {};
  found.segments.forEach((part, i) => {
    if (isPlace(part)) params[part.slice(1, -1)] = path[i] ?? "";
  });
  return { kind: "found", endpoint: found.endpoint, params };
}

function isPlace(segment: string): boolean {
  return segment.startsWith("{");
}

function places({ segments }: Compiled): number {
  return segments.filter(isPlace).length;
}
