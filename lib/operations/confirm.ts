import type { Db, Tx } from "../db/client";
import type { Prisma } from "../db/generated/client";
import { DomainError } from "../errors";

/** What destroys something asks for its name. @throws DomainError validation */
export function confirmName(name: string, given: string): void {
  if (given.trim() === name) return;
  throw new DomainError("validation", "input.confirm_name", `Type ${name} to confirm.`, {
    details: { name, fields: [{ field: "confirm", message: `Type ${name} to confirm.` }] },
  });
}

/** Nothing is taken away below a deployment that works on it. @throws DomainError conflict */
export async function requireNothingRunning(db: Db | Tx, target: Prisma.TargetWhereInput): Promise<void> {
  const busy = await db.deployment.findFirst({
    where: { target, state: { in: ["queued", "running", "in_doubt"] } },
    select: { number: true },
  });
  if (!busy) return;
  throw new DomainError("conflict", "deployment.busy", `Deployment ${busy.number} is still at work there.`, {
    details: { number: busy.number },
    hint: "Wait until it is finished, or cancel it.",
  });
}
