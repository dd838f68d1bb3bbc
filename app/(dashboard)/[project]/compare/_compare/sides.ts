import type { SideInput } from "@/lib/operations/comparison/views";
import type { TargetChoiceEntry } from "../../schema/_components/load";

/** One of the two sides as the address and the choice say it: `target:<id>`, `ledger:<id>`, `migrations:<id>`. */
export interface SideChoice {
  value: string;
  kind: "target" | "ledger" | "migrations";
  service: string;
  environment: { name: string; color: string; protected: boolean } | null;
}

export function sidesOf(
  targets: readonly TargetChoiceEntry[],
  services: readonly { id: string; name: string }[],
): SideChoice[] {
  const of = (kind: "target" | "ledger") =>
    targets.map(({ id, service, environment }) => ({
      value: `${kind}:${id}`,
      kind,
      service: service.name,
      environment,
    }));
  const migrations = services.map(({ id, name }) => ({
    value: `migrations:${id}`,
    kind: "migrations" as const,
    service: name,
    environment: null,
  }));
  return [...of("target"), ...of("ledger"), ...migrations];
}

/** What an address names, when there is such a side. */
export function readSide(value: unknown, sides: readonly SideChoice[]): string | null {
  return sides.find((one) => one.value === value)?.value ?? null;
}

export function toInput(value: string): SideInput {
  const [kind, id = ""] = value.split(":");
  if (kind === "migrations") return { kind, serviceId: id };
  return { kind: kind === "ledger" ? "ledger" : "target", targetId: id };
}
