/** A visitor of the shop without a browser: speaks to the web chat and the form as their scripts in the page do. */
import { randomUUID } from "node:crypto";
import { z } from "zod";

const session = z.object({ token: z.string() });
const history = z.object({
  messages: z.array(
    z.object({
      seq: z.number(),
      kind: z.string(),
      from: z.enum(["visitor", "team"]),
      text: z.string(),
      state: z.string(),
    }),
  ),
  rating: z.object({ session: z.string(), value: z.number().optional() }).optional(),
});
export type SeenMessage = z.output<typeof history>["messages"][number];

export interface Visitor {
  write(text: string): Promise<void>;
  /** What their chat window shows, oldest first. */
  messages(): Promise<readonly SeenMessage[]>;
  /** Tells that everything up to there was seen. */
  read(seq: number): Promise<void>;
  /** Whether they are asked how it was, and what they said. */
  rating(): Promise<{ readonly session: string; readonly value?: number | undefined } | undefined>;
  rate(session: string, stars: number): Promise<void>;
}

/** Opens the chat. Throws when the server refuses. */
export async function openVisitor(server: string, account: string, site: string): Promise<Visitor> {
  const base = `${server}/webchat/${account}`;
  let token: string | undefined;
  const call = async (method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        origin: site,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return answerOf(response);
  };
  ({ token } = session.parse(await call("POST", "/session", {})));
  return {
    async write(text) {
      const details = { visit: { url: `${site}/`, title: "Northwind Furniture" } };
      await call("POST", "/messages", { id: randomUUID(), text, language: "en", details });
    },
    async messages() {
      return history.parse(await call("GET", "/messages")).messages;
    },
    async read(seq) {
      await call("POST", "/receipts", { delivered: seq, read: seq });
    },
    async rating() {
      return history.parse(await call("GET", "/messages")).rating;
    },
    async rate(session, value) {
      await call("POST", "/ratings", { session, value });
    },
  };
}

export interface RequestFields {
  readonly name: string;
  readonly email: string;
  readonly text: string;
}

/** Sends a request by the form that stands in the page as this code. Throws when the server refuses. */
export async function sendRequest(embed: string, site: string, fields: RequestFields): Promise<void> {
  const read = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(embed)?.[1] ?? "";
  const url = new URL(`forms/${read("data-account")}`, read("src"));
  const headers = { origin: site, "content-type": "application/json" };
  const config = formConfig.parse(await answerOf(await fetch(url, { headers: { origin: site } })));
  const page = { page: `${site}/?utm_source=demo`, title: "Northwind Furniture", referrer: "" };
  const body = { ...fields, ...page, id: randomUUID(), key: read("data-key"), website: "", consent: config.consent };
  await answerOf(await fetch(url, { method: "POST", headers, body: JSON.stringify(body) }));
}

const formConfig = z.object({ consent: z.string() });

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
