import { Secret, TOTP } from "otpauth";

const ISSUER = "DBMigrator";
const PERIOD_SECONDS = 30;

function totp(secret: string, label: string): TOTP {
  return new TOTP({ issuer: ISSUER, label, secret: Secret.fromBase32(secret), period: PERIOD_SECONDS });
}

/** A new secret of 160 bits (RFC 4226, section 4), base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator app reads from the QR code: otpauth://totp/… */
export function totpUri(secret: string, email: string): string {
  return totp(secret, email).toString();
}

/**
 * The time step a code belongs to, one step of drift either way (RFC 6238, section 5.2); null when it is wrong
 * or its step is not after `lastStep`: a code works once.
 */
export function matchTotp(
  secret: string,
  code: string,
  lastStep: bigint | null,
  now = Date.now(),
): bigint | null {
  const digits = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(digits)) return null;
  const delta = totp(secret, "").validate({ token: digits, timestamp: now, window: 1 });
  if (delta === null) return null;
  const step = BigInt(Math.floor(now / 1000 / PERIOD_SECONDS) + delta);
  return lastStep !== null && step <= lastStep ? null : step;
}
