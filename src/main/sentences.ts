import type { ChannelAdapter } from "../channels/contract.ts";
import { sharedSentences } from "../channels/shared/sentences.ts";
import type { Translate } from "../domain/localised.ts";
import { apiSentences } from "../sentences/api.ts";
import { portalSentences } from "../sentences/portal.ts";
import { relaySentences } from "../sentences/relay.ts";
import { createTranslate } from "../sentences/translate.ts";

/** Of all who speak: the server's own parts, what channels share, and each channel. */
export const translateAll = (channels: ReadonlyMap<string, Pick<ChannelAdapter, "sentences">>): Translate =>
  createTranslate([
    ...apiSentences,
    ...portalSentences,
    ...relaySentences,
    ...sharedSentences,
    ...[...channels.values()].flatMap(({ sentences }) => sentences),
  ]);
