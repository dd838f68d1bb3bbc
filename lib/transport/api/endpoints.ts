import { z } from "zod";
import { cancelBackup } from "../../operations/backup/cancel";
import { testBackup, verifyBackup } from "../../operations/backup/check";
import { createBackup } from "../../operations/backup/create";
import { deleteBackup } from "../../operations/backup/delete";
import { estimateBackupOf } from "../../operations/backup/estimate";
import { exportBackup } from "../../operations/backup/export";
import { getBackup } from "../../operations/backup/get";
import { importBackups, listArchives } from "../../operations/backup/import";
import { listBackups } from "../../operations/backup/list";
import { listBackupPolicies, updateBackupPolicy } from "../../operations/backup/policy";
import { updateBackup } from "../../operations/backup/update";
import { findBaseline } from "../../operations/baseline/detect";
import { stampBaseline } from "../../operations/baseline/stamp";
import { compareSides } from "../../operations/comparison/compare";
import { approveDeployment } from "../../operations/deployment/approve";
import { cancelDeployment } from "../../operations/deployment/cancel";
import { checkDeployment } from "../../operations/deployment/check";
import { commentDeployment } from "../../operations/deployment/comment";
import { createDeployment } from "../../operations/deployment/create";
import { getDeployment } from "../../operations/deployment/get";
import { listDeployments } from "../../operations/deployment/list";
import { promoteDeployment } from "../../operations/deployment/promote";
import { requestChanges } from "../../operations/deployment/request-changes";
import { retryDeployment } from "../../operations/deployment/retry";
import { rollbackDeployment } from "../../operations/deployment/rollback";
import { runDeployment } from "../../operations/deployment/run";
import { adoptDrift } from "../../operations/drift/adopt";
import { checkDrift } from "../../operations/drift/check";
import { diffTarget } from "../../operations/drift/diff";
import { getDrift } from "../../operations/drift/get";
import { ignoreDrift } from "../../operations/drift/ignore";
import { listDrift } from "../../operations/drift/list";
import { updateDriftPolicy } from "../../operations/drift/policy";
import { revertDrift } from "../../operations/drift/revert";
import { createMigration } from "../../operations/migration/create";
import { createFromDifference } from "../../operations/migration/create-from-difference";
import { deleteMigration } from "../../operations/migration/delete";
import { dryRunPending } from "../../operations/migration/dry-run";
import { getMigration } from "../../operations/migration/get";
import { listMigrations } from "../../operations/migration/list";
import { updateMigration } from "../../operations/migration/update";
import { validateScript } from "../../operations/migration/validate";
import { getProject } from "../../operations/project/get";
import { listProjects } from "../../operations/project/list";
import { createRestore } from "../../operations/restore/create";
import { approveRestore, cancelUse } from "../../operations/restore/decide";
import { dropKeptDatabase } from "../../operations/restore/drop-kept";
import { endRestoreDoubt } from "../../operations/restore/end-doubt";
import { getRestore } from "../../operations/restore/get";
import { listKeptDatabases } from "../../operations/restore/list-kept";
import { swapBack } from "../../operations/restore/swap-back";
import { getRun, getRunLog } from "../../operations/run/get";
import { listRuns } from "../../operations/run/list";
import { listSchedules } from "../../operations/schedule/list";
import { createSchedule, deleteSchedule, updateSchedule } from "../../operations/schedule/save";
import { listStorages } from "../../operations/storage/list";
import { createStorage, deleteStorage } from "../../operations/storage/save";
import { testStorage } from "../../operations/storage/test";
import { getTarget, listTargets } from "../../operations/target/get";
import { targetStatus } from "../../operations/target/status";
import { testTarget } from "../../operations/target/test";
import { listKeptRows } from "../../operations/undo/list";
import { purgeKeptRows } from "../../operations/undo/purge";
import { sendBackup } from "../backup-download";
import { applyMigrations, applyRequest } from "./apply";
import {
  archivesRequest,
  backupChange,
  backupDeletion,
  backupListRequest,
  backupRequest,
  backupRequestById,
  byProject,
  createBackupRecord,
  deleteBackupRecord,
  estimateRequest,
  getBackupRecord,
  getRestoreRecord,
  importRequest,
  listBackupRecords,
  ofBackup,
  ofEstimate,
  ofRestore,
  restoreBackupRecord,
  restoreById,
  restoreChange,
  restoreRequest,
  restoreWord,
  scheduleRequest,
  storageRequest,
  testBackupRecord,
  updateBackupRecord,
  verifyBackupRecord,
} from "./backups";
import { createFromDescription, createRequest } from "./create-migration";
import type { Endpoint } from "./endpoint";
import { byNames, namedTarget } from "./named-target";

/** A script with its way back, as JSON. */
const SCRIPTS = 40 * 1024 * 1024;

const dryRunRequest = namedTarget.extend({ to: z.string().min(1).max(300).optional() });
const diffRequest = namedTarget.extend({
  against: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe("Another environment of the service; without it, what the target's own ledger says."),
});
const deploymentRequest = namedTarget.extend({
  to: z.string().min(1).max(300).optional(),
  steps: z.number().int().min(1).max(10_000).optional(),
  drafts: z.array(z.string().max(300)).max(1000).optional(),
});

const create = { operation: createMigration, request: createRequest, input: createFromDescription } as const;
const apply = { operation: createDeployment, request: applyRequest, respond: applyMigrations } as const;
const migrations = { tag: "migrations" } as const;
const deployments = { tag: "deployments" } as const;
const backups = { tag: "backups" } as const;
const takeBackup = {
  operation: createBackup,
  request: backupRequest,
  respond: createBackupRecord,
  status: 202,
  creates: true,
} as const;

/** The types of their answers are read from here by answer-schemas.test.ts. */
export const ENDPOINT_LIST = [
  { id: "migrations.list", method: "GET", path: "/migrations", ...migrations, operation: listMigrations },
  {
    id: "migrations.create",
    method: "POST",
    path: "/migrations",
    ...migrations,
    ...create,
    status: 201,
    creates: true,
    maxBytes: SCRIPTS,
  },
  {
    id: "migrations.create_as",
    method: "POST",
    path: "/migrations/create",
    ...migrations,
    ...create,
    status: 201,
    creates: true,
    maxBytes: SCRIPTS,
  },
  {
    id: "migrations.status",
    method: "GET",
    path: "/migrations/status",
    ...migrations,
    operation: targetStatus,
  },
  {
    id: "migrations.diff",
    method: "GET",
    path: "/migrations/diff",
    ...migrations,
    operation: diffTarget,
    request: diffRequest,
    input: byNames,
  },
  {
    id: "migrations.validate",
    method: "POST",
    path: "/migrations/validate",
    ...migrations,
    operation: validateScript,
    maxBytes: SCRIPTS,
  },
  {
    id: "migrations.dry_run",
    method: "POST",
    path: "/migrations/dry-run",
    ...migrations,
    operation: dryRunPending,
    request: dryRunRequest,
    input: byNames,
  },
  {
    id: "migrations.apply",
    method: "POST",
    path: "/migrations/apply",
    ...migrations,
    ...apply,
    status: 202,
    creates: true,
  },
  {
    id: "migrations.run",
    method: "POST",
    path: "/migrations/run",
    ...migrations,
    ...apply,
    status: 202,
    creates: true,
  },
  { id: "migrations.get", method: "GET", path: "/migrations/{id}", ...migrations, operation: getMigration },
  {
    id: "migrations.update",
    method: "PATCH",
    path: "/migrations/{id}",
    ...migrations,
    operation: updateMigration,
    maxBytes: SCRIPTS,
  },
  {
    id: "migrations.delete",
    method: "DELETE",
    path: "/migrations/{id}",
    ...migrations,
    operation: deleteMigration,
  },

  { id: "deployments.list", method: "GET", path: "/deployments", ...deployments, operation: listDeployments },
  {
    id: "deployments.create",
    method: "POST",
    path: "/deployments",
    ...deployments,
    operation: createDeployment,
    request: deploymentRequest,
    input: byNames,
    status: 201,
    creates: true,
  },
  {
    id: "deployments.get",
    method: "GET",
    path: "/deployments/{number}",
    ...deployments,
    operation: getDeployment,
  },
  {
    id: "deployments.check",
    method: "POST",
    path: "/deployments/{number}/check",
    ...deployments,
    operation: checkDeployment,
    status: 202,
  },
  {
    id: "deployments.approve",
    method: "POST",
    path: "/deployments/{number}/approve",
    ...deployments,
    operation: approveDeployment,
  },
  {
    id: "deployments.request_changes",
    method: "POST",
    path: "/deployments/{number}/request-changes",
    ...deployments,
    operation: requestChanges,
  },
  {
    id: "deployments.comment",
    method: "POST",
    path: "/deployments/{number}/comments",
    ...deployments,
    operation: commentDeployment,
    status: 201,
    creates: true,
  },
  {
    id: "deployments.run",
    method: "POST",
    path: "/deployments/{number}/run",
    ...deployments,
    operation: runDeployment,
    status: 202,
  },
  {
    id: "deployments.retry",
    method: "POST",
    path: "/deployments/{number}/retry",
    ...deployments,
    operation: retryDeployment,
    status: 202,
  },
  {
    id: "deployments.cancel",
    method: "POST",
    path: "/deployments/{number}/cancel",
    ...deployments,
    operation: cancelDeployment,
    status: 202,
  },
  {
    id: "deployments.promote",
    method: "POST",
    path: "/deployments/{number}/promote",
    ...deployments,
    operation: promoteDeployment,
    status: 201,
    creates: true,
  },
  {
    id: "deployments.rollback",
    method: "POST",
    path: "/deployments/{number}/rollback",
    ...deployments,
    operation: rollbackDeployment,
    status: 201,
    creates: true,
  },

  {
    id: "schema.compare",
    method: "POST",
    path: "/compare",
    tag: "schema",
    operation: compareSides,
    maxBytes: SCRIPTS,
  },
  {
    id: "schema.migration",
    method: "POST",
    path: "/compare/migration",
    tag: "schema",
    operation: createFromDifference,
    status: 201,
    creates: true,
    maxBytes: SCRIPTS,
  },
  { id: "drift.list", method: "GET", path: "/drift", tag: "schema", operation: listDrift },
  { id: "drift.get", method: "GET", path: "/drift/{targetId}", tag: "schema", operation: getDrift },
  {
    id: "drift.check",
    method: "POST",
    path: "/drift/{targetId}/check",
    tag: "schema",
    operation: checkDrift,
    status: 202,
  },
  {
    id: "drift.adopt",
    method: "POST",
    path: "/drift/{targetId}/adopt",
    tag: "schema",
    operation: adoptDrift,
    status: 201,
    creates: true,
  },
  {
    id: "drift.revert",
    method: "POST",
    path: "/drift/{targetId}/revert",
    tag: "schema",
    operation: revertDrift,
    status: 201,
    creates: true,
  },
  {
    id: "drift.ignore",
    method: "POST",
    path: "/drift/{targetId}/ignore",
    tag: "schema",
    operation: ignoreDrift,
    status: 201,
    creates: true,
  },
  {
    id: "drift.policy",
    method: "PATCH",
    path: "/drift-policies/{environmentId}",
    tag: "schema",
    operation: updateDriftPolicy,
  },
  {
    id: "baseline.detect",
    method: "POST",
    path: "/targets/{targetId}/baseline/detect",
    tag: "schema",
    operation: findBaseline,
  },
  {
    id: "baseline.stamp",
    method: "POST",
    path: "/targets/{targetId}/baseline",
    tag: "schema",
    operation: stampBaseline,
    status: 201,
    creates: true,
  },

  { id: "runs.list", method: "GET", path: "/runs", tag: "runs", operation: listRuns },
  { id: "runs.get", method: "GET", path: "/runs/{runId}", tag: "runs", operation: getRun },
  { id: "runs.log", method: "GET", path: "/runs/{runId}/log", tag: "runs", operation: getRunLog },

  { id: "projects.list", method: "GET", path: "/projects", tag: "projects", operation: listProjects },
  { id: "projects.get", method: "GET", path: "/projects/{slug}", tag: "projects", operation: getProject },
  {
    id: "targets.list",
    method: "GET",
    path: "/projects/{slug}/targets",
    tag: "targets",
    operation: listTargets,
  },
  { id: "targets.get", method: "GET", path: "/targets/{targetId}", tag: "targets", operation: getTarget },
  {
    id: "targets.test",
    method: "POST",
    path: "/targets/{targetId}/test",
    tag: "targets",
    operation: testTarget,
  },
  {
    id: "targets.kept_rows",
    method: "GET",
    path: "/targets/{targetId}/kept-rows",
    tag: "targets",
    operation: listKeptRows,
  },
  {
    id: "targets.purge_rows",
    method: "POST",
    path: "/targets/{targetId}/kept-rows/purge",
    tag: "targets",
    operation: purgeKeptRows,
  },

  {
    id: "backups.list",
    method: "GET",
    path: "/backups",
    ...backups,
    operation: listBackups,
    request: backupListRequest,
    respond: listBackupRecords,
  },
  { id: "backups.create", method: "POST", path: "/backups", ...backups, ...takeBackup },
  { id: "backups.create_as", method: "POST", path: "/backup/create", ...backups, ...takeBackup },
  {
    id: "backups.restore",
    method: "POST",
    path: "/backups/restore",
    ...backups,
    operation: createRestore,
    request: restoreRequest,
    respond: restoreBackupRecord,
    status: 202,
    creates: true,
  },
  {
    id: "backups.estimate",
    method: "POST",
    path: "/backups/estimate",
    ...backups,
    operation: estimateBackupOf,
    request: estimateRequest,
    input: ofEstimate,
  },
  {
    id: "backups.get",
    method: "GET",
    path: "/backups/{id}",
    ...backups,
    operation: getBackup,
    request: backupRequestById,
    respond: getBackupRecord,
  },
  {
    id: "backups.update",
    method: "PATCH",
    path: "/backups/{id}",
    ...backups,
    operation: updateBackup,
    request: backupChange,
    respond: updateBackupRecord,
  },
  {
    id: "backups.verify",
    method: "POST",
    path: "/backups/{id}/verify",
    ...backups,
    operation: verifyBackup,
    request: backupRequestById,
    respond: verifyBackupRecord,
    status: 202,
  },
  {
    id: "backups.test",
    method: "POST",
    path: "/backups/{id}/test",
    ...backups,
    operation: testBackup,
    request: backupRequestById,
    respond: testBackupRecord,
    status: 202,
  },
  {
    id: "backups.export",
    method: "GET",
    path: "/backups/{id}/export",
    ...backups,
    operation: exportBackup,
    request: backupRequestById,
    file: {
      type: "application/sql",
      send: (raw, { actor, signal }) => sendBackup(actor, ofBackup(raw), signal),
    },
  },
  {
    id: "backups.stop",
    method: "POST",
    path: "/backups/{id}/cancel",
    ...backups,
    operation: cancelBackup,
    request: backupRequestById,
    input: ofBackup,
  },
  {
    id: "backups.delete",
    method: "DELETE",
    path: "/backups/{id}",
    ...backups,
    operation: deleteBackup,
    request: backupDeletion,
    respond: deleteBackupRecord,
  },
  {
    id: "backups.restored",
    method: "GET",
    path: "/restores/{restoreId}",
    ...backups,
    operation: getRestore,
    request: restoreById,
    respond: getRestoreRecord,
  },
  {
    id: "backups.cancel",
    method: "POST",
    path: "/restores/{restoreId}/cancel",
    ...backups,
    operation: cancelUse,
    request: restoreById,
    input: ofRestore,
  },
  {
    id: "restores.approve",
    method: "POST",
    path: "/restores/{restoreId}/approve",
    ...backups,
    operation: approveRestore,
    request: restoreById,
    input: ofRestore,
  },
  {
    id: "restores.settle",
    method: "POST",
    path: "/restores/{restoreId}/settle",
    ...backups,
    operation: endRestoreDoubt,
    request: restoreWord,
    input: ofRestore,
  },
  {
    id: "restores.kept",
    method: "GET",
    path: "/restores/kept",
    ...backups,
    operation: listKeptDatabases,
  },
  {
    id: "restores.swap_back",
    method: "POST",
    path: "/restores/{restoreId}/swap-back",
    ...backups,
    operation: swapBack,
    request: restoreChange,
    input: ofRestore,
  },
  {
    id: "restores.drop_kept",
    method: "POST",
    path: "/restores/{restoreId}/drop-kept",
    ...backups,
    operation: dropKeptDatabase,
    request: restoreChange,
    input: ofRestore,
  },
  {
    id: "backups.policies",
    method: "GET",
    path: "/backup-policies",
    ...backups,
    operation: listBackupPolicies,
  },
  {
    id: "backups.policy",
    method: "PATCH",
    path: "/backup-policies/{environmentId}",
    ...backups,
    operation: updateBackupPolicy,
  },
  { id: "storages.list", method: "GET", path: "/storages", ...backups, operation: listStorages },
  {
    id: "storages.create",
    method: "POST",
    path: "/storages",
    ...backups,
    operation: createStorage,
    request: storageRequest,
    input: byProject,
    status: 201,
    creates: true,
  },
  {
    id: "storages.test",
    method: "POST",
    path: "/storages/{storageId}/test",
    ...backups,
    operation: testStorage,
  },
  {
    id: "storages.delete",
    method: "DELETE",
    path: "/storages/{storageId}",
    ...backups,
    operation: deleteStorage,
  },
  {
    id: "storages.archives",
    method: "GET",
    path: "/storages/{storageId}/archives",
    ...backups,
    operation: listArchives,
    request: archivesRequest,
    input: byProject,
  },
  {
    id: "storages.import",
    method: "POST",
    path: "/storages/{storageId}/import",
    ...backups,
    operation: importBackups,
    request: importRequest,
    input: byProject,
    status: 201,
  },
  { id: "schedules.list", method: "GET", path: "/schedules", ...backups, operation: listSchedules },
  {
    id: "schedules.create",
    method: "POST",
    path: "/schedules",
    ...backups,
    operation: createSchedule,
    request: scheduleRequest,
    input: byNames,
    status: 201,
    creates: true,
  },
  {
    id: "schedules.update",
    method: "PATCH",
    path: "/schedules/{scheduleId}",
    ...backups,
    operation: updateSchedule,
  },
  {
    id: "schedules.delete",
    method: "DELETE",
    path: "/schedules/{scheduleId}",
    ...backups,
    operation: deleteSchedule,
  },
] as const satisfies readonly Endpoint[];

/** Every endpoint, as DESIGN's HTTP section names them, and what the pages can do beside. */
export const ENDPOINTS: readonly Endpoint[] = ENDPOINT_LIST;
