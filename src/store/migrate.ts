import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

/** One database session that can run several statements in one text. */
export interface SqlSession {
  run(sql: string): Promise<void>;
  query(sql: string, parameters: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Other processes may be at the same database now. */
  readonly exclusive: boolean;
}

/** The database is not what this program can work with; waiting does not help. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/** Any constant that nobody else uses for an advisory lock in this database. */
const LOCK = 7_311_480_221_905_364;
const FOLDER = new URL("../../migrations/", import.meta.url);

/**
 * Brings the schema up to date: the files of `migrations/`, in the order of their names, each once and in a transaction
 * of its own. Forward only. A crash leaves whole files done and the rest to the next start; two processes starting at
 * once wait for each other; a database made by a newer program, or by other files of the same names, is left alone.
 * @returns the names of the files that were run.
 * @throws MigrationError
 */
export async function migrate(session: SqlSession, folder: URL = FOLDER): Promise<readonly string[]> {
  const files = await readMigrations(folder);
  if (session.exclusive) await session.query("select pg_advisory_lock($1::bigint)", [LOCK]);
  await session.run(
    "create table if not exists schema_migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())",
  );
  const applied = await session.query("select name, checksum from schema_migrations order by name", []);
  for (const row of applied) {
    const file = files.find((candidate) => candidate.name === row.name);
    if (!file)
      throw new MigrationError(
        `The database was made by a newer version of this program (it has ${String(row.name)}): start that version`,
      );
    if (file.checksum !== row.checksum) {
      throw new MigrationError(
        `The migration ${file.name} was changed after it had run in this database: restore the file, and put the change into a new one`,
      );
    }
  }
  const done = new Set(applied.map((row) => row.name));
  const pending = files.filter((file) => !done.has(file.name));
  for (const file of pending) {
    await session.run("begin");
    try {
      await session.run(file.sql);
      await session.query("insert into schema_migrations (name, checksum) values ($1, $2)", [file.name, file.checksum]);
      await session.run("commit");
    } catch (error) {
      await session.run("rollback");
      throw error;
    }
  }
  if (session.exclusive) await session.query("select pg_advisory_unlock($1::bigint)", [LOCK]);
  return pending.map((file) => file.name);
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      // A checkout may have changed the line ends; that is no change of the migration.
      const sql = (await readFile(new URL(name, folder), "utf8")).replaceAll("\r\n", "\n");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}
