import type { ConnectionState } from "../../domain/account.ts";
import type { SessionPrompt } from "../contract/sessions.ts";
import { endingOf, over, passing, RESTRICTED, UNLINKED } from "./endings.ts";
import type { Inbound } from "./inbound.ts";
import type { News } from "./news.ts";
import type { Restriction } from "./restriction.ts";
import type { Run } from "./run.ts";

/**
 * What the library says in one run: codes and states become the account's state, everything else goes to the news. An event
 * that nobody here knows is passed over.
 */

export interface ListenerTools {
  readonly inbound: Inbound;
  readonly news: News;
  readonly restriction: Restriction;
  readonly now: () => Date;
  state(): ConnectionState;
  tell(state: ConnectionState, prompt?: SessionPrompt): void;
  readonly loading: ConnectionState;
  ready(run: Run, data: unknown): Promise<void>;
}

/** WhatsApp shows the first code for a minute, the others for 20 seconds. */
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const LONGEST_QR = 4_000;

const NO_LIBRARY = over(
  "failed",
  "WhatsApp's library is not installed on this server: the operator must install whatsapp-web.js.",
);
const NO_SANDBOX = over(
  "failed",
  "Chromium found no sandbox on this server: the operator must allow it user namespaces (Docker: compose.chromium.yaml shows how).",
);
const NOT_OPENED = passing("WhatsApp's page could not be opened. It will be tried again.");

export function createListener(tools: ListenerTools): (run: Run, name: string, data: unknown) => void {
  const { inbound, news, restriction, now, tell } = tools;
  let codes = 0;

  function loading(run: Run): void {
    if (run.isReady()) return;
    run.limit("load");
    if (tools.state().sentence !== tools.loading.sentence) tell(tools.loading);
  }

  function showCode(run: Run, data: unknown): void {
    run.limit(undefined);
    if (typeof data !== "string" || data.length > LONGEST_QR) return;
    codes += 1;
    const why = run.restored
      ? "WhatsApp has unlinked this device while it was away."
      : "The account is not linked yet.";
    const sentence = `${why} Open WhatsApp on the phone, Linked devices, and scan the code.`;
    const until = new Date(now().getTime() + (codes === 1 ? FIRST_QR_MS : NEXT_QR_MS));
    tell({ kind: "needs-action", sentence }, { kind: "qr", data, until });
  }

  function onDisconnected(run: Run, reason: string): void {
    const ending = endingOf(reason);
    if (ending === RESTRICTED) void restrict(run);
    else run.end(ending);
  }

  function onState(run: Run, state: string): void {
    if (endingOf(state) === RESTRICTED) return void restrict(run);
    if (!run.isReady()) return;
    if (state === "CONNECTED" && tools.state().kind === "transient-disconnect") {
      tell({ kind: "connected", sentence: "Linked. Messages come and go." });
      news.fillGap();
    } else if (state === "TIMEOUT" || state === "OPENING") {
      news.gapOpened();
      tell({ kind: "transient-disconnect", sentence: "WhatsApp's page has lost its connection and is trying again." });
    }
  }

  /** The browser goes at once, whether or not the rest could be written down: that is seen to without it. */
  async function restrict(run: Run): Promise<void> {
    const written = restriction.begin();
    run.end(RESTRICTED);
    await written;
  }

  return (run, name, data) => {
    const list: unknown[] = Array.isArray(data) ? data : [];
    const [first, second] = list;
    const told: Readonly<Record<string, () => void>> = {
      qr: () => showCode(run, data),
      authenticated: () => loading(run),
      loading_screen: () => loading(run),
      ready: () => void tools.ready(run, data),
      missing: () => run.end(NO_LIBRARY),
      "start-failed": () => run.end(/no usable sandbox/i.test(String(data)) ? NO_SANDBOX : NOT_OPENED),
      auth_failure: () => run.end(UNLINKED),
      disconnected: () => onDisconnected(run, String(first)),
      change_state: () => onState(run, String(first)),
      message: () => news.add(() => inbound.message(first)),
      message_create: () => news.add(() => inbound.message(first)),
      message_edit: () => news.add(() => inbound.edited(first, second)),
      message_revoke_everyone: () => news.add(() => inbound.revoked(first)),
      message_reaction: () => news.add(() => inbound.reaction(first)),
      message_ack: () => {
        if (restriction.isSign(first, second)) void restrict(run);
        news.add(() => inbound.receipt(first, second));
      },
      call: () => news.add(() => inbound.call(first, now())),
      group_join: () => news.add(() => inbound.membership(first, "joined")),
      group_leave: () => news.add(() => inbound.membership(first, "left")),
      message_ciphertext_failed: () => news.add(() => inbound.unreadable(first)),
    };
    told[name]?.();
  };
}
