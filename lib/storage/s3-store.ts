import { setTimeout as pause } from "node:timers/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import {
  type ArchiveStore,
  type ArchiveWriter,
  type ByteRange,
  MANIFEST_FILE,
  type StoredFile,
} from "../core/backup/types";
import { DomainError } from "../errors";
import { isMissing, mapS3Error, OddAnswer } from "./s3-client";
import { type S3Settings, s3Location } from "./s3-settings";
import { abortUploads, S3Writer } from "./s3-writer";

/**
 * How often a download is taken up again where its connection was dropped, without a byte in between. Requests that
 * get no answer are tried again by the client.
 */
const RESUMES = 6;
const DELETES_AT_ONCE = 8;

/** One archive in a bucket: the keys below `prefix/name/`. */
export class S3ArchiveStore implements ArchiveStore {
  readonly location: string;
  private readonly base: string;

  constructor(
    private readonly client: S3Client,
    private readonly settings: S3Settings,
    readonly name: string,
    private readonly resumes = RESUMES,
  ) {
    this.location = s3Location(settings, name);
    this.base = `${[settings.prefix, name].filter(Boolean).join("/")}/`;
  }

  async write(name: string): Promise<ArchiveWriter> {
    return new S3Writer(this.client, this.settings, this.base + name);
  }

  /** Goes on where a dropped connection ended, as long as the object is still the same one (its ETag). */
  async *read(name: string, range: ByteRange = { start: 0 }): AsyncGenerator<Uint8Array> {
    const reading: Reading = {
      at: range.start,
      end: range.end ?? null,
      etag: null,
      attempts: 0,
      answered: false,
    };
    while (reading.end === null || reading.at < reading.end) {
      try {
        yield* this.readOn(name, reading);
        return;
      } catch (error) {
        if (isMissing(error)) throw missing(name, this.location, error);
        // A range that begins at the end of the file: there is nothing to read.
        if ((error as { name?: string }).name === "InvalidRange") return;
        if (!reading.answered || ++reading.attempts > this.resumes || isFinal(error))
          throw mapS3Error(error, this.settings, this.name);
        await pause(100 * 2 ** reading.attempts);
      }
    }
  }

  private async *readOn(name: string, reading: Reading): AsyncGenerator<Uint8Array> {
    const whole = reading.at === 0 && reading.end === null;
    const last = reading.end === null ? "" : String(reading.end - 1);
    reading.answered = false;
    const answer = await this.client.send(
      new GetObjectCommand({
        Bucket: this.settings.bucket,
        Key: this.base + name,
        ...(whole ? {} : { Range: `bytes=${reading.at}-${last}` }),
        ...(reading.etag === null ? {} : { IfMatch: reading.etag }),
      }),
    );
    reading.answered = true;
    reading.etag ??= answer.ETag ?? null;
    const until = endOf(answer.ContentRange) ?? (whole ? (answer.ContentLength ?? null) : null);
    if (until === null) throw new OddAnswer("it sent something else than the part it was asked for.");
    reading.end = until;
    for await (const chunk of answer.Body as AsyncIterable<Uint8Array>) {
      reading.at += chunk.length;
      reading.attempts = 0;
      yield chunk;
    }
    if (reading.at < until) throw new OddAnswer("a download ended too early.");
  }

  async list(): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    for await (const object of listObjects(this.client, this.settings, this.base)) {
      files.push({ name: object.key.slice(this.base.length), bytes: object.bytes });
    }
    return files;
  }

  async exists(name: string): Promise<boolean> {
    const { bucket } = this.settings;
    try {
      await this.client.send(new HeadObjectCommand({ Bucket: bucket, Key: this.base + name }));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw mapS3Error(error, this.settings, this.name);
    }
  }

  /** One request a key: not every compatible service knows the request for many. */
  async delete(): Promise<void> {
    try {
      await this.deleteKey(this.base + MANIFEST_FILE);
      await abortUploads(this.client, this.settings.bucket, this.base);
      const keys = (await this.list()).map((file) => this.base + file.name);
      for (let at = 0; at < keys.length; at += DELETES_AT_ONCE) {
        await Promise.all(keys.slice(at, at + DELETES_AT_ONCE).map((key) => this.deleteKey(key)));
      }
    } catch (error) {
      throw mapS3Error(error, this.settings, this.name);
    }
  }

  private async deleteKey(key: string): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand({ Bucket: this.settings.bucket, Key: key }));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** A bucket has no end that anybody could ask for. */
  async freeBytes(): Promise<null> {
    return null;
  }
}

interface Reading {
  at: number;
  end: number | null;
  etag: string | null;
  attempts: number;
  /** Whether the last request was answered, and its answer ended too early. */
  answered: boolean;
}

export interface ListedObject {
  key: string;
  bytes: number;
  changedAt: Date | null;
}

/** Every object below a prefix, a page at a time. */
export async function* listObjects(
  client: S3Client,
  settings: S3Settings,
  prefix: string,
): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  do {
    const page = await client
      .send(
        new ListObjectsV2Command({
          Bucket: settings.bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )
      .catch((error: unknown) => {
        throw mapS3Error(error, settings);
      });
    // A page of a proxy is read as one without entries: what is there must not seem to be gone.
    if (page.IsTruncated === undefined || (page.IsTruncated && !page.NextContinuationToken))
      throw mapS3Error(new OddAnswer("its listing is not whole."), settings);
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      if (Key) yield { key: Key, bytes: Size ?? 0, changedAt: LastModified ?? null };
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** "bytes 5-9/100": 10, where this answer ends. */
function endOf(contentRange: string | undefined): number | null {
  const found = /^bytes \d+-(\d+)\//.exec(contentRange ?? "");
  return found ? Number(found[1]) + 1 : null;
}

/** What another attempt would not change. */
function isFinal(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  return error instanceof DomainError || (status >= 400 && status < 500 && status !== 429);
}

function missing(name: string, location: string, cause: unknown): DomainError {
  return new DomainError("not_found", "backup.file_missing", `${location} has no file ${name}.`, {
    details: { file: name, location },
    cause,
  });
}
