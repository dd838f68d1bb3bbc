import { isAbsolute } from "node:path";
import { z } from "zod";

export const StorageName = z.string().trim().min(1).max(80);

/** A folder of the machine that DBMigrator runs on. */
export const FolderFields = z.object({
  path: z
    .string()
    .trim()
    .min(1)
    .max(1000)
    .refine((path) => isAbsolute(path) && !path.includes("\0"), "the whole path of a folder"),
});

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const Bucket = z
  .string()
  .trim()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "3 to 63 small letters, digits, points and hyphens");

const Prefix = z
  .string()
  .trim()
  .max(300)
  .regex(/^[A-Za-z0-9_./-]*$/, "letters, digits, points, slashes and hyphens")
  .transform((prefix) => prefix.replaceAll(/^\/+|\/+$/g, ""))
  .refine((prefix) => !/(^|\/)\.{1,2}(\/|$)|\/\//.test(prefix), "no empty parts and no ..");

/** A bucket of Amazon S3 or of a compatible service. */
export const S3Fields = z.object({
  endpoint: z.url().max(500).nullable().default(null),
  region: z
    .string()
    .trim()
    .regex(/^[a-z0-9-]{1,40}$/, "a region such as eu-central-1")
    .default("us-east-1"),
  bucket: Bucket,
  prefix: Prefix.default(""),
  pathStyle: z.boolean().default(false),
  accessKeyId: z.string().trim().min(1).max(200).nullable().default(null),
  /** Left out when a storage is changed: the stored one, as long as it goes to the same service. */
  secretAccessKey: z.string().min(1).max(500).optional(),
  encryption: z.enum(["none", "AES256", "aws:kms"]).default("none"),
  kmsKeyId: z.string().trim().max(300).nullable().default(null),
});

export const StorageFields = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("folder"), settings: FolderFields }),
  z.object({ kind: z.literal("s3"), settings: S3Fields }),
]);
export type StorageInput = z.output<typeof StorageFields>;
