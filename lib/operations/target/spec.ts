import type { Db, Tx } from "../../db/client";
import type { Target } from "../../db/generated/client";
import { openSecret } from "../../db/secrets";
import { DomainError } from "../../errors";
import type { ConnectionSpec } from "../../postgres/connection/connect";
import { noSuch } from "../project/find";
import { type ConnectionInput, TLS_MODES } from "./fields";

/** How to reach a stored target, with its password opened. Never hand it to a page. @throws DomainError not_found, precondition */
export async function targetSpec(db: Db | Tx, targetId: string): Promise<ConnectionSpec> {
  const target = await db.target.findUnique({ where: { id: targetId } });
  if (!target) throw noSuch("target");
  return specOf(target);
}

export function specOf(target: Target): ConnectionSpec {
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.username,
    ...(target.password ? { password: openSecret(target.password, target.id) } : {}),
    tls: TLS_MODES.find((mode) => mode === target.tlsMode) ?? "verify-full",
    ...(target.caCertificate ? { ca: target.caCertificate } : {}),
    applicationName: "dbmigrator",
    guarded: true,
  };
}

/**
 * How to reach what a form describes. The stored password is used only for the same server, user and no weaker
 * TLS: otherwise it could be sent to a server of the form's choosing.
 * @throws DomainError validation when the password has to be entered again
 */
export function specOfForm(form: ConnectionInput, stored: Target | null): ConnectionSpec {
  let password = form.password;
  if (password === undefined && stored?.password) {
    if (!isSamePlace(form, stored)) {
      const message = "Enter the password again: it was stored for another server, user or TLS mode.";
      throw new DomainError("validation", "target.password_again", message, {
        details: { fields: [{ field: "password", message }] },
      });
    }
    password = openSecret(stored.password, stored.id);
  }
  return {
    host: form.host,
    port: form.port,
    database: form.database,
    user: form.username,
    ...(password === undefined ? {} : { password }),
    tls: form.tlsMode,
    ...(form.caCertificate ? { ca: form.caCertificate } : {}),
    applicationName: "dbmigrator",
    guarded: true,
  };
}

function isSamePlace(form: ConnectionInput, stored: Target): boolean {
  const strength = (mode: string) => (TLS_MODES as readonly string[]).indexOf(mode);
  return (
    form.host === stored.host &&
    form.port === stored.port &&
    form.username === stored.username &&
    strength(form.tlsMode) >= strength(stored.tlsMode) &&
    (form.caCertificate ?? "") === (stored.caCertificate ?? "")
  );
}
