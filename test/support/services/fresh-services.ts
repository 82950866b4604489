import { randomUUID } from "node:crypto";
import pg from "pg";

/** A database of its own on the PostgreSQL server of the tests, and their Redis. */
export async function freshServices(
  prefix: string,
): Promise<{ readonly databaseUrl: string; readonly redisUrl: string }> {
  const [databaseUrl = "", redisUrl = ""] = [process.env.TEST_DATABASE_URL, process.env.TEST_REDIS_URL];
  const name = `${prefix}_${randomUUID().replaceAll("-", "")}`;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return { databaseUrl: url.href, redisUrl };
}
