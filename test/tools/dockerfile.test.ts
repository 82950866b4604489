import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CLOSE_MS } from "../../src/relay/sessions/session-host.ts";
import { readArgument, readCommand, readCopy, readDockerfile, readDockerignore } from "../../tools/dockerfile.ts";

const text = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

test("the Dockerfile is understood and never runs as root", () => {
  const last = readDockerfile(text("Dockerfile")).at(-1)?.instructions ?? [];
  const user = last.findLast(({ name }) => name === "USER");
  expect(user?.rest).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(last.filter(({ name }) => name === "CMD").map(({ rest }) => readCommand(rest))).toEqual([
    ["node", "src/main.ts"],
  ]);
  expect(last.some(({ name, rest }) => name === "HEALTHCHECK" && rest.includes("/healthz"))).toBe(true);
});

test("the image has a browser only when it is asked for, at the path that the server is told", () => {
  const last = readDockerfile(text("Dockerfile")).at(-1)?.instructions ?? [];
  const [argument] = last.flatMap(({ name, rest }) => (name === "ARG" ? [readArgument(rest)] : []));
  expect(argument).toEqual(["CHROMIUM", "no"]);
  const install = last.find(({ name, rest }) => name === "RUN" && rest.includes("chromium"));
  expect(install?.rest).toMatch(/^if \[ "\$CHROMIUM" = yes \]; then .*--no-install-recommends chromium .*; fi$/);
  expect(last.some(({ name, rest }) => name === "ENV" && rest === "CHROMIUM_PATH=/usr/bin/chromium")).toBe(true);
  expect(text("compose.chromium.yaml")).toMatch(/CHROMIUM: "yes"/);
});

test("the installation waits longer for a stopping worker than its connections may take", () => {
  const worker =
    text("compose.yaml")
      .split(/^ {2}worker:$/m)[1]
      ?.split(/^ {2}\w+:$/m)[0] ?? "";
  const seconds = Number(/^ {4}stop_grace_period: (\d+)s$/m.exec(worker)?.[1]);
  expect(seconds * 1_000).toBeGreaterThanOrEqual(2 * CLOSE_MS);
});

test("every copied path is left in the build context", () => {
  const staysIn = readDockerignore(text(".dockerignore"));
  const copies = readDockerfile(text("Dockerfile"))
    .flatMap((stage) => stage.instructions)
    .filter(({ name }) => name === "COPY")
    .map(({ rest }) => readCopy(rest))
    .filter(({ stage }) => stage === undefined)
    .flatMap(({ sources }) => sources)
    .filter((source) => source !== ".");
  expect(copies.length).toBeGreaterThan(3);
  expect(copies.filter((source) => !staysIn(source))).toEqual([]);
});

test("secrets, data and tests stay out of the build context", () => {
  const staysIn = readDockerignore(text(".dockerignore"));
  const out = [
    ".env",
    ".git/config",
    "data/pglite/PG_VERSION",
    "node_modules/zod/index.js",
    "test/a.test.ts",
    "dist/x",
  ];
  expect(out.filter(staysIn)).toEqual([]);
  expect(staysIn("src/main.ts")).toBe(true);
});

test("an instruction that is not understood is refused, not skipped", () => {
  expect(() => readDockerfile("FROM node\nADD a b\n")).toThrow("ADD");
  expect(() => readCommand("node src/main.ts")).toThrow("list form");
  expect(() => readCopy("--chown=1000 a b")).toThrow("--chown");
  expect(() => readArgument("VERSION")).toThrow("default");
});

test("continued lines, comments and stages are read", () => {
  const stages = readDockerfile("# x\nFROM node AS one\nRUN a \\\n  b\nFROM node\nCOPY --from=one /a ./b\n");
  expect(stages.map(({ name }) => name)).toEqual(["one", "1"]);
  expect(stages[0]?.instructions[0]?.rest).toMatch(/^a +b$/);
  expect(readCopy(stages[1]?.instructions[0]?.rest ?? "")).toEqual({ stage: "one", sources: ["/a"], target: "./b" });
});
