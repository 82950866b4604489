/** An agent's page as far as its hearing goes: the page's one stream, and the messages that it asks for when it hears of some. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { until } from "../../test/support/world/until.ts";

const messages = z.array(z.object({ text: z.string() }));
const event = z.object({ conversation: z.string() });

export class Surface {
  /** When each text stood on the page, milliseconds since 1970. */
  readonly shownAt = new Map<string, number>();
  private readonly base: string;
  private readonly session: string;
  private readonly abort = new AbortController();
  private isOpen = false;
  private readonly looks: Promise<void>[] = [];
  private hearing: Promise<void> = Promise.resolve();

  constructor(base: string, session: string) {
    this.base = base;
    this.session = session;
  }

  /** Looks at these conversations from now on. */
  async open(conversations: readonly string[]): Promise<void> {
    const query = new URLSearchParams({ stream: randomUUID(), looking: conversations.join(",") });
    const stream = await this.ask("GET", `/live?${query}`);
    this.hearing = this.hear(stream).catch((error: unknown) => {
      if (!this.abort.signal.aborted) throw error;
    });
    await until(() => this.isOpen, 10_000, "the page's stream");
  }

  /** Writes as its agent does by the button. */
  async write(conversation: string, text: string): Promise<void> {
    const body = JSON.stringify({ clientId: randomUUID(), text });
    await (await this.ask("POST", `/conversations/${conversation}/messages`, body)).arrayBuffer();
  }

  async close(): Promise<void> {
    await Promise.all(this.looks);
    this.abort.abort();
    await this.hearing;
  }

  private async hear(stream: Response): Promise<void> {
    let read = "";
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      read += chunk;
      const frames = read.split("\n\n");
      read = frames.pop() ?? "";
      for (const frame of frames) {
        const [, name, data] = /^event: (\S+)\ndata: (.*)$/s.exec(frame) ?? [];
        if (name === "hello") this.isOpen = true;
        if (name === "news") this.looks.push(this.look(event.parse(JSON.parse(data ?? "")).conversation));
      }
    }
  }

  private async look(conversation: string): Promise<void> {
    const answer = await this.ask("GET", `/conversations/${conversation}/messages?limit=20`);
    const shown = messages.parse(await answer.json());
    const now = performance.timeOrigin + performance.now();
    for (const { text } of shown) if (!this.shownAt.has(text)) this.shownAt.set(text, now);
  }

  private async ask(method: string, path: string, body?: string): Promise<Response> {
    const response = await fetch(`${this.base}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.session}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      signal: this.abort.signal,
      ...(body !== undefined && { body }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }
}
