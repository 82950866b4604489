import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { pino } from "pino";
import { afterAll, beforeAll } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { storeBattery } from "../contract/store.ts";

const base = process.env.TEST_DATABASE_URL ?? "";
const name = `threadline_test_${randomUUID().replaceAll("-", "")}`;

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: base });
  await client.connect();
  await client.query(statement);
  await client.end();
}

beforeAll(() => administer(`create database ${name}`));
afterAll(() => administer(`drop database if exists ${name} with (force)`));

function url(): string {
  const parsed = new URL(base);
  parsed.pathname = `/${name}`;
  return parsed.href;
}

storeBattery("PostgreSQL", () => openStore({ databaseUrl: url(), dataDir: "unused", secretKey: "k".repeat(32), log: pino({ level: "silent" }) }));
