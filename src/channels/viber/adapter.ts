import type { Pacer } from "../contract/pacing.ts";
import type { ChannelAdapter } from "../contract.ts";
import { capabilities, credentials, icon, settings } from "./about.ts";
import { createViberApi } from "./api.ts";
import { connect, disconnect } from "./connect.ts";
import { openMedia } from "./media.ts";
import { receive } from "./receive.ts";
import { countAnew, realWait, send } from "./send.ts";
import { viberSentences } from "./sentences.ts";
import { description, setup } from "./setup.ts";

export interface ViberOptions {
  /** Base of the REST API, `VIBER_API_URL`; Viber's own is https://chatapi.viber.com/pa. */
  readonly apiUrl: string;
  /** Keeps Viber's limits, over all processes. */
  readonly pacer: Pacer;
  /** How long a call may take. Default 30 s. */
  readonly fetchTimeoutMs?: number;
  /** Waits before a later part of a message is tried again. For tests. */
  readonly wait?: (ms: number) => Promise<void>;
  readonly now?: () => number;
}

/**
 * Viber bots, by webhook. Holds no state, so any number of processes may share a bot.
 *
 * `send` ignores its key: the API has nothing to recognise a repetition by. What Viber cannot do at all (edit, delete,
 * react, quote, write first) has no method here and stands in `capabilities.parts`.
 */
export function createViberAdapter({
  apiUrl,
  pacer,
  fetchTimeoutMs = 30_000,
  wait = realWait,
  now = Date.now,
}: ViberOptions): ChannelAdapter {
  const api = createViberApi({ apiUrl, fetchTimeoutMs });
  return {
    id: "viber",
    title: "Viber",
    sentences: viberSentences,
    description,
    icon,
    capabilities,
    credentials,
    settings,
    setup,
    receive,
    arrived: (account, events) => countAnew(pacer, account, events),
    send: (account, message) => send({ api, wait, pacer, now }, account, message),
    connect: (account, place) => connect(api, account, place),
    disconnect: (account) => disconnect(api, account),
    openMedia: (_account, ref, signal) => openMedia(api.root, ref, signal),
  };
}
