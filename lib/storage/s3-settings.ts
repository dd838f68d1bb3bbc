/** How a bucket is reached. The secret access key is no part of it: it is sealed beside. */
export interface S3Settings {
  /** Of a compatible service; null: Amazon S3 in the region. */
  endpoint: string | null;
  region: string;
  bucket: string;
  /** Put before every archive; without slashes at its ends, may be empty. */
  prefix: string;
  /** `endpoint/bucket/key`; else `bucket.endpoint/key`. */
  pathStyle: boolean;
  /** Null: the identity that the machine has by itself (environment, role), for storages of the instance only. */
  accessKeyId: string | null;
  /** What the service encrypts with; `none` leaves it to the bucket's own setting. */
  encryption: "none" | "AES256" | "aws:kms";
  kmsKeyId: string | null;
}

/** `s3://bucket/prefix` without a secret. */
export function s3Location({ bucket, prefix }: Pick<S3Settings, "bucket" | "prefix">, name = ""): string {
  return ["s3:/", bucket, prefix, name].filter((part) => part !== "").join("/");
}
