/**
 * Breaks every import rule once, in a scratch tree, and fails when a rule stays silent. A rule without a case here fails
 * too: a boundary that nobody has seen bite is a comment.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { afterAll, beforeAll, expect, test } from "vitest";

interface Case {
  readonly from: string;
  /** A file of the tree, or the name of a package. */
  readonly to: string;
  /** Rules that must fire on this import, all of them and no other. */
  readonly rules: readonly string[];
  readonly typeOnly?: boolean;
}

const relative = (from: string, to: string): string => {
  const up = from
    .split("/")
    .slice(1)
    .map(() => "..");
  return up.length === 0 ? `./${to}` : `${up.join("/")}/${to}`;
};

const refused: readonly Case[] = [
  { from: "src/domain/a.ts", to: "src/rules/target.ts", rules: ["domain-imports-nothing"] },
  { from: "src/domain/b.ts", to: "zod", rules: ["domain-imports-nothing"] },
  { from: "src/domain/c.ts", to: "node:fs", rules: ["domain-imports-nothing"] },
  { from: "src/rules/a.ts", to: "src/relay/target.ts", rules: ["rules-see-domain-only"] },
  { from: "src/rules/b.ts", to: "pino", rules: ["rules-see-domain-only"] },
  { from: "src/sentences/a.ts", to: "src/relay/target.ts", rules: ["sentences-see-domain-only"] },
  { from: "src/mail/a.ts", to: "src/relay/target.ts", rules: ["mail-sees-domain-only"] },
  { from: "src/mail/c.ts", to: "src/rules/target.ts", rules: ["mail-sees-domain-only"] },
  { from: "src/mail/b.ts", to: "src/channels/contract.ts", rules: ["mail-sees-domain-only"], typeOnly: true },
  { from: "src/store/contract.ts", to: "src/store/postgres/target.ts", rules: ["contracts-see-domain-only"] },
  { from: "src/store/contract/a.ts", to: "src/store/postgres/target.ts", rules: ["contracts-see-domain-only"] },
  { from: "src/channels/viber/a.ts", to: "src/channels/telegram/target.ts", rules: ["channel-sees-its-contract-only"] },
  { from: "src/channels/viber/b.ts", to: "src/portal/contract.ts", rules: ["channel-sees-its-contract-only"] },
  {
    from: "src/channels/viber/c.ts",
    to: "src/store/contract.ts",
    rules: ["channel-sees-its-contract-only"],
    typeOnly: true,
  },
  { from: "src/channels/viber/d.ts", to: "src/relay/target.ts", rules: ["channel-sees-its-contract-only"] },
  { from: "src/channels/viber/e.ts", to: "src/dispatch/contract.ts", rules: ["channel-sees-its-contract-only"] },
  {
    from: "src/channels/shared/a.ts",
    to: "src/channels/telegram/target.ts",
    rules: ["channels-shared-sees-no-channel"],
  },
  { from: "src/channels/registry.ts", to: "src/relay/target.ts", rules: ["registry-lists-channels-only"] },
  { from: "src/relay/a.ts", to: "src/store/postgres/target.ts", rules: ["relay-sees-contracts-only"] },
  {
    from: "src/relay/b.ts",
    to: "src/channels/telegram/target.ts",
    rules: ["relay-sees-contracts-only"],
    typeOnly: true,
  },
  { from: "src/relay/c.ts", to: "src/portal/client.ts", rules: ["relay-sees-contracts-only"] },
  { from: "src/relay/e.ts", to: "src/log/target.ts", rules: ["relay-is-handed-its-log"] },
  { from: "src/pacing/a.ts", to: "src/channels/telegram/target.ts", rules: ["pacing-sees-its-contract-only"] },
  { from: "src/pacing/b.ts", to: "src/dispatch/contract.ts", rules: ["pacing-sees-its-contract-only"] },
  { from: "src/pacing/turns.ts", to: "ioredis", rules: ["redis-in-dispatch-and-limiters-only"] },
  { from: "src/media/a.ts", to: "src/store/postgres/target.ts", rules: ["implementations-meet-in-main-only"] },
  { from: "src/portal/a.ts", to: "src/store/postgres/target.ts", rules: ["implementations-meet-in-main-only"] },
  { from: "src/store/a.ts", to: "src/portal/client.ts", rules: ["implementations-meet-in-main-only"] },
  { from: "src/dispatch/a.ts", to: "src/relay/target.ts", rules: ["implementations-meet-in-main-only"] },
  { from: "handlers/a.ts", to: "src/store/postgres/target.ts", rules: ["handlers-see-no-store"] },
  { from: "handlers/b.ts", to: "kysely", rules: ["sql-in-store-only"] },
  { from: "handlers/c.ts", to: "src/channels/telegram/target.ts", rules: ["handlers-see-no-channel-inside"] },
  { from: "placements/deal-tab/a.ts", to: "src/relay/target.ts", rules: ["placements-see-api-types-only"] },
  { from: "placements/deal-tab/b.ts", to: "handlers/target.ts", rules: ["placements-see-api-types-only"] },
  { from: "placements/deal-tab/page.vue", to: "src/relay/target.ts", rules: ["placements-see-api-types-only"] },
  { from: "placements/deal-tab/c.ts", to: "src/api/types.ts", rules: ["placements-take-types-not-code"] },
  { from: "src/api/a.ts", to: "src/store/contract.ts", rules: ["api-types-are-for-pages"], typeOnly: true },
  { from: "src/server/a.ts", to: "pg", rules: ["sql-in-store-only"] },
  { from: "src/relay/d.ts", to: "@electric-sql/pglite", rules: ["sql-in-store-only"] },
  { from: "src/server/b.ts", to: "ioredis", rules: ["redis-in-dispatch-and-limiters-only"] },
  { from: "src/store/b.ts", to: "bullmq", rules: ["redis-in-dispatch-and-limiters-only"] },
  { from: "src/portal/b.ts", to: "ioredis", rules: ["redis-in-dispatch-and-limiters-only"] },
  { from: "src/server/c.ts", to: "@bitrix24/b24jssdk", rules: ["portal-sdk-in-portal-only"] },
  { from: "handlers/d.ts", to: "src/main.ts", rules: ["main-is-the-top"] },
  { from: "handlers/e.ts", to: "src/main/target.ts", rules: ["main-is-the-top"] },
  { from: "src/server/d.ts", to: "handlers/target.ts", rules: ["src-sees-no-handlers"] },
  { from: "src/server/e.ts", to: "test/target.ts", rules: ["product-sees-no-test"] },
  {
    from: "placements/deal-tab/d.ts",
    to: "test/target.ts",
    rules: ["placements-see-api-types-only", "product-sees-no-test"],
  },
  { from: "src/server/f.ts", to: "nock", rules: ["server-sees-no-dev-dependency"] },
  { from: "src/server/g.ts", to: "src/server/missing.ts", rules: ["no-unresolved"] },
  { from: "src/server/ring-a.ts", to: "src/server/ring-b.ts", rules: ["no-cycles"] },
];

/** The other half of a ring: dependency-cruiser reports a cycle once. */
const scenery: readonly Case[] = [{ from: "src/server/ring-b.ts", to: "src/server/ring-a.ts", rules: [] }];

const welcome: readonly Case[] = [
  { from: "src/domain/z.ts", to: "src/domain/target.ts", rules: [] },
  { from: "src/rules/z.ts", to: "zod", rules: [] },
  { from: "src/channels/viber/y.ts", to: "src/channels/viber/target.ts", rules: [] },
  { from: "src/channels/viber/z.ts", to: "src/channels/shared/target.ts", rules: [] },
  { from: "src/channels/contract.ts", to: "src/domain/target.ts", rules: [] },
  { from: "src/channels/z/z.ts", to: "src/channels/contract/events.ts", rules: [] },
  { from: "src/channels/contract/events.ts", to: "src/domain/target.ts", rules: [] },
  { from: "src/mail/y.ts", to: "src/domain/target.ts", rules: [] },
  { from: "src/mail/z.ts", to: "zod", rules: [] },
  { from: "src/mail/x.ts", to: "src/rules/contacts/target.ts", rules: [] },
  { from: "src/relay/y.ts", to: "src/store/contract.ts", rules: [] },
  { from: "src/relay/v.ts", to: "src/store/contract/target.ts", rules: [] },
  { from: "src/relay/w.ts", to: "src/media/contract.ts", rules: [] },
  { from: "src/relay/x.ts", to: "src/log/target.ts", rules: [], typeOnly: true },
  { from: "src/relay/z.ts", to: "src/channels/contract.ts", rules: [] },
  { from: "handlers/z.ts", to: "src/store/contract.ts", rules: [], typeOnly: true },
  { from: "handlers/y.ts", to: "src/store/contract/target.ts", rules: [], typeOnly: true },
  { from: "placements/deal-tab/z.ts", to: "src/api/types.ts", rules: [], typeOnly: true },
  { from: "src/store/z.ts", to: "kysely", rules: [] },
  { from: "src/portal/limiter-redis.ts", to: "ioredis", rules: [] },
  { from: "src/pacing/redis.ts", to: "ioredis", rules: [] },
  { from: "src/pacing/z.ts", to: "src/channels/contract.ts", rules: [] },
  { from: "src/main.ts", to: "src/store/postgres/target.ts", rules: [] },
  { from: "src/main/a.ts", to: "src/store/postgres/target.ts", rules: [] },
  { from: "src/main/b.ts", to: "handlers/target.ts", rules: [] },
  { from: "test/z.ts", to: "src/main.ts", rules: [] },
];

const packages = ["zod", "pino", "kysely", "pg", "@electric-sql/pglite", "ioredis", "bullmq", "@bitrix24/b24jssdk"];
const cases = [...refused, ...welcome, ...scenery];
let root: string;
let fired: Map<string, string[]>;
let configured: string[];

function put(path: string, content: string): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
}

function isFile(target: string): boolean {
  return /[.]ts$/.test(target);
}

function plantTree(): void {
  const from = new Set(cases.map((each) => each.from));
  for (const { to } of cases) {
    if (isFile(to) && !from.has(to) && !to.includes("missing")) put(to, "export const target = 1;\n");
  }
  for (const each of cases) {
    const specifier = isFile(each.to) ? relative(each.from, each.to) : each.to;
    const line = `import ${each.typeOnly === true ? "type " : ""}{ target } from "${specifier}";`;
    const body = `${line}\nexport const used = ${each.typeOnly === true ? "0 as unknown as typeof target" : "target"};\n`;
    put(each.from, each.from.endsWith(".vue") ? `<script setup lang="ts">\n${body}</script>\n` : body);
  }
  for (const name of [...packages, "nock"]) {
    put(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
    put(`node_modules/${name}/index.js`, "exports.target = 1;\n");
  }
  const versions = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, "1.0.0"]));
  put("package.json", JSON.stringify({ dependencies: versions(packages), devDependencies: versions(["nock"]) }));
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "boundaries-"));
  plantTree();
  const config = createRequire(import.meta.url)("../../.dependency-cruiser.cjs");
  configured = config.forbidden.map((rule: { name: string }) => rule.name);
  const result = await cruise(["src", "handlers", "placements", "test"], {
    ...config.options,
    ruleSet: { forbidden: config.forbidden },
    validate: true,
    baseDir: root,
  });
  const { summary } = result.output as ICruiseResult;
  fired = new Map();
  for (const violation of summary.violations) {
    fired.set(violation.from, [...(fired.get(violation.from) ?? []), violation.rule.name]);
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each(refused)("$from may not import $to", ({ from, rules }) => {
  expect(fired.get(from)?.sort()).toEqual([...rules].sort());
});

test.each(welcome)("$from may import $to", ({ from }) => {
  expect(fired.get(from) ?? []).toEqual([]);
});

test("every configured rule has been seen to bite", () => {
  expect(new Set(refused.flatMap((each) => each.rules))).toEqual(new Set(configured));
});
