/**
 * What scripts, folders and plans are refused for, and what to do about it: every sentence of ours that travels as
 * text, with its holes. Pages read it back and say it in the reader's language (messages/<locale>/sentences.json).
 */
export const SENTENCES = {
  drop_database: "DROP DATABASE {name} is not accepted: a migration changes its own target and nothing else.",
  drop_database_hint: "Take the statement out; remove databases by hand, after a backup.",
  copy_program: "COPY … PROGRAM runs a program on the database server and is not accepted.",
  copy_program_hint: "Run the program elsewhere and load its output with COPY … FROM stdin.",
  two_phase:
    "Two-phase transactions are not accepted: the migration could not be recorded together with its change.",
  two_phase_hint: "Use BEGIN and COMMIT, or none: the runner opens a transaction itself.",
  chain: "{verb} AND CHAIN opens another transaction at once, in which the migration could not be recorded.",
  chain_hint: "Write {verb}; BEGIN; instead.",
  unlock: "{what} drops the lock that keeps other runners away.",
  unlock_this: "This drops the lock that keeps other runners away.",
  discard_hint: "Use DISCARD PLANS, DISCARD SEQUENCES or DISCARD TEMP.",
  unlock_hint: "Release the locks of your own by their keys.",
  reset_all: "RESET ALL takes away the time limits of the statements after it.",
  reset_all_hint: "Reset the settings that you changed by name, or write it at the very end.",
  session_authorization: "SET SESSION AUTHORIZATION changes who records the migration.",
  session_authorization_hint: "Use SET LOCAL ROLE, which ends with the transaction.",
  conforming_strings:
    "With standard_conforming_strings off, the server would read this script otherwise than it was checked.",
  conforming_strings_hint: "Write strings with backslash escapes as E'…'.",
  encoding: "The script changes the client's encoding; scripts are read as UTF-8.",
  encoding_hint: "Save it as UTF-8 and remove this line.",
  ledger:
    "The schema {schema} holds the record of what is applied; a migration may read it and not change it.",
  ledger_hint: "Use the commands for it: baseline, repair, resolve-conflicts.",
  script_too_large: "The script has {size} MB; more than {most} MB are not accepted.",
  script_too_large_hint: "Split it into several migrations.",
  statement_too_large: "This statement has {size} MB; more than {most} MB in one statement are not accepted.",
  statement_too_large_hint: "Split it, or load the rows with COPY … FROM stdin.",
  null_byte: "The script contains a null byte.",
  null_byte_hint: "Save the file as UTF-8 (a file in UTF-16 looks like this), or remove the character.",
  psql: "{word} is a command of psql, not SQL; it is not accepted.",
  psql_connect: "Take the line out: the target is chosen outside the script.",
  psql_include: "Put the other file's statements here.",
  psql_copy: "Use COPY … FROM stdin with the rows in the script, closed by a line that holds only \\.",
  psql_set: "psql's variables do not exist here; write the value itself.",
  psql_gset: "psql's variables do not exist here; use a DO block for what depends on a result.",
  psql_gexec: "Use a DO block with EXECUTE.",
  psql_if: "Use a DO block for what depends on a condition.",
  psql_program: "A migration runs no programs.",
  psql_end: "This closes the rows of COPY … FROM stdin, and no such statement is open here.",
  psql_go: "End the statement with a semicolon.",
  psql_other: "Take the line out; if it only printed or set something for psql, nothing is lost.",
  no_end: "The end of this statement cannot be found.",
  copy_rows_begin: "The rows of COPY … FROM stdin begin on the next line; nothing may follow on this one.",
  copy_rows_end: "The rows of COPY … FROM stdin have no end.",
  copy_rows_end_hint: "Close them with a line that holds only \\.",
  psql_variable: "Variables of psql (:name) do not exist here; write the value itself.",
  template: "Templates are not filled in here; write the value itself.",
  directive_not_understood: 'The directive is not understood from "{text}" on.',
  directive_empty: "The directive is empty.",
  ignore_needs: "ignore needs the name of a rule: ignore=drop-column.",
  directive_below: "{key} stands below the first statement.",
  directive_below_hint: "Directives belong in the comments at the top of the script.",
  batch_twice: "batch stands twice on this line.",
  pause_needs: "pause needs a duration.",
  pause_hint: "Write pause=200ms or pause=1s.",
  max_needs: "max needs a number of batches.",
  batch_size_hint: "The size of a batch is the LIMIT in the statement itself.",
  not_of_batch: "{key} does not belong to batch.",
  own_line_hint: "Write it on a line of its own.",
  transaction_hint: "Write transaction=none.",
  needs_duration: "{key} needs a duration.",
  duration_hint: "Write 500ms, 3s or 2min.",
  requires_form: "requires={item} is not of the form service/version.",
  requires_needs: "requires needs service/version.",
  environments_needs: "environments needs names, separated by commas.",
  directive_unknown: "The directive {key} is unknown.",
  value_unknown: "{value} is unknown.",
  known_are: "Known are: {names}.",
  unknown_file:
    "The name does not say which migration this is; it begins with a version: 001_name.sql, V1__name.sql.",
  duplicate_file: "{path} is the {role} script of the same migration.",
  down_without_up: "There is no up script for this down script.",
  marker_no_up: "There is a marker of a down script and none of an up script.",
  marker_above: "There are statements above the marker of the up script.",
  marker_order: "The down script stands above the up script.",
  placeholder: "The placeholder {text} is not filled in as {tool} would do; write its value.",
  condition: "Liquibase would ask for {what} before it runs this; here it always runs.",
  checkpoint: "A checkpoint of Atlas repeats what the migrations before it make; it is left out.",
  other_system:
    "{count} scripts for other database systems or in general are left out: there are others for PostgreSQL.",
  commits_inside_hint:
    "Code that commits cannot run inside of a transaction: write `-- dbmigrator: transaction=none` at the top of the script, and no BEGIN around it.",
  in_block: "PostgreSQL refuses this statement inside BEGIN … COMMIT.",
  in_block_hint: "Move it out of the block.",
  batch_in_block: "A statement that is repeated in batches stands inside BEGIN … COMMIT.",
  batch_in_block_hint: "Move it out of the block: each batch is a transaction of its own.",
  without_begin: "{word} stands outside of a transaction that the script began.",
  without_begin_hint:
    "Remove it (the runner opens a transaction itself), or write BEGIN where the transaction begins.",
  no_savepoint: "The script has no savepoint {name} in this transaction.",
  no_savepoint_hint: "Write SAVEPOINT before it; a statement outside of a transaction ends it.",
  unclosed: "The transaction that begins here has no COMMIT.",
  unclosed_hint: "End it, or remove BEGIN: the runner opens a transaction itself.",
  batch_nothing: "There is no statement below batch.",
  batch_inside: "batch stands inside of a statement.",
  batch_inside_hint: "Write it above the statement.",
  batch_already: "The statement below has a batch directive already.",
  batch_for: "batch is for UPDATE, DELETE, INSERT … SELECT and MERGE.",
  batch_for_hint: "Write for example: {example}",
  batch_limit: "The statement below batch has no LIMIT: the first batch would be all of it.",
  batch_limit_hint: "Choose the rows of a batch in the statement: {example}",
  too_many_statements: "At most {count} statements at once.",
  no_statement: "There is no statement.",
  transaction_control:
    "BEGIN, COMMIT, ROLLBACK and SAVEPOINT are not accepted here: everything runs in one transaction.",
  transaction_control_hint: "Leave them out. Nothing is kept when a statement fails.",
  copy: "COPY is not accepted here.",
  copy_hint: "Export the result, or write a migration.",
  one_statement: "EXPLAIN takes one statement at a time.",
  not_explainable: "There is a plan only for SELECT, INSERT, UPDATE, DELETE and MERGE.",
  function_beyond: "{name}() acts beyond the transaction, so reading does not allow it.",
  function_beyond_hint: "Turn on writing where that is allowed, or use psql with rights of your own.",
  not_reading: "Reading allows SELECT, VALUES, TABLE, WITH, SHOW and EXPLAIN only.",
  not_reading_hint: "Turn on writing where that is allowed, or write a migration.",
  alone: "PostgreSQL does not run this in a transaction, so it must be the only statement.",
  alone_hint: "Run it alone.",
  same_version: "{filename} has the version {version}, and so has {other}.",
  same_version_hint: "They run in the order of their names.",
  changed: "{filename} was changed after it was applied.",
  other_service:
    "Nothing is recorded here for the service {service}, but {filename} is under the name {other} ({count} of its scripts).",
  other_service_hint: "Call the service so here too, or record its migrations with a baseline.",
  changed_hint: "Restore its script, and put the change into a new migration.",
  missing: "{filename} is applied and has no script here.",
  missing_hint: "Fetch the scripts it came from, or restore the file.",
  out_of_order: "{filename} is older than the latest applied migration.",
  out_of_order_hint: "It runs with the next run; give it a newer version if it must come last.",
  interrupted: "{filename} was interrupted half-way.",
  interrupted_hint: "The next run looks at what took effect and resumes it.",
  in_doubt: "It is not known whether {filename} took effect.",
  in_doubt_hint: "Look at the target, then settle it as applied or as not applied.",
  failed: "{filename} failed: {message}",
  failed_kept_hint: "The statements before the failure are in effect; the next run goes on after them.",
  failed_hint: "Nothing of it is in effect; correct it and run again.",
  half_reverted: "The down script of {filename} stopped half-way.",
  half_reverted_hint: "Run `down` again: it goes on after what is done.",
  no_migration: "There is no migration {to}.",
  see_list: "See `dbmigrator list`.",
  not_applied: "{to} is not applied on this target.",
  see_status: "See `dbmigrator status`.",
  half_way: "{filename} was left half-way.",
  half_way_hint: "Finish it with `up`, or settle it, first.",
  no_down: "{filename} has no down script.",
  no_down_hint: "Write one, or undo it with a new migration.",
  changed_down: "{filename} was changed after it was applied; its down script may not fit.",
  requires_unknown: "{filename} requires {requirement}, which is unknown.",
  requires_pending: "{filename} requires {requirement}, which is neither applied nor part of this run.",
  requires_hint: "Apply {requirement} first.",
  requires_cycle: "{filename} waits for a migration that waits for it.",
  requires_cycle_hint: "Remove one of the requires directives.",
  script_empty: "The script has no statement.",
  no_service: "The project has no service {service}.",
  not_last: "{filename} was applied on top of what is to be rolled back.",
  not_last_hint: "Roll that back first.",
  nothing_left: "Of the {count} migrations nothing is left to do on this target.",
  previous_unread: "The ledger of {environment} could not be read ({reason}).",
  previous_missing: "{filename} has not succeeded as it is now in {environment}.",
  drifted: "The database is not what its ledger says: {count} differences ({names}).",
  script_refused: "It was not tried: a script is refused.",
  subscription_unread: "Only a superuser may read pg_subscription.",
  mappings_hidden: "Options of user mappings are hidden from this role.",
  manifest_not_json: "it is not JSON",
  manifest_other: "it is not a manifest of a backup",
  checksum_differs: "its checksum does not fit",
  manifest_outside: "it names a file outside of itself",
  manifest_part: "a part of it is missing",
  manifest_size: "it does not tell the size of a file",
  manifest_twice: "it names a file twice",
  manifest_shared: "it names a file of two tables",
  manifest_unknown: "it names a file of a table that it does not describe",
  size_differs: "it has {bytes} bytes instead of {expected}",
  content_differs: "it holds other than {bytes} bytes",
  evidence_index_gone: "The index is gone.",
  evidence_index_there: "The index is still there.",
  evidence_repeated: "It is repeated, which does no harm.",
  evidence_unreadable: "Whether line {line} took effect cannot be read from the catalogs.",
  evidence_database_there: "The database {name} exists.",
  evidence_database_gone: "The database {name} does not exist.",
  evidence_index_unnamed: "The index has no name in the script, so it cannot be told apart.",
  evidence_index_missing: "The index was not made.",
  evidence_index_valid: "The index {name} is there and valid.",
  evidence_index_building: "Process {pid} is building {name}.",
  evidence_index_dropped: "The INVALID index {name} that was left behind was dropped; it is built anew.",
  evidence_detach_unreadable: "Whether the partition was detached cannot be read from the catalogs.",
  evidence_detached: "The partition is detached.",
  evidence_attached: "The partition is still attached.",
  evidence_detach_finished: "The detachment that was left half-way was finished.",
} as const satisfies Record<string, string>;

export type SentenceKey = keyof typeof SENTENCES;

const HOLE = /\{(\w+)\}/g;
const whole = new Map<string, SentenceKey>();
const patterns: { key: SentenceKey; pattern: RegExp }[] = [];

/** What is fixed in a sentence decides which one it is, so those with more of it are tried first. */
const byFixedPart = Object.entries(SENTENCES).sort((a, b) => fixedPart(b[1]) - fixedPart(a[1]));
for (const [name, sentence] of byFixedPart) {
  const key = name as SentenceKey;
  if (!sentence.includes("{")) whole.set(sentence, key);
  else patterns.push({ key, pattern: toPattern(sentence) });
}

/** Which of our sentences a text is, and what stands in its holes; null: other words, such as PostgreSQL's. */
export function readSentence(text: string): { key: SentenceKey; values: Record<string, string> } | null {
  const known = whole.get(text);
  if (known) return { key: known, values: {} };
  for (const { key, pattern } of patterns) {
    const found = pattern.exec(text);
    if (found) return { key, values: { ...found.groups } };
  }
  return null;
}

function fixedPart(sentence: string): number {
  return sentence.replace(HOLE, "").length;
}

/** Split by the hole, every other part is a hole's name. File names have no space, so that few words pass for one. */
function toPattern(sentence: string): RegExp {
  const source = sentence
    .split(HOLE)
    .map((part, index) =>
      index % 2 === 0
        ? part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
        : `(?<${part}>${part === "filename" ? "\\S+?" : "[^]*?"})`,
    );
  return new RegExp(`^${source.join("")}$`);
}
