import { createHttpCaller } from "../bots/http-caller.ts";
import { createBullDispatcher } from "../dispatch/bull.ts";
import { createInProcessDispatcher } from "../dispatch/in-process.ts";
import { plainText } from "../domain/rich-text.ts";
import { fromBbcode, toBbcode } from "../portal/bbcode.ts";
import { createPortalFiles } from "../portal/files.ts";
import { createInboundAcceptor } from "../relay/accept-inbound.ts";
import { createReplyAcceptor } from "../relay/accept-reply.ts";
import { createTriggerWatch } from "../relay/automation/watch.ts";
import { createBots } from "../relay/bots/desk.ts";
import { createColleagueNames } from "../relay/colleague-names.ts";
import { createBelonging } from "../relay/crm/belonging.ts";
import { createIdentifier } from "../relay/crm/identify.ts";
import { createRules } from "../relay/crm/rulesets.ts";
import { createFirstContact } from "../relay/first-contact.ts";
import { createLineWriters } from "../relay/line-writers.ts";
import { createAddressing } from "../relay/mail/addressing.ts";
import { createSignatures } from "../relay/mail/signatures.ts";
import { createTracking } from "../relay/mail/tracking.ts";
import { createUnsubscribing } from "../relay/mail/unsubscribing.ts";
import { createMentionBell } from "../relay/mention-bell.ts";
import { createOwnMode } from "../relay/own-line/own-mode.ts";
import type { RelayDeps } from "../relay/ports.ts";
import { createProviderRegister } from "../relay/providers/register.ts";
import { createRepairs } from "../relay/repair.ts";
import { createCounter } from "../relay/reports/counter.ts";
import { createDealReader } from "../relay/reports/deals.ts";
import { createSpeech } from "../relay/speech.ts";
import { createTally, createTallyWriter } from "../relay/tally.ts";
import { createTranscripts } from "../relay/transcripts.ts";
import { createVoteHearing } from "../relay/votes/hearing.ts";
import { createVoteReader } from "../relay/votes/reading.ts";
import { localeOf } from "../server/locale.ts";
import { asTenant } from "../store/fair-gate.ts";
import type { Base } from "./base.ts";
import type { ChannelsPart } from "./channels.ts";
import type { PortalPart } from "./portal.ts";

/**
 * Lanes running at once. A run mostly waits for its portal's limiter or a vendor, and batches are made of waiting runs. A
 * flooded portal keeps at most 700 of them waiting (`batcher.ts`), so that a few flooded portals leave room for the others.
 */
const CONCURRENCY = 3_000;

export type RelayPart = ReturnType<typeof wireRelay>;

/** The two pipelines and what wakes them. */
export function wireRelay(
  base: Base,
  { policy, portals }: PortalPart,
  { channels, news, shelf, translate }: ChannelsPart,
) {
  const { config, log, metrics, secretKey, store, owner, now, onClose } = base;
  const { redisUrl } = config;
  const dispatcher =
    redisUrl === undefined
      ? createInProcessDispatcher({ concurrency: CONCURRENCY, log })
      : createBullDispatcher({
          redisUrl,
          concurrency: CONCURRENCY,
          log,
          onLostWakeUp: () => metrics.lostWakeUps.inc(),
        });
  if (config.role === "web") onClose(() => dispatcher.close());
  const speech = createSpeech({ translate, portals: store.portals, localeOf, now });
  const names = createColleagueNames({ store, portals, inTurn: asTenant, now, log });
  const writers = createLineWriters({ store, portals, inTurn: asTenant, log, now });
  const signatures = createSignatures({ store, names });
  const triggers = createTriggerWatch({ store, log, now });
  const tracking = createTracking({
    ...{ store, secretKey, publicUrl: config.publicUrl, news, triggers, dispatcher, log, now },
  });
  const unsubscribing = createUnsubscribing({
    ...{ store, secretKey, publicUrl: config.publicUrl, news, dispatcher, now },
  });
  const addressing = createAddressing({
    tracking,
    unsubscribing,
    store,
    channels,
    signatures,
    languageOf: speech.languageOf,
  });
  const replies = createReplyAcceptor({
    store,
    dispatcher,
    voice: portals.voice,
    toBBCode: toBbcode,
    fromBBCode: fromBbcode,
    news,
    writers,
    addressing,
    metrics,
    log,
  });
  const tally = createTally();
  const tallyWriter = createTallyWriter({ tally, health: store.health, log });
  tallyWriter.start();
  onClose(() => tallyWriter.close());
  const rules = createRules(store, now);
  const belonging = createBelonging({
    store,
    portals,
    rules,
    identify: createIdentifier(store),
    writers,
    escape: (text) => toBbcode(plainText(text)),
    speech,
    shelf,
    log,
    now,
  });
  const firstContact = createFirstContact({
    ...{ store, channels, dispatcher, voice: portals.voice, addressing, metrics, now },
  });
  const transcripts = createTranscripts({
    ...{ store, channels, firstContact, languageOf: speech.languageOf, translate, now },
  });
  const ownMode = createOwnMode({
    ...{ store, portals, replies, transcripts, speech, toBBCode: toBbcode, news, dispatcher, log, now },
  });
  const caller = createHttpCaller({ agents: policy.agents(), refusal: policy.outside, now });
  const relay: RelayDeps = {
    bots: createBots({ store, portals, ownMode, caller, replies, speech, link: shelf.link, news, log, now }),
    store,
    portals,
    belonging,
    ownMode,
    channels,
    dispatcher,
    shelf,
    replies,
    toBBCode: toBbcode,
    fromBBCode: fromBbcode,
    openPortalFile: createPortalFiles(policy),
    triggers,
    votes: createVoteHearing({ store, log, now }),
    speech,
    news,
    metrics,
    tally,
    log,
    now,
  };
  const providerRegister = createProviderRegister({ ...relay, portals, publicUrl: config.publicUrl });
  const repairs = createRepairs({ ...relay, lines: portals.lines, owner });
  onClose(() => repairs.close());
  const mentions = createMentionBell(relay);
  onClose(() => mentions.close());
  const acceptor = createInboundAcceptor(relay);
  return {
    acceptor,
    addressing,
    counter: createCounter({ store, writers, inTurn: asTenant, log, owner, now }),
    caller,
    dealReader: createDealReader({ store, portals, inTurn: asTenant, log, owner, now }),
    dispatcher,
    mentions,
    names,
    providerRegister,
    relay,
    repairs,
    replies,
    rules,
    signatures,
    firstContact,
    transcripts,
    speech,
    tracking,
    unsubscribing,
    voteReader: createVoteReader({ ...relay, portals, inTurn: asTenant, owner }),
    writers,
  };
}
