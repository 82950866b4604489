/** The commands as their users run them: another process, lines in, lines out. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { until } from "../support/world/until.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

function inspect(...args: readonly string[]) {
  const child = spawn("npm", ["run", "-s", "inspect", "--", ...args], { cwd: repository });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said.out += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said.err += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { said, ended, input: child.stdin };
}

test("each line is answered in its place, a bad one with its reason, and the end tells that there was one", async () => {
  const { said, ended, input } = inspect("contacts");
  input.end(
    [
      '\ufeff{"text": "тел 8 916 123-45-67, Ivan@Пример.РФ", "defaultCountry": "RU"}',
      "no json",
      "",
      '{"text": 5}',
      '{"text": "612345678", "defaultCountry": "ES", "more": true}\r',
      '{"text": "8 916 123-45-67", "defaultCountry": "ES", "eightIsSeven": false}',
      '{"text": "\\ud800", "defaultCountry": null}',
    ].join("\n"),
  );
  expect(await ended).toBe(1);
  expect(said.err).toBe("");
  const lines = said.out
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(lines).toEqual([
    { phones: ["+79161234567"], emails: ["ivan@xn--e1afmkfd.xn--p1ai"] },
    { error: "Line 2 is no JSON. Write one JSON object a line." },
    { error: expect.stringMatching(/^Line 4 cannot be read: text: /) },
    { phones: ["+34612345678"], emails: [] },
    { phones: [], emails: [] },
    { phones: [], emails: [] },
  ]);
});

test("an answer comes before the next line is there", async () => {
  const { said, ended, input } = inspect("contacts");
  input.write('{"text": "+79161234567"}\n');
  await until(() => said.out.endsWith("\n"), 15_000, "the first answer");
  expect(said.out).toBe('{"phones":["+79161234567"],"emails":[]}\n');
  input.end('{"text": ""}');
  expect(await ended).toBe(0);
  expect(said.out).toBe('{"phones":["+79161234567"],"emails":[]}\n{"phones":[],"emails":[]}\n');
});

test("mails are read file by file; one that cannot be read says so in its place", async () => {
  const folder = mkdtempSync(join(tmpdir(), "inspect-"));
  const file = join(folder, "one.eml");
  writeFileSync(
    file,
    "From: Anna <Anna@Customer.Example>\nMessage-ID: <1@customer.example>\nSubject: Price\n\nHow much?\n",
  );
  const { said, ended, input } = inspect("mail", file, join(folder, "none.eml"), file);
  input.end();
  expect(await ended).toBe(1);
  const answer = {
    messageId: "<1@customer.example>",
    from: "anna@customer.example",
    subject: "Price",
    visible: "How much?",
    folded: "",
    class: "human",
    mayCreateLead: true,
    mayAutoAnswer: true,
    failedRecipients: [],
    originalMessageId: null,
    attachments: [],
  };
  const lines = said.out
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(lines).toEqual([answer, { error: expect.stringContaining("none.eml") }, answer]);
  rmSync(folder, { recursive: true });
});

test("mail without a file is told how to name one", async () => {
  const { said, ended, input } = inspect("mail");
  input.end();
  expect(await ended).toBe(2);
  expect(said.out).toBe("");
  expect(said.err).toContain("mail FILE");
});

test("an unknown command is told what there is, and nothing stands on stdout", async () => {
  for (const args of [["nothing"], []]) {
    const { said, ended, input } = inspect(...args);
    input.end();
    expect(await ended).toBe(2);
    expect(said.out).toBe("");
    expect(said.err).toContain("contacts < lines.jsonl");
  }
});

test("threads: lists of places for each question, and a question that cannot be read is told why", async () => {
  const { said, ended, input } = inspect("threads");
  const mails = [
    {
      messageId: "<1@x.example>",
      from: "ann@x.example",
      to: "us@firm.example",
      subject: "A",
      date: "2026-05-01T09:00:00Z",
    },
    {
      messageId: "<2@x.example>",
      from: "us@firm.example",
      to: "boss@firm.example",
      inReplyTo: "<1@x.example>",
      body: null,
    },
    {
      messageId: "<1@X.example>",
      from: "Ann <ann@x.example>",
      cc: ["us@firm.example"],
      subject: "[l] A",
      mailbox: "b",
    },
  ];
  input.end(
    [
      JSON.stringify({ own: { domains: ["firm.example"] }, mails }),
      '{"own": {}, "mails": []}',
      '{"own": {}, "mails": [{"from": 5}]}',
      '{"own": {"domains": "firm.example"}}',
      "[",
    ].join("\n"),
  );
  expect(await ended).toBe(1);
  expect(said.err).toBe("");
  expect(
    said.out
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([
    { messages: [[0, 2], [1]], threads: [[0, 1, 2]], activities: [[0, 2]] },
    { messages: [], threads: [], activities: [] },
    { error: expect.stringMatching(/^Line 3 cannot be read: mails\.0\.from: /) },
    { error: expect.stringMatching(/^Line 4 cannot be read: own\.domains: .*; mails: /) },
    { error: "Line 5 is no JSON. Write one JSON object a line." },
  ]);
});
