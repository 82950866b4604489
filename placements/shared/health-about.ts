import type { AccountHealthAnswer } from "../../src/api/health.ts";
import { fullTime, t } from "./i18n.ts";
import type { PlainKey } from "./texts/en.ts";
import { connectionTone, type Tone } from "./tones.ts";

export interface HealthAbout {
  readonly tone: Tone;
  readonly label: string;
  /** What is the matter; empty while all is well. */
  readonly sentence: string;
  /** What to do about it. */
  readonly step: string;
  /** Somebody should look at it. */
  readonly trouble: boolean;
}

const STEPS: Readonly<Record<AccountHealthAnswer["connection"]["kind"], PlainKey | undefined>> = {
  starting: "health.stepStarting",
  "needs-action": "health.stepNeedsAction",
  connected: undefined,
  "transient-disconnect": "health.stepTransient",
  "bad-credentials": "health.stepBadCredentials",
  "logged-out": "health.stepLoggedOut",
  failed: "health.stepFailed",
};

/** An account's state in a word, a sentence and the next step. */
export function aboutHealth(account: AccountHealthAnswer): HealthAbout {
  const { connection, enabled, line, silentSince } = account;
  if (!enabled)
    return { tone: "quiet", label: t("health.off"), sentence: "", step: t("health.stepOff"), trouble: false };
  if (silentSince !== null)
    return {
      tone: "warning",
      label: t("health.silent"),
      sentence: t("health.silentText", { time: fullTime(silentSince) }),
      step: t("health.stepSilent"),
      trouble: true,
    };
  const step = STEPS[connection.kind];
  if (connection.kind !== "connected")
    return {
      tone: connectionTone(connection.kind),
      label: t(`connection.${connection.kind}`),
      sentence: connection.sentence,
      step: step ? t(step) : "",
      trouble: connection.kind !== "starting",
    };
  return {
    tone: "good",
    label: t("connection.connected"),
    sentence: "",
    step: line === null ? t("accounts.noLineText") : "",
    trouble: false,
  };
}
