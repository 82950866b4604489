import { PGlite, types as pgliteTypes } from "@electric-sql/pglite";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  Kysely,
  PGliteDialect,
  PostgresDialect,
} from "kysely";
import { Pool, types as pgTypes } from "pg";
import { cleanText } from "./clean.ts";
import { translateError } from "./errors.ts";
import { createFairGate, type FairGate } from "./fair-gate.ts";
import type { SqlSession } from "./migrate.ts";
import type { Schema } from "./schema.ts";

/** An open database, whichever it is: the same dialect, the same types, the same errors. */
export interface Database {
  readonly db: Kysely<Schema>;
  /** One session for the migrator, which needs several statements in one text. */
  withSession<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * PGlite in a folder, or in memory for `undefined`. It writes without fsync: what it acknowledged survives the death of
 * the process at any moment, but not a power cut. All statements run one after another on the event loop.
 */
export async function openPglite(folder: string | undefined, copyOf?: Blob): Promise<Database> {
  const pglite = await PGlite.create({
    ...(folder !== undefined && { dataDir: folder }),
    ...(copyOf !== undefined && { loadDataDir: copyOf }),
    parsers: { [pgliteTypes.INT8]: Number },
  });
  return {
    db: new Kysely<Schema>({ dialect: guarded(new PGliteDialect({ pglite }), 1) }),
    withSession: (work) =>
      work({
        exclusive: false,
        run: async (sql) => void (await pglite.exec(sql)),
        query: async (sql, parameters) => (await pglite.query<Record<string, unknown>>(sql, [...parameters])).rows,
      }),
    close: async () => {
      if (!pglite.closed) await pglite.close();
    },
  };
}

export interface PostgresOptions {
  readonly url: string;
  /** Connections of this process. */
  readonly connections: number;
  /** A connection broke. The pool makes a new one; the operator may want to know. */
  readonly onConnectionError: (error: Error) => void;
}

/**
 * A PostgreSQL server. Waits are bounded, so that a dead network becomes `StoreUnavailable` and not a hang: 5 s for a
 * connection, 30 s for a statement.
 */
export function openPostgres(options: PostgresOptions): Database {
  const settings = {
    connectionString: options.url,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: "threadline",
  };
  const pool = new Pool({
    ...settings,
    max: options.connections,
    statement_timeout: 30_000,
    query_timeout: 35_000,
    idle_in_transaction_session_timeout: 60_000,
    types: {
      getTypeParser: (oid, format) => (oid === pgTypes.builtins.INT8 ? Number : pgTypes.getTypeParser(oid, format)),
    },
  });
  pool.on("error", options.onConnectionError);
  // A connection that breaks while it is lent out tells so on itself, beside failing its statement: unheard, that ends
  // the process.
  pool.on("connect", (client) => client.on("error", options.onConnectionError));
  const db = new Kysely<Schema>({ dialect: guarded(new PostgresDialect({ pool }), options.connections) });
  return {
    db,
    withSession: async (work) => {
      try {
        const client = await pool.connect();
        try {
          await client.query("set statement_timeout = 0");
          return await work({
            exclusive: true,
            run: async (sql) => void (await client.query(sql)),
            query: async (sql, parameters) => (await client.query<Record<string, unknown>>(sql, [...parameters])).rows,
          });
        } finally {
          // Not given back: its settings and the locks of its session go with it.
          client.release(true);
        }
      } catch (error) {
        throw translateError(error);
      }
    },
    close: () => db.destroy(),
  };
}

/** A dialect whose statements never fail for a NUL in a parameter, whose errors are ours, and whose connections go round fairly. */
function guarded(dialect: Dialect, permits: number): Dialect {
  return {
    createAdapter: () => manyAtOnce(dialect.createAdapter()),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createDriver: () => guardedDriver(dialect.createDriver(), createFairGate(permits)),
  };
}

/**
 * An adapter of several connections, also where there is one: the query builder would otherwise put a queue of its own
 * before the gate, first come, first served, in which every statement wakes all that wait.
 */
function manyAtOnce(adapter: DialectAdapter): DialectAdapter {
  return Object.defineProperty(adapter, "supportsMultipleConnections", { value: true });
}

function guardedDriver(driver: Driver, gate: FairGate): Driver {
  const guardedOf = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const plainOf = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const leaving = new Map<DatabaseConnection, () => void>();
  const plain = (connection: DatabaseConnection) => plainOf.get(connection) ?? connection;
  return {
    init: (options) => driver.init(options),
    destroy: (options) => driver.destroy(options),
    async acquireConnection(options) {
      const leave = await gate.enter();
      const connection = await translated(driver.acquireConnection(options)).catch((error: unknown) => {
        leave();
        throw error;
      });
      leaving.set(plain(connection), leave);
      let wrapped = guardedOf.get(connection);
      if (wrapped === undefined) {
        wrapped = guardedConnection(connection);
        guardedOf.set(connection, wrapped);
        plainOf.set(wrapped, connection);
      }
      return wrapped;
    },
    async releaseConnection(connection, options) {
      const leave = leaving.get(plain(connection));
      leaving.delete(plain(connection));
      try {
        await driver.releaseConnection(plain(connection), options);
      } finally {
        leave?.();
      }
    },
    beginTransaction: (connection, settings) => translated(driver.beginTransaction(plain(connection), settings)),
    commitTransaction: (connection) => translated(driver.commitTransaction(plain(connection))),
    rollbackTransaction: (connection) => translated(driver.rollbackTransaction(plain(connection))),
  };
}

function guardedConnection(connection: DatabaseConnection): DatabaseConnection {
  return {
    executeQuery: <R>(query: CompiledQuery) =>
      translated(connection.executeQuery<R>({ ...query, parameters: query.parameters.map(cleanParameter) })),
    streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
  };
}

function cleanParameter(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanParameter);
  return value;
}

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw translateError(error);
  }
}
