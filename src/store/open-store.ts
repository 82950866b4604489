import { join } from "node:path";
import { sql } from "kysely";
import type { Logger } from "pino";
import { createAccountRepository } from "./accounts.ts";
import { createBccRepository } from "./bcc.ts";
import { createBotRepository } from "./bots.ts";
import { createCannedFolderRepository } from "./canned-folders.ts";
import { createCannedReplyRepository } from "./canned-replies.ts";
import { createChannelStateRepository } from "./channel-state.ts";
import type { Store } from "./contract.ts";
import { createConversationRepository } from "./conversations.ts";
import { type Database, openPglite, openPostgres } from "./database.ts";
import { createDecisionRepository } from "./decisions.ts";
import { createDeskRepository } from "./desk.ts";
import { lockFolder } from "./folder-lock.ts";
import { createGrantRepository } from "./grants.ts";
import { createHealthRepository } from "./health.ts";
import { createInvitationRepository } from "./invitations.ts";
import { createJournalRepository } from "./journal.ts";
import { createLaneRepository } from "./lanes.ts";
import { createLineSaveRepository } from "./line-saves.ts";
import { createLineVoteRepository } from "./line-votes.ts";
import { createLockRepository, createNonceRepository } from "./locks.ts";
import { createMailRepository } from "./mails.ts";
import { createMediaRepository } from "./media.ts";
import { createMessageRepository } from "./messages.ts";
import { migrate, type SqlSession } from "./migrate.ts";
import { createNoteRepository } from "./notes.ts";
import { createOwnLineRepository } from "./own-lines.ts";
import { createPersonRepository } from "./people.ts";
import { createPlannedRepository } from "./planned.ts";
import { createPortalRepository } from "./portals.ts";
import { createProviderRepository } from "./providers.ts";
import { createReportRepository } from "./reports/reports.ts";
import { createRobotRepository } from "./robot-calls.ts";
import { createRulesetRepository } from "./rulesets.ts";
import { createSecrets } from "./secrets.ts";
import { createSignatureRepository } from "./signatures.ts";
import { createThreadRepository } from "./threads.ts";
import { createTrackRepository } from "./tracks.ts";
import { createTriggerRepository } from "./triggers.ts";
import { createUnsubscriptionRepository } from "./unsubscriptions.ts";
import { createUserRepository } from "./users.ts";
import { createWishRepository } from "./wishes.ts";
import { createWriterRepository } from "./writers.ts";

export interface StoreOptions {
  /** A PostgreSQL server; absent = PGlite in the data folder. */
  readonly databaseUrl?: string | undefined;
  /** PGlite lives in `pglite/` below it. `memory://` keeps nothing: for tests. */
  readonly dataDir: string;
  /** In memory alone: begins as this copy of a database (`dumpDataDir`), which is quicker than making one. */
  readonly copyOf?: Blob | undefined;
  readonly secretKey: string;
  readonly log: Logger;
  /** Connections to PostgreSQL of this process. Default 10. */
  readonly connections?: number | undefined;
}

/**
 * What a server does by itself and PGlite does not: rows updated or deleted leave their old versions behind. Small tables
 * are left alone: nothing is gained there, and a vacuum would teach the planner that they are small.
 */
async function tidyUp(session: SqlSession): Promise<void> {
  const large = await session.query(
    "select relname from pg_stat_user_tables where pg_relation_size(relid) > 8 * 1024 * 1024",
    [],
  );
  for (const { relname } of large) await session.run(`vacuum "${String(relname)}"`);
}

const IN_MEMORY = "memory://";

/**
 * Opens the store with its schema brought up to date.
 * - Killed at any moment and started again: on PGlite nothing acknowledged is missing (a power cut is another matter:
 *   it never calls fsync), and leases of the dead process are free at once.
 * - A second process on the same folder: refused, before it has touched a file of the database.
 * - PostgreSQL away: opening fails with `StoreUnavailable`; once open, each call does, until it is back.
 * @throws Error naming the folder when another process has it; MigrationError; StoreUnavailable.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { log } = options;
  if (options.databaseUrl !== undefined) {
    const database = openPostgres({
      url: options.databaseUrl,
      connections: options.connections ?? 10,
      onConnectionError: (error) => log.warn({ err: error }, "A database connection broke; a new one will be made"),
    });
    return finishOpening(database, options, database.close);
  }
  if (options.dataDir === IN_MEMORY) {
    const database = await openPglite(undefined, options.copyOf);
    return finishOpening(database, options, database.close);
  }
  const folder = await lockFolder(options.dataDir);
  try {
    const database = await openPglite(join(options.dataDir, "pglite"));
    const store = await finishOpening(database, options, async () => {
      await database.close();
      await folder.release();
    });
    try {
      // Nobody else can be at this folder: whoever held leases and locks is dead.
      await store.lanes.retireAll();
      await store.locks.releaseAll();
      await database.withSession(tidyUp);
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  } catch (error) {
    await folder.release();
    throw error;
  }
}

async function finishOpening(database: Database, options: StoreOptions, close: () => Promise<void>): Promise<Store> {
  try {
    const files = await database.withSession((session) => migrate(session));
    if (files.length > 0) options.log.info({ files }, "Database schema brought up to date");
  } catch (error) {
    await database.close();
    throw error;
  }
  const { db } = database;
  const secrets = createSecrets(options.secretKey);
  return {
    portals: createPortalRepository(db, secrets),
    users: createUserRepository(db, secrets),
    accounts: createAccountRepository(db, secrets),
    conversations: createConversationRepository(db),
    desk: createDeskRepository(db),
    messages: createMessageRepository(db),
    mails: createMailRepository(db),
    bcc: createBccRepository(db, secrets),
    notes: createNoteRepository(db),
    threads: createThreadRepository(db),
    cannedReplies: createCannedReplyRepository(db),
    cannedFolders: createCannedFolderRepository(db),
    planned: createPlannedRepository(db),
    signatures: createSignatureRepository(db),
    tracks: createTrackRepository(db),
    unsubscriptions: createUnsubscriptionRepository(db),
    wishes: createWishRepository(db),
    journal: createJournalRepository(db),
    media: createMediaRepository(db),
    lanes: createLaneRepository(db, secrets),
    locks: createLockRepository(db),
    nonces: createNonceRepository(db),
    channelState: createChannelStateRepository(db, secrets),
    grants: createGrantRepository(db, secrets),
    invitations: createInvitationRepository(db),
    health: createHealthRepository(db),
    people: createPersonRepository(db),
    providers: createProviderRepository(db),
    rulesets: createRulesetRepository(db),
    decisions: createDecisionRepository(db),
    lineSaves: createLineSaveRepository(db),
    ownLines: createOwnLineRepository(db),
    lineVotes: createLineVoteRepository(db),
    reports: createReportRepository(db),
    bots: createBotRepository(db, secrets),
    robots: createRobotRepository(db, secrets),
    triggers: createTriggerRepository(db),
    writers: createWriterRepository(db),
    async ping() {
      await sql`select 1`.execute(db);
    },
    close,
  };
}
