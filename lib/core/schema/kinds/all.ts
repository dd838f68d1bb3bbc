import type { Kind, KindDefinition } from "../types";
import { accessMethodKind } from "./access-method";
import { aggregateKind } from "./aggregate";
import { baseTypeKind, shellTypeKind } from "./base-type";
import { castKind } from "./cast";
import { collationKind } from "./collation";
import { columnKind } from "./column";
import { compositeKind } from "./composite";
import { constraintKind } from "./constraint";
import { conversionKind } from "./conversion";
import { defaultKind } from "./default";
import { defaultPrivilegesKind } from "./default-privileges";
import { domainKind } from "./domain";
import { domainConstraintKind } from "./domain-constraint";
import { enumKind } from "./enum";
import { eventTriggerKind } from "./event-trigger";
import { extensionKind } from "./extension";
import { extensionDependencyKind } from "./extension-dependency";
import { extensionMemberKind } from "./extension-member";
import { foreignDataWrapperKind, serverKind, userMappingKind } from "./foreign-data";
import { functionKind } from "./function";
import { identitySequenceKind } from "./identity-sequence";
import { indexKind } from "./index";
import { languageKind } from "./language";
import { materializedViewKind } from "./materialized-view";
import { operatorKind } from "./operator";
import { operatorClassKind, operatorFamilyKind } from "./operator-class";
import { policyKind } from "./policy";
import { privilegesKind } from "./privileges";
import { publicationKind } from "./publication";
import { rangeKind } from "./range";
import { membershipKind, ROLE_KINDS, roleKind, roleSettingKind } from "./role";
import { ruleKind } from "./rule";
import { schemaKind } from "./schema";
import { sequenceKind } from "./sequence";
import { statisticsKind } from "./statistics";
import { subscriptionKind } from "./subscription";
import { tableKind } from "./table";
import { tsConfigurationKind, tsDictionaryKind, tsParserKind, tsTemplateKind } from "./text-search";
import { transformKind } from "./transform";
import { triggerKind } from "./trigger";
import { viewKind } from "./view";

/** Every object kind, in the order in which independent objects are created. */
export const KIND_LIST: readonly KindDefinition[] = [
  roleKind,
  membershipKind,
  roleSettingKind,
  schemaKind,
  extensionKind,
  languageKind,
  accessMethodKind,
  collationKind,
  shellTypeKind,
  enumKind,
  compositeKind,
  rangeKind,
  domainKind,
  domainConstraintKind,
  functionKind,
  baseTypeKind,
  aggregateKind,
  operatorKind,
  operatorFamilyKind,
  operatorClassKind,
  castKind,
  transformKind,
  conversionKind,
  tsParserKind,
  tsTemplateKind,
  tsDictionaryKind,
  tsConfigurationKind,
  foreignDataWrapperKind,
  serverKind,
  userMappingKind,
  sequenceKind,
  tableKind,
  columnKind,
  identitySequenceKind,
  defaultKind,
  constraintKind,
  indexKind,
  statisticsKind,
  viewKind,
  materializedViewKind,
  ruleKind,
  triggerKind,
  policyKind,
  publicationKind,
  subscriptionKind,
  eventTriggerKind,
  defaultPrivilegesKind,
  privilegesKind,
  extensionDependencyKind,
  extensionMemberKind,
];

/** What a schema is made of: everything but what belongs to the whole server. */
export const SCHEMA_KINDS: readonly KindDefinition[] = KIND_LIST.filter((one) => !ROLE_KINDS.includes(one));

const byKind = new Map<Kind, KindDefinition>(KIND_LIST.map((definition) => [definition.kind, definition]));

export function kindOf(kind: Kind): KindDefinition {
  const definition = byKind.get(kind);
  if (!definition) throw new Error(`no object kind ${kind}`);
  return definition;
}

/** Position in KIND_LIST. */
export function rankOf(kind: Kind): number {
  return KIND_LIST.findIndex((definition) => definition.kind === kind);
}
