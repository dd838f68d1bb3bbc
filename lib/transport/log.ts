import { Writable } from "node:stream";
import pino from "pino";
import { env } from "../env";

const store = globalThis as typeof globalThis & { dbmigratorLog?: pino.Logger };

/**
 * Patterns of what must never be in a log: passwords in addresses and settings, tokens, cookies, keys. Path-based
 * redaction misses nested keys, messages and stacks, so the finished line is scrubbed.
 */
const SECRETS: readonly [RegExp, string][] = [
  [/(\w+:\/\/[^:/\s"]*):[^@\s"]+@/g, "$1:***@"],
  [
    /((?:pass(?:word|wd|phrase)?|pwd|secret|token|authorization|cookie|api[_-]?key)(?:\\?["'])?\s*[=:]\s*)(\\?["'])(?:(?!\2).)*\2/gi,
    "$1$2***$2",
  ],
  [/((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key)\s*=\s*)[^\s"'\\;,&]+/gi, "$1***"],
  [/(\bpassword\s+)(\\?['"])(?:(?!\2).)*\2/gi, "$1$2***$2"],
  [/\b(bearer\s+)[\w.~+/-]+=*/gi, "$1***"],
  [/\bdbm_[\w-]{8,}/g, "dbm_***"],
  [/\beyJ[\w-]+\.[\w-]*\.[\w-]+(?:\.[\w-]+)*/g, "***"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, "***"],
];

/** Text without what looks like a secret. */
export function scrubSecrets(text: string): string {
  return SECRETS.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), text);
}

/** The structured log of this process: one JSON object a line on standard output. */
export function log(): pino.Logger {
  store.dbmigratorLog ??= createLog(process.stdout);
  return store.dbmigratorLog;
}

/** @param sink where the scrubbed lines go */
export function createLog(
  sink: { write(line: string): unknown },
  level: string = env().LOG_LEVEL,
): pino.Logger {
  const scrubbing = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      sink.write(scrubSecrets(String(chunk)));
      done();
    },
  });
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, scrubbing);
}
