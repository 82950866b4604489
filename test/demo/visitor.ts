/** A visitor of the shop without a browser: speaks to the web chat as the widget does. */
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
});
export type SeenMessage = z.output<typeof history>["messages"][number];

export interface Visitor {
  write(text: string): Promise<void>;
  /** What their chat window shows, oldest first. */
  messages(): Promise<readonly SeenMessage[]>;
  /** Tells that everything up to there was seen. */
  read(seq: number): Promise<void>;
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
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} of the web chat answered ${response.status}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  ({ token } = session.parse(await call("POST", "/session", {})));
  return {
    async write(text) {
      await call("POST", "/messages", { id: randomUUID(), text, language: "en", page: { url: `${site}/` } });
    },
    async messages() {
      return history.parse(await call("GET", "/messages")).messages;
    },
    async read(seq) {
      await call("POST", "/receipts", { delivered: seq, read: seq });
    },
  };
}
