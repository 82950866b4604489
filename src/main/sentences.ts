import type { ChannelAdapter } from "../channels/contract.ts";
import { sharedSentences } from "../channels/shared/sentences.ts";
import type { Localised, Translate } from "../domain/localised.ts";
import { abilitySentences } from "../sentences/abilities.ts";
import { apiSentences } from "../sentences/api.ts";
import { automationSentences } from "../sentences/automation.ts";
import { bellSentences } from "../sentences/bells.ts";
import { botSentences } from "../sentences/bots.ts";
import { cannedSentences } from "../sentences/canned-replies.ts";
import { installationSentences } from "../sentences/installation.ts";
import { lineSentences } from "../sentences/line.ts";
import { mailSentences } from "../sentences/mail.ts";
import { portalSentences } from "../sentences/portal.ts";
import { relaySentences } from "../sentences/relay.ts";
import { createTranslate } from "../sentences/translate.ts";
import { relayWords } from "../sentences/words.ts";

type Speaking = ReadonlyMap<string, Pick<ChannelAdapter, "sentences">>;

/** Of all who speak: the server's own parts, what channels share, and each channel. */
export const catalogueOf = (channels: Speaking): readonly Localised[] => [
  ...apiSentences,
  ...cannedSentences,
  ...botSentences,
  ...installationSentences,
  ...portalSentences,
  ...lineSentences,
  ...relaySentences,
  ...abilitySentences,
  ...bellSentences,
  ...relayWords,
  ...automationSentences,
  ...mailSentences,
  ...sharedSentences,
  ...[...channels.values()].flatMap(({ sentences }) => sentences),
];

export const translateAll = (channels: Speaking): Translate => createTranslate(catalogueOf(channels));
