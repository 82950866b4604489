import type { ConnectionAnswer } from "../../src/api/accounts.ts";
import type { MessageAnswer } from "../../src/api/messages.ts";

export type Tone = "good" | "bad" | "warning" | "quiet";

export function connectionTone(kind: ConnectionAnswer["kind"]): Tone {
  if (kind === "connected") return "good";
  if (kind === "starting") return "quiet";
  return kind === "transient-disconnect" || kind === "needs-action" ? "warning" : "bad";
}

export function stateTone(state: MessageAnswer["state"]): Tone {
  if (state === "refused" || state === "failed") return "bad";
  if (state === "uncertain") return "warning";
  return state === "stored" || state === "sending" ? "quiet" : "good";
}
