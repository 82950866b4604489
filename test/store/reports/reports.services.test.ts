import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll } from "vitest";
import { openPostgres } from "../../../src/store/database.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { reportBattery } from "./battery.ts";

const base = process.env.TEST_DATABASE_URL ?? "";
const name = `threadline_test_${randomUUID().replaceAll("-", "")}`;

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: base });
  await client.connect();
  await client.query(statement);
  await client.end();
}

reportBattery(
  "PostgreSQL",
  async () => {
    await administer(`create database ${name}`);
    const url = new URL(base);
    url.pathname = `/${name}`;
    const database = openPostgres({ url: url.href, connections: 6, onConnectionError: () => undefined });
    await database.withSession(migrate);
    return database;
  },
  5,
);
// After the battery's own end.
afterAll(() => administer(`drop database if exists ${name} with (force)`));
