import { once } from "node:events";
import { PassThrough } from "node:stream";
import {
  AbortMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { ArchiveWriter } from "../core/backup/types";
import { DomainError } from "../errors";
import { mapS3Error } from "./s3-client";
import type { S3Settings } from "./s3-settings";

/** A multipart upload has at most 10,000 parts: one file may be 156 GiB, compressed. */
const PART_BYTES = 16 * 1024 * 1024;
/** Parts of one file that are under way at the same time; memory is this times PART_BYTES. */
const PARTS_AT_ONCE = 2;

/**
 * One object while it is written: in parts, which are sent again when the service drops or refuses one. Nobody sees
 * the object before the last call has joined them.
 */
export class S3Writer implements ArchiveWriter {
  private readonly body = new PassThrough({ highWaterMark: 1024 * 1024 });
  private readonly upload: Upload;
  private readonly sent: Promise<void>;
  private failure: unknown = null;
  private bytes = 0;
  private ended = false;

  constructor(
    private readonly client: S3Client,
    private readonly settings: S3Settings,
    private readonly key: string,
  ) {
    const { encryption, kmsKeyId } = settings;
    this.upload = new Upload({
      client,
      partSize: PART_BYTES,
      queueSize: PARTS_AT_ONCE,
      // Removed below: a service that cannot do it must not hide why the upload failed.
      leavePartsOnError: true,
      params: {
        Bucket: settings.bucket,
        Key: key,
        Body: this.body,
        ContentType: "application/octet-stream",
        ...(encryption === "none" ? {} : { ServerSideEncryption: encryption }),
        ...(encryption === "aws:kms" && kmsKeyId ? { SSEKMSKeyId: kmsKeyId } : {}),
      },
    });
    this.body.on("error", () => {});
    this.sent = this.upload.done().then(
      () => {},
      async (error: unknown) => {
        // The answer to the joining was lost, and the service knows no upload any more that it has joined already.
        if (this.ended && !this.failure && (await this.storedBytes().catch(() => null)) === this.bytes)
          return;
        this.failure ??= mapS3Error(error, settings, key);
        this.body.destroy();
        await this.forgetParts();
      },
    );
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.failure) throw this.failure;
    this.bytes += bytes.length;
    // Copied: the caller may use its bytes again, and parts are gathered from several of them.
    if (this.body.write(Buffer.from(bytes))) return;
    await Promise.race([once(this.body, "drain").catch(() => {}), this.sent]);
    if (this.failure) throw this.failure;
  }

  async finish(): Promise<void> {
    this.ended = true;
    this.body.end();
    await this.sent;
    if (this.failure) throw this.failure;
    await this.checkSize();
  }

  /** The service says itself what it has. */
  private async checkSize(): Promise<void> {
    try {
      if ((await this.storedBytes()) === this.bytes) return;
    } catch (error) {
      throw mapS3Error(error, this.settings, this.key);
    }
    throw new DomainError("target", "storage.wrong_size", `${this.key} is not stored as it was sent.`, {
      details: { file: this.key },
      hint: "Try again.",
    });
  }

  private async storedBytes(): Promise<number | undefined> {
    const where = { Bucket: this.settings.bucket, Key: this.key };
    return (await this.client.send(new HeadObjectCommand(where))).ContentLength;
  }

  async abort(): Promise<void> {
    if (this.ended && !this.failure) return;
    this.ended = true;
    this.failure ??= new Error("aborted");
    await this.upload.abort().catch(() => {});
    this.body.destroy();
    await this.sent;
  }

  /** Parts of an upload that was not finished are not listed and cost money all the same. */
  private async forgetParts(): Promise<void> {
    const { bucket } = this.settings;
    const { uploadId } = this.upload;
    if (!uploadId) return abortUploads(this.client, bucket, this.key);
    const input = { Bucket: bucket, Key: this.key, UploadId: uploadId };
    await this.client.send(new AbortMultipartUploadCommand(input)).catch(() => {});
  }
}

/** Ends every unfinished upload below a prefix. Not every compatible service can list them; its lifecycle does it then. */
export async function abortUploads(client: S3Client, bucket: string, prefix: string): Promise<void> {
  const found = await client
    .send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }))
    .catch(() => null);
  for (const { Key, UploadId } of found?.Uploads ?? []) {
    if (!Key?.startsWith(prefix) || !UploadId) continue;
    const input = { Bucket: bucket, Key, UploadId };
    await client.send(new AbortMultipartUploadCommand(input)).catch(() => {});
  }
}
