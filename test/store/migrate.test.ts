import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { MigrationError, migrate, type SqlSession } from "../../src/store/migrate.ts";

let pglite: PGlite | undefined;
let folder = "";

beforeAll(async () => {
  pglite = await PGlite.create();
}, 60_000);
afterAll(async () => {
  await pglite?.close();
});
beforeEach(async () => {
  await pglite?.exec("drop schema public cascade; create schema public");
  folder = await mkdtemp(join(tmpdir(), "threadline-migrations-"));
  return () => rm(folder, { recursive: true });
});

const session: SqlSession = {
  exclusive: true,
  run: async (sql) => void (await pglite?.exec(sql)),
  query: async (sql, parameters) => (await pglite?.query<Record<string, unknown>>(sql, [...parameters]))?.rows ?? [],
};
const write = (name: string, sql: string) => writeFile(join(folder, name), sql);
const run = () => migrate(session, pathToFileURL(`${folder}/`));
const tables = async () =>
  (await session.query("select tablename from pg_tables where schemaname = 'public' order by 1", [])).map(
    (row) => row.tablename,
  );

it("runs files in order, each once, and nothing else of the folder", async () => {
  await write("0002-second.sql", "alter table a add column more text; create table b (id int);");
  await write("0001-first.sql", "create table a (id int);");
  await write("notes.txt", "create table c (id int);");
  expect(await run()).toEqual(["0001-first.sql", "0002-second.sql"]);
  expect(await run()).toEqual([]);
  await write("0003-third.sql", "create table d (id int);");
  expect(await run()).toEqual(["0003-third.sql"]);
  expect(await tables()).toEqual(["a", "b", "d", "schema_migrations"]);
});

it("undoes a file that fails as a whole, and keeps those before it", async () => {
  await write("0001-good.sql", "create table a (id int);");
  await write("0002-bad.sql", "create table b (id int); create table b (id int);");
  await expect(run()).rejects.toThrow("already exists");
  expect(await tables()).toEqual(["a", "schema_migrations"]);
  await write("0002-bad.sql", "create table b (id int);");
  expect(await run()).toEqual(["0002-bad.sql"]);
});

it("leaves alone a database of a newer program or of other files, and says which", async () => {
  await write("0001-first.sql", "create table a (\nid int);");
  await write("0002-second.sql", "create table b (id int);");
  await run();
  await write("0001-first.sql", "create table a (\r\nid int);");
  expect(await run()).toEqual([]);
  await write("0001-first.sql", "create table a (id bigint);");
  await expect(run()).rejects.toThrow(/0001-first.sql was changed/);
  await write("0001-first.sql", "create table a (\nid int);");
  await rm(join(folder, "0002-second.sql"));
  await expect(run()).rejects.toThrow(MigrationError);
  await expect(run()).rejects.toThrow(/newer version.*0002-second.sql/);
});
