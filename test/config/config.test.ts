import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../../src/config/config.ts";
import { loadSecretKey } from "../../src/config/secret-key.ts";

const good = { B24_CLIENT_ID: "app.1", B24_CLIENT_SECRET: "secret" };
const problemOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
};

describe("configuration", () => {
  it("has working defaults for a newcomer", () => {
    expect(readConfig(good)).toMatchObject({
      role: "all",
      port: 8080,
      dataDir: "./data",
      publicUrl: "http://localhost:8080",
      telegramApiUrl: "https://api.telegram.org",
      viberApiUrl: "https://chatapi.viber.com/pa",
      whatsappCloudApiUrl: "https://graph.facebook.com",
      b24: { oauthUrl: "https://oauth.bitrix.info", allowHttp: false },
    });
  });

  it.each([
    ["PORT", { ...good, PORT: "eighty" }],
    ["PORT", { ...good, PORT: "70000" }],
    ["PUBLIC_URL", { ...good, PUBLIC_URL: "chat.example" }],
    ["DATABASE_URL", { ...good, DATABASE_URL: "mysql://x/y" }],
    ["REDIS_URL", { ...good, REDIS_URL: "http://x" }],
    ["SECRET_KEY", { ...good, SECRET_KEY: "short" }],
    ["SECRET_KEY", { ...good, DATABASE_URL: "postgres://u@h/d" }],
    ["B24_CLIENT_ID", { B24_CLIENT_SECRET: "x" }],
    ["B24_CLIENT_SECRET", { B24_CLIENT_ID: "x" }],
    ["B24_OAUTH_URL", { ...good, B24_OAUTH_URL: "http://oauth.example" }],
    ["DATABASE_URL", { ...good, ROLE: "worker", REDIS_URL: "redis://h" }],
    ["REDIS_URL", { ...good, ROLE: "web", DATABASE_URL: "postgres://u@h/d", SECRET_KEY: "k".repeat(32) }],
    ["ROLE", { ...good, ROLE: "both" }],
    ["LOG_LEVEL", { ...good, LOG_LEVEL: "loud" }],
    ["B24_RATE", { ...good, B24_RATE: "fast" }],
    ["B24_RATE", { ...good, B24_RATE: "2/5" }],
    ["B24_RATE", { ...good, B24_RATE: "50/0" }],
  ])("stops and names %s", (variable, env) => {
    expect(problemOf(env as Record<string, string>)).toMatch(new RegExp(`^  ${variable} `, "m"));
  });

  it("takes how often portals may be asked", () => {
    expect(readConfig(good).b24).not.toHaveProperty("rate");
    expect(readConfig({ ...good, B24_RATE: "250/5" }).b24.rate).toEqual({ burst: 250, perSecond: 5 });
  });

  it("never prints the value of a secret", () => {
    expect(problemOf({ ...good, SECRET_KEY: "hunter2" })).not.toContain("hunter2");
  });

  it("treats an empty variable as absent, as compose files write them", () => {
    expect(readConfig({ ...good, DATABASE_URL: "", REDIS_URL: "", SECRET_KEY: "" })).not.toHaveProperty("databaseUrl");
  });
});

describe("secret key", () => {
  it("is made once, kept private, and read again", async () => {
    const dir = await mkdtemp(join(tmpdir(), "threadline-key-"));
    const [first, second] = await Promise.all([
      loadSecretKey(undefined, dir),
      loadSecretKey(undefined, dir).catch(() => undefined),
    ]);
    expect(first.length).toBeGreaterThanOrEqual(32);
    if (second !== undefined) expect(second).toBe(first);
    expect(await loadSecretKey(undefined, dir)).toBe(first);
    expect((await stat(join(dir, "secret.key"))).mode & 0o077).toBe(0);
    expect((await readFile(join(dir, "secret.key"), "utf8")).trim()).toBe(first);
    await writeFile(join(dir, "secret.key"), "x");
    await expect(loadSecretKey(undefined, dir)).rejects.toThrow(/damaged/);
    await rm(dir, { recursive: true });
  });
});
