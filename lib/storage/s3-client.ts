import { lookup as dnsLookup } from "node:dns";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { silenceS3ClientWarning } from "../env-cli";
import { DomainError } from "../errors";
import { isForbiddenAddress } from "../postgres/connection/connect";
import { type S3Settings, s3Location } from "./s3-settings";

export interface S3Access extends S3Settings {
  secretAccessKey: string | null;
  /** Entered by somebody for a server of ours: link-local and metadata addresses are refused. */
  guarded: boolean;
}

/**
 * Attempts of one request; dropped connections, 500 and 503 answers are tried again with growing pauses. `patient`
 * sits out a service that slows us down for half a minute, since hours of work may hang on it; `quick` is for people
 * who wait for the answer.
 */
const ATTEMPTS = { patient: 10, quick: 3 };
export type Manner = keyof typeof ATTEMPTS;

/**
 * A client for one bucket. Checksums that only newer services know are left out unless they demand them; archives
 * carry their own.
 * @throws DomainError `storage.bad_endpoint`, `storage.forbidden_address`
 */
export function makeS3Client(access: S3Access, manner: Manner = "patient"): S3Client {
  if (access.endpoint !== null) checkEndpoint(access.endpoint, access.guarded);
  const lookup = access.guarded ? { lookup: guardedLookup } : {};
  const agents = { keepAlive: true, maxSockets: 24, ...lookup };
  const credentials =
    access.accessKeyId === null
      ? {}
      : {
          credentials: { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey ?? "" },
        };
  silenceS3ClientWarning();
  return new S3Client({
    ...credentials,
    ...(access.endpoint === null ? {} : { endpoint: access.endpoint }),
    region: access.region,
    forcePathStyle: access.pathStyle,
    maxAttempts: ATTEMPTS[manner],
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // A bucket of a look-alike region must not make us send requests to an address of its choosing.
    followRegionRedirects: false,
    requestHandler: {
      connectionTimeout: 10_000,
      socketTimeout: 60_000,
      httpAgent: new HttpAgent(agents),
      httpsAgent: new HttpsAgent(agents),
    },
  });
}

function checkEndpoint(endpoint: string, guarded: boolean): void {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch (cause) {
    throw badEndpoint(endpoint, cause);
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || url.search)
    throw badEndpoint(endpoint);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (guarded && isIP(host) && isForbiddenAddress(host)) throw forbidden(host, host);
}

/** Names are looked up once, and the connection goes to what was checked. */
const guardedLookup: LookupFunction = (host, options, done) => {
  dnsLookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, "", 0);
    const bad = addresses.find((one) => isForbiddenAddress(one.address));
    if (bad) return done(forbidden(host, bad.address) as NodeJS.ErrnoException & DomainError, "", 0);
    if (options.all) return done(null, addresses);
    const [first] = addresses;
    done(null, first?.address ?? "", first?.family ?? 4);
  });
};

function badEndpoint(endpoint: string, cause?: unknown): DomainError {
  return new DomainError(
    "validation",
    "storage.bad_endpoint",
    "The address of the service is not one: it begins with https:// and names no user.",
    {
      details: {
        endpoint: endpoint.slice(0, 200),
        fields: [{ field: "endpoint", message: "Not an address" }],
      },
      cause,
    },
  );
}

function forbidden(host: string, address: string): DomainError {
  return new DomainError(
    "target",
    "storage.forbidden_address",
    `${host} leads to ${address}, where no storage may be.`,
    {
      details: { host, address },
      hint: "Link-local and cloud metadata addresses are refused. Give the service's own address.",
    },
  );
}

/** What the service says by name, as ours and in words that tell what to do (docs: Amazon S3, "Error responses"). */
const SAID: Record<string, keyof typeof WORDS> = {
  NoSuchBucket: "no_bucket",
  InvalidAccessKeyId: "unknown_key",
  SignatureDoesNotMatch: "wrong_secret",
  AccessDenied: "no_rights",
  // Keys for a time: AWS answers these by 400.
  ExpiredToken: "key_expired",
  InvalidToken: "key_expired",
  TokenRefreshRequired: "key_expired",
  PermanentRedirect: "other_region",
  TemporaryRedirect: "other_region",
  AuthorizationHeaderMalformed: "other_region",
  IllegalLocationConstraintException: "other_region",
  RequestTimeTooSkewed: "clock",
};

const WORDS = {
  no_bucket: ["There is no bucket {bucket}.", "Check the name and the region."],
  unknown_key: [
    "{location}: the service does not know the access key.",
    "Check the ID of the access key: it may have been removed, or belong to another service.",
  ],
  wrong_secret: [
    "{location}: the secret is not that of the access key.",
    "Enter the secret again, whole and without spaces around it.",
  ],
  no_rights: [
    "{location}: the access key may not do this.",
    "Allow it to list the bucket and to read, write and delete objects in it, multipart uploads included.",
  ],
  refused: ["{location}: the service refused the key.", "Check the access key and its rights."],
  key_expired: ["{location}: the access key has expired.", "Get new keys, or use keys without an end."],
  other_region: [
    "{location}: the bucket is not in the region {region}.",
    "Enter the region in which the bucket is, and the service's address for that region.",
  ],
  clock: [
    "{location}: the clock of this machine is wrong.",
    "Set it, best by NTP: the service refuses requests that are 15 minutes off.",
  ],
} as const;

/** What answers is no S3 service, or leaves out a part of what it was asked for. */
export class OddAnswer extends Error {
  override readonly name = "OddAnswer";
}

/** A failure of the service as the reader is told it; ours and already told ones stay as they are. */
export function mapS3Error(error: unknown, settings: S3Settings, name = ""): unknown {
  const inner = causeOf(error);
  if (inner instanceof DomainError) return inner;
  const location = s3Location(settings, name);
  const details: Record<string, string> = { location, bucket: settings.bucket, region: settings.region };
  const told = (code: string, message: string, hint: string) =>
    new DomainError("target", `storage.${code}`, message, { details, hint, cause: error });
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    const said = SAID[error.name] ?? (status === 301 ? "other_region" : undefined);
    const ours = said ?? (status === 403 || status === 401 ? "refused" : undefined);
    if (ours) {
      const [message, hint] = WORDS[ours];
      return told(
        ours,
        message.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name])),
        hint,
      );
    }
    if (status >= 500 || status === 429)
      return told("busy", `${location}: the service answers ${status}.`, "Try again later.");
    return told("failed", `${location}: ${error.name}.`, "Check the settings of the storage.");
  }
  if (error instanceof OddAnswer)
    return told(
      "odd_answer",
      `${location}: ${error.message}`,
      "Check the address, and what stands between here and the service.",
    );
  const code = (inner as { code?: unknown } | null)?.code;
  if (typeof code === "string" || (error as { name?: string } | null)?.name === "TimeoutError")
    return told("away", `${location} cannot be reached (${code ?? "timeout"}).`, "Check the address.");
  return error;
}

function causeOf(error: unknown): unknown {
  let at = error;
  for (let depth = 0; depth < 5; depth++) {
    if (at instanceof DomainError) return at;
    const next = (at as { cause?: unknown } | null)?.cause;
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

export function isMissing(error: unknown): boolean {
  return (
    error instanceof S3ServiceException &&
    (error.name === "NoSuchKey" || error.name === "NotFound" || error.$metadata.httpStatusCode === 404)
  );
}
