import type { TargetSettings } from "../../core/policy/types";
import type { KeptFailure } from "../../errors";
import type { ProbeResult } from "./probe";

/** A target as pages show it: never with its password. */
export interface TargetDetail {
  id: string;
  service: { id: string; name: string };
  environment: { id: string; name: string; color: string; protected: boolean };
  host: string;
  port: number;
  database: string;
  username: string;
  hasPassword: boolean;
  tlsMode: string;
  caCertificate: string | null;
  settings: TargetSettings;
  probe: ProbeResult | null;
  probedAt: string | null;
  currentVersion: string | null;
  appliedCount: number;
  pendingCount: number;
  failedCount: number;
  problemCount: number;
  syncedAt: string | null;
  syncError: KeptFailure | null;
}
