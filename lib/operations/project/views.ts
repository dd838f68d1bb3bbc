import type { Role } from "../../access/roles";
import type { DriftPolicy } from "../../core/policy/drift";
import type { EnvironmentPolicy } from "../../core/policy/types";

export interface ProjectSummary {
  id: string;
  slug: string;
  name: string;
  /** The reader's. */
  role: Role;
  environments: number;
  services: number;
  members: number;
  archived: boolean;
}

export interface EnvironmentDetail {
  id: string;
  name: string;
  position: number;
  protected: boolean;
  color: string;
  policy: EnvironmentPolicy;
  /** With its defaults. */
  driftPolicy: Required<DriftPolicy>;
  /** The reader's role here, narrowed by a grant. */
  role: Role;
  targets: number;
}

export interface ServiceDetail {
  id: string;
  name: string;
  description: string;
  schemas: string[];
  migrations: number;
  targets: number;
}

/** A project with its parts, for the frame and the settings. */
export interface ProjectDetail {
  id: string;
  slug: string;
  name: string;
  role: Role;
  /** In their order. */
  environments: EnvironmentDetail[];
  /** By name. */
  services: ServiceDetail[];
}
