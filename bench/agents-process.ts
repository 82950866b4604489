/** Agents and customers as a process of their own: takes one job over IPC, answers what was heard, ends. See `agents.ts`. */
import { randomUUID } from "node:crypto";
import { type ClientRequest, get } from "node:http";
import { until } from "../test/support/world/until.ts";
import type { AgentsHeard, AgentsJob } from "./agents.ts";
import { Connection, webhookHead } from "./support/connection.ts";
import { percentile } from "./support/stats.ts";
import { SECRET_HEADER, telegramUpdate, textOf } from "./support/telegram-update.ts";

const CONNECTIONS = 16;
/** Before a customer's number, in the row of their conversation. */
const MARK = Buffer.from('"username":"customer_');
const HELLO = Buffer.from("event: hello");
const QUOTE = 0x22;
const PATIENCE_MS = 20_000;

process.once("message", (job) => {
  run(job as AgentsJob).then(
    (heard) => process.send?.(heard),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

/** One agent's page. */
class Agent {
  isOpen = false;
  private readonly request: ClientRequest;
  private rest = Buffer.alloc(0);

  constructor(port: number, session: string, heard: (conversation: number) => void) {
    const path = `/api/live?desk=true&stream=${randomUUID()}`;
    this.request = get({ port, path, agent: false, headers: { authorization: `Bearer ${session}` } }, (response) => {
      if (response.statusCode !== 200) throw new Error(`a stream was answered ${response.statusCode}`);
      response.on("data", (chunk: Buffer) => this.read(chunk, heard));
    });
  }

  close(): void {
    this.request.on("error", () => undefined);
    this.request.destroy();
  }

  private read(chunk: Buffer, heard: (conversation: number) => void): void {
    const text = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    this.isOpen ||= text.includes(HELLO);
    let from = 0;
    for (let at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, from)) {
      const end = text.indexOf(QUOTE, at + MARK.length);
      if (end < 0) break;
      heard(Number(text.toString("latin1", at + MARK.length, end)));
      from = end;
    }
    this.rest = Buffer.from(text.subarray(Math.max(from, text.length - 64)));
  }
}

/** Whoever waits for one is late, which counts: latency is from the time that a message was due. */
async function freeOne(connections: readonly Connection[]): Promise<Connection> {
  await until(() => connections.some((one) => one.free), PATIENCE_MS, "a webhook to be answered");
  return connections.find((one) => one.free) ?? freeOne(connections);
}

async function run(job: AgentsJob): Promise<AgentsHeard> {
  const { conversations, sessions } = job;
  /** When the last message of a conversation was due, and which it was. */
  const due = new Float64Array(conversations);
  const last = new Int32Array(conversations);
  const latencies: number[] = [];
  const pages = sessions.map((session) => {
    const told = new Int32Array(conversations);
    return new Agent(job.port, session, (conversation) => {
      const message = last[conversation] ?? 0;
      if (message === 0 || told[conversation] === message) return;
      told[conversation] = message;
      latencies.push(performance.now() - (due[conversation] ?? 0));
    });
  });
  await until(() => pages.every(({ isOpen }) => isOpen), PATIENCE_MS, "all streams");

  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => Connection.open(job.target.port)));
  const head = webhookHead(job.target.path, SECRET_HEADER, job.target.secret);
  const total = Math.round(job.perSecond * job.seconds);
  const begin = performance.now() + 50;
  const answers: Promise<void>[] = [];
  for (let index = 0; index < total; index += 1) {
    const dueAt = begin + (index * 1_000) / job.perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())));
    const free = await freeOne(connections);
    const conversation = index % conversations;
    const id = job.firstMessage + index;
    due[conversation] = dueAt;
    last[conversation] = id;
    answers.push(
      free.post(head, telegramUpdate(conversation, id, textOf(conversation, id))).then((status) => {
        if (status !== 200) throw new Error(`a webhook was answered ${status}`);
      }),
    );
  }
  await Promise.all(answers);
  const expected = total * sessions.length;
  // What does not come is counted as lost.
  await until(() => latencies.length >= expected, PATIENCE_MS, "every event").catch(() => undefined);
  for (const page of pages) page.close();
  for (const connection of connections) connection.close();
  const [p50, p95, max] = [0.5, 0.95, 1].map((share) => (sessions.length === 0 ? 0 : percentile(latencies, share)));
  return { sent: total, expected, heard: latencies.length, p50: p50 ?? 0, p95: p95 ?? 0, max: max ?? 0 };
}
