import { randomUUID } from "node:crypto";
import pg from "pg";

/** A database of its own on the tests' server; `name` begins its name. */
export async function freshDatabase(name: string): Promise<string> {
  const { TEST_DATABASE_URL: databaseUrl = "" } = process.env;
  const database = `${name}_${randomUUID().replaceAll("-", "")}`;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`create database ${database}`);
  await client.end();
  const url = new URL(databaseUrl);
  url.pathname = `/${database}`;
  return url.href;
}
