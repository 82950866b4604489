import { pino } from "pino";
import { accountId, portalId } from "../../src/domain/ids.ts";
import { openStore } from "../../src/store/open-store.ts";

/**
 * A process of its own for the tests of the data folder: opens it and says `open`, then accepts messages for ever and
 * says each key that was answered, until it is killed. When the folder cannot be opened it says why.
 */
const [dataDir = "", portal = "", account = ""] = process.argv.slice(2);

try {
  const store = await openStore({ dataDir, secretKey: "k".repeat(32), log: pino({ level: "silent" }) });
  process.stdout.write("open\n");
  const run = process.pid;
  for (let n = 0; portal !== ""; n++) {
    const rows = Array.from({ length: 1 + (n % 4) }, (_, part) => ({
      portal: portalId(portal),
      account: accountId(account),
      key: `${run}-${n}-${part}`,
      kind: "message" as const,
      chatId: `chat-${n % 5}`,
      customer: { externalId: "p", name: `Name ${n}` },
      externalId: `${run}-${n}-${part}`,
      content: { body: { text: `${n}`, spans: [] }, attachments: [] },
      sentAt: new Date(),
      notBefore: new Date(),
    }));
    const results = await store.messages.acceptInbound(rows);
    if (results.some((result) => result.kind !== "stored")) throw new Error(JSON.stringify(results));
    process.stdout.write(rows.map((row) => `${row.key}\n`).join(""));
  }
  setInterval(() => undefined, 60_000);
} catch (error) {
  process.stdout.write(`refused: ${error instanceof Error ? error.message : String(error)}\n`);
}
