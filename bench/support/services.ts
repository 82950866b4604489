import { Redis } from "ioredis";
import pg from "pg";

export interface FreshServices {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Removes both again. */
  drop(): Promise<void>;
}

const REDIS_DATABASES = 16;

/** A database and an empty Redis database of one measurement's own, so that measurements do not feed each other's workers. */
export async function freshServices(): Promise<FreshServices> {
  const { TEST_DATABASE_URL: databaseUrl, TEST_REDIS_URL: redisUrl } = process.env;
  if (!databaseUrl || !redisUrl)
    throw new Error("TEST_DATABASE_URL and TEST_REDIS_URL are missing: `npm run bench` brings them");
  const name = `bench_${process.pid}_${Date.now()}`;
  await administer(databaseUrl, `create database ${name}`);
  const redis = await emptyRedis(redisUrl);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return {
    databaseUrl: url.href,
    redisUrl: redis,
    async drop() {
      await administer(databaseUrl, `drop database if exists ${name} with (force)`);
      const client = new Redis(redis);
      await client.flushdb();
      await client.quit();
    },
  };
}

/** Only a database in which there is nothing is taken, since it is emptied afterwards. */
async function emptyRedis(base: string): Promise<string> {
  for (let number = 1; number < REDIS_DATABASES; number += 1) {
    const url = new URL(base);
    url.pathname = `/${number}`;
    const client = new Redis(url.href);
    const size = await client.dbsize();
    await client.quit();
    if (size === 0) return url.href;
  }
  throw new Error("every database of the Redis server holds something");
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
