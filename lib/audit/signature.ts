import { createHmac, timingSafeEqual } from "node:crypto";
import { instanceKeys } from "../db/secrets";

/** A statement of this instance: "at this time the chain ended here". */
export interface Checkpoint {
  seq: bigint;
  hash: Uint8Array;
  signedAt: Date;
  signature: Uint8Array;
}

function sign(key: Uint8Array, { seq, hash, signedAt }: Omit<Checkpoint, "signature">): Buffer {
  const text = `audit checkpoint ${seq} ${Buffer.from(hash).toString("hex")} ${signedAt.toISOString()}`;
  return createHmac("sha256", key).update(text).digest();
}

export function makeCheckpoint(seq: bigint, hash: Uint8Array, signedAt = new Date()): Checkpoint {
  const [key] = instanceKeys("checkpoint");
  return { seq, hash, signedAt, signature: new Uint8Array(sign(key, { seq, hash, signedAt })) };
}

/** Whether one of the instance's keys made it. */
export function isOurCheckpoint(checkpoint: Checkpoint): boolean {
  return instanceKeys("checkpoint").some((key) => {
    const wanted = sign(key, checkpoint);
    return wanted.length === checkpoint.signature.length && timingSafeEqual(wanted, checkpoint.signature);
  });
}

interface Line {
  seq: string;
  hash: string;
  signedAt: string;
  signature: string;
}

export function checkpointToLine({ seq, hash, signedAt, signature }: Checkpoint): string {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  const line: Line = {
    seq: `${seq}`,
    hash: hex(hash),
    signedAt: signedAt.toISOString(),
    signature: hex(signature),
  };
  return `${JSON.stringify(line)}\n`;
}

/** Null for a line that is not one: a torn write, or somebody's hand. */
export function checkpointFromLine(text: string): Checkpoint | null {
  try {
    const { seq, hash, signedAt, signature } = JSON.parse(text) as Line;
    const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
    const at = new Date(signedAt);
    if (Number.isNaN(at.getTime())) return null;
    return { seq: BigInt(seq), hash: bytes(hash), signedAt: at, signature: bytes(signature) };
  } catch {
    return null;
  }
}
