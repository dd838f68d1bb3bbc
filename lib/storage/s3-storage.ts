import type { S3Client } from "@aws-sdk/client-s3";
import { type ArchiveListing, type BackupStorage, MANIFEST_FILE } from "../core/backup/types";
import { DomainError, keepFailure } from "../errors";
import { readManifest } from "../postgres/backup/archive-reader";
import { type Manner, makeS3Client, type S3Access } from "./s3-client";
import { s3Location } from "./s3-settings";
import { listObjects, S3ArchiveStore } from "./s3-store";

const AWAY = new Set(["storage.away", "storage.busy", "storage.odd_answer"]);

/** A bucket, or a part of it below a prefix, that holds archives. */
export class S3Storage implements BackupStorage {
  readonly location: string;
  private readonly client: S3Client;
  /** For what people wait for: whether the storage answers, and what it holds. */
  private readonly quick: S3Client;

  constructor(
    private readonly settings: S3Access,
    manner: Manner = "patient",
  ) {
    this.location = s3Location(settings);
    this.client = makeS3Client(settings, manner);
    this.quick = makeS3Client(settings, "quick");
  }

  open(name: string): S3ArchiveStore {
    return new S3ArchiveStore(this.client, this.settings, name);
  }

  private prefix(): string {
    return this.settings.prefix === "" ? "" : `${this.settings.prefix}/`;
  }

  async list(): Promise<ArchiveListing[]> {
    const base = this.prefix();
    const archives = new Map<string, { complete: boolean; changedAt: Date | null }>();
    for await (const { key, changedAt } of listObjects(this.quick, this.settings, base)) {
      const [name = "", ...rest] = key.slice(base.length).split("/");
      if (rest.length === 0) continue;
      const known = archives.get(name) ?? { complete: false, changedAt: null };
      if (rest.length === 1 && rest[0] === MANIFEST_FILE) known.complete = true;
      if (changedAt && (known.changedAt === null || changedAt > known.changedAt)) known.changedAt = changedAt;
      archives.set(name, known);
    }
    const listings: ArchiveListing[] = [];
    for (const [name, { complete, changedAt }] of archives) {
      listings.push({ name, changedAt, ...(complete ? await this.manifestOf(name) : { manifest: null }) });
    }
    return listings;
  }

  private openQuick(name: string): S3ArchiveStore {
    return new S3ArchiveStore(this.quick, this.settings, name, 1);
  }

  private async manifestOf(name: string): Promise<Pick<ArchiveListing, "manifest" | "problem">> {
    try {
      return { manifest: await readManifest(this.openQuick(name)) };
    } catch (error) {
      // A service that stops to answer says nothing about the archive.
      if (!(error instanceof DomainError) || AWAY.has(error.code)) throw error;
      return { manifest: null, problem: keepFailure(error) };
    }
  }

  /** A bucket has no end that anybody could ask for. */
  async freeBytes(): Promise<null> {
    return null;
  }

  /**
   * Whether the bucket is there and may be written to and read: a small object comes and goes.
   * @throws DomainError storage.*
   */
  async tryOut(): Promise<void> {
    const probe = this.openQuick(`.dbmigrator-probe-${crypto.randomUUID().slice(0, 8)}`);
    // Not HEAD, whose answer has no body that could say what is wrong.
    for await (const _ of listObjects(this.quick, this.settings, this.prefix())) break;
    const writer = await probe.write("probe");
    try {
      await writer.write(new TextEncoder().encode("dbmigrator"));
      await writer.finish();
      for await (const _ of probe.read("probe"));
    } finally {
      await writer.abort();
      await probe.delete();
    }
  }
}
