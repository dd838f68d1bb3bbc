import { createHash, randomUUID } from "node:crypto";
import type { Actor } from "../../access/actor";
import type { Db } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { DomainError } from "../../errors";
import type { Answer, RawInput } from "./endpoint";
import { HttpRefusal } from "./problem";

export type KeptAnswer = Answer;

const KEPT_SECONDS = 24 * 3600;
/** Whoever answers says so again every few seconds; after this long without a word it has died. */
const LEASE_SECONDS = 30;
const RENEW_MS = 5000;
const KEY = /^[\x21-\x7e]{1,200}$/;

interface Request {
  key: string;
  actor: Actor;
  endpoint: string;
  raw: RawInput;
  db: Db;
}

/**
 * Answers a request with an Idempotency-Key: the first is done, the same one again within a day gets the first
 * one's answer. A failure is not kept, so that it can be tried again with the same key; nor is a request whose process
 * died while it was answered, a short while after.
 * @throws HttpRefusal 400 for a key that is none, 409 while the first is being answered; DomainError validation when
 *   the key came with another request
 */
export async function onceByKey(request: Request, respond: () => Promise<KeptAnswer>): Promise<KeptAnswer> {
  const { key, db, endpoint } = request;
  if (!KEY.test(key)) {
    throw new HttpRefusal(
      400,
      "idempotency.bad_key",
      "An Idempotency-Key has 1 to 200 visible ASCII characters.",
    );
  }
  const actor = `${request.actor.kind}:${request.actor.id ?? ""}`;
  const requestHash = new Uint8Array(
    createHash("sha256")
      .update(canonicalJson([endpoint, request.raw]))
      .digest(),
  );
  await removeOld(db);
  const attempt = randomUUID();
  const made = await db.idempotencyKey.createMany({
    data: { actor, key, endpoint, requestHash, attempt },
    skipDuplicates: true,
  });
  if (made.count === 0) {
    return replay(await db.idempotencyKey.findUnique({ where: { actor_key: { actor, key } } }), requestHash);
  }
  // Only this attempt's row: another one may have taken the key over while this process stood still.
  const own = { actor, key, attempt };
  const renewing = setInterval(() => {
    void db.$executeRaw`
      UPDATE idempotency_key SET seen_at = now()
      WHERE actor = ${actor} AND key = ${key} AND attempt = ${attempt}::uuid`.catch(() => {});
  }, RENEW_MS);
  renewing.unref();
  try {
    const answer = await respond();
    const body = JSON.parse(JSON.stringify(answer.body ?? null)) as Prisma.InputJsonValue;
    await db.idempotencyKey.updateMany({
      where: own,
      data: { status: answer.status, body: body ?? Prisma.JsonNull, headers: answer.headers ?? {} },
    });
    return answer;
  } catch (error) {
    await db.idempotencyKey.deleteMany({ where: own });
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

/** Answers of yesterday, and requests that nobody answers any more; by the clock of the store, which all share. */
async function removeOld(db: Db): Promise<void> {
  await db.$executeRaw`
    DELETE FROM idempotency_key
    WHERE created_at < now() - make_interval(secs => ${KEPT_SECONDS})
      OR (status IS NULL AND seen_at < now() - make_interval(secs => ${LEASE_SECONDS}))`;
}

/** The same text for the same values, in whatever order the caller wrote them. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

interface Row {
  requestHash: Uint8Array;
  status: number | null;
  body: unknown;
  headers: unknown;
}

function replay(row: Row | null, requestHash: Uint8Array): KeptAnswer {
  if (row && !Buffer.from(row.requestHash).equals(requestHash)) {
    throw new DomainError(
      "validation",
      "idempotency.other_request",
      "This Idempotency-Key came with another request.",
      {
        hint: "Use a new key for a new request.",
      },
    );
  }
  if (!row || row.status === null) {
    throw new HttpRefusal(
      409,
      "idempotency.in_progress",
      "A request with this Idempotency-Key is being answered.",
      { "retry-after": "2" },
    );
  }
  const headers = { ...(row.headers as Record<string, string> | null), "idempotency-replayed": "true" };
  return { status: row.status, body: row.body, headers };
}
