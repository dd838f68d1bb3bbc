import type { KeptFailure } from "../../errors";

/** A place for archives as pages show it: never with its secret. */
export interface StorageView {
  id: string;
  name: string;
  kind: "folder" | "s3";
  /** Of the whole instance; null for those of a project. */
  shared: boolean;
  isDefault: boolean;
  /** Archives written there are encrypted with keys of this instance. */
  encrypted: boolean;
  /** The folder, or s3://bucket/prefix. */
  location: string;
  /** The reader may change it; otherwise `settings` are left out. */
  mayChange: boolean;
  settings: {
    path?: string;
    endpoint?: string | null;
    region?: string;
    bucket?: string;
    prefix?: string;
    pathStyle?: boolean;
    accessKeyId?: string | null;
    encryption?: "none" | "AES256" | "aws:kms";
    kmsKeyId?: string | null;
  };
  hasSecret: boolean;
  triedAt: string | null;
  error: KeptFailure | null;
  backups: number;
  bytes: number;
  /** Null: nobody can tell. */
  freeBytes: number | null;
}
