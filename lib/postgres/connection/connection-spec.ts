/** `require` encrypts and checks nothing; `verify-ca` checks who signed; `verify-full` the host's name too. */
export type TlsMode = "disable" | "require" | "verify-ca" | "verify-full";

/** How to reach a target: fields, never a string that a driver would interpret. */
export interface ConnectionSpec {
  host: string;
  port: number;
  database: string;
  user: string;
  password?: string;
  tls: TlsMode;
  /** PEM of the certificate authority; without it, the ones that Node knows. */
  ca?: string;
  applicationName?: string;
  /** Entered by somebody for a server of ours: link-local and metadata addresses are refused wherever it is opened. */
  guarded?: boolean;
}

/** For logs and messages: no password. */
export function describeSpec(spec: Pick<ConnectionSpec, "host" | "port" | "database" | "user">): string {
  const host = spec.host.includes(":") ? `[${spec.host}]` : spec.host;
  return `${spec.user}@${host}:${spec.port}/${spec.database}`;
}
