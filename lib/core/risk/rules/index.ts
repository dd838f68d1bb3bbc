import type { Rule } from "../rule";
import { addCheck } from "./add-check";
import { addColumnVolatileDefault, addGeneratedColumn } from "./add-column-rewrite";
import { addForeignKey } from "./add-foreign-key";
import { addRequiredColumn } from "./add-required-column";
import { addExclusion, addPrimaryKey, addUnique } from "./add-unique";
import { changeColumnType } from "./change-column-type";
import { codeBlock } from "./code-block";
import { createIndex, indexMayBeInvalid, uniqueIndexMayFail } from "./create-index";
import { deleteWithoutWhere } from "./delete-without-where";
import { domainConstraint } from "./domains";
import { dropCascade } from "./drop-cascade";
import { dropColumn } from "./drop-column";
import { dropDatabase } from "./drop-database";
import { dropIndex } from "./drop-index";
import { dropObject } from "./drop-object";
import { dropOwned } from "./drop-owned";
import { dropSchema } from "./drop-schema";
import { dropTable } from "./drop-table";
import { enumValueAtOnce, enumValueRenamed } from "./enum-values";
import { clusterTable, refreshView, vacuumFull } from "./heavy-maintenance";
import { lockTable } from "./lock-table";
import {
  disableRowSecurity,
  disableTrigger,
  dropConstraint,
  dropNotNull,
  enableRowSecurity,
} from "./loosen-rules";
import { charType, duplicateColumn, nameTooLong, timeWithoutZone } from "./names-and-types";
import { attachPartition, detachPartition } from "./partitions";
import { reindex } from "./reindex";
import { renameColumn } from "./rename-column";
import { renameTable } from "./rename-table";
import { rewriteTable } from "./rewrite-table";
import { dropRole, grantToPublic, revokeRights } from "./rights";
import { serverFiles } from "./server-files";
import { serverWide } from "./server-wide";
import { changedRole, unboundedWait } from "./session-settings";
import { setNotNull } from "./set-not-null";
import { setSchema } from "./set-schema";
import { shrinkColumnType } from "./shrink-column-type";
import { outsideInTransaction, transactionLeftOpen, transactionNesting } from "./transactions";
import { truncateCascade } from "./truncate-cascade";
import { truncateTable } from "./truncate-table";
import { updateWithoutWhere } from "./update-without-where";
import { validateAtOnce } from "./validate-at-once";

/** Every rule; a new one is a file, a line here, and its texts in messages/{en,es}/findings.json. */
export const RULES: readonly Rule[] = [
  dropTable,
  dropColumn,
  dropSchema,
  dropDatabase,
  dropOwned,
  dropCascade,
  dropObject,
  truncateTable,
  truncateCascade,
  deleteWithoutWhere,
  updateWithoutWhere,
  renameTable,
  renameColumn,
  setSchema,
  enumValueRenamed,
  changeColumnType,
  shrinkColumnType,
  rewriteTable,
  addRequiredColumn,
  addColumnVolatileDefault,
  addGeneratedColumn,
  setNotNull,
  addCheck,
  addForeignKey,
  addUnique,
  addPrimaryKey,
  addExclusion,
  validateAtOnce,
  createIndex,
  indexMayBeInvalid,
  uniqueIndexMayFail,
  dropIndex,
  reindex,
  attachPartition,
  detachPartition,
  vacuumFull,
  clusterTable,
  refreshView,
  lockTable,
  domainConstraint,
  dropNotNull,
  dropConstraint,
  disableRowSecurity,
  enableRowSecurity,
  disableTrigger,
  revokeRights,
  grantToPublic,
  dropRole,
  enumValueAtOnce,
  outsideInTransaction,
  transactionLeftOpen,
  transactionNesting,
  codeBlock,
  serverWide,
  serverFiles,
  unboundedWait,
  changedRole,
  duplicateColumn,
  nameTooLong,
  charType,
  timeWithoutZone,
];
