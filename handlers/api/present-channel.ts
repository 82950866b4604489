import type { ChannelAnswer, SetupStepAnswer } from "../../src/api/channels.ts";
import type { SetupField, SetupStep } from "../../src/channels/contract/setup.ts";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import { inLanguage, type Language, type Localised, type Say } from "../../src/domain/localised.ts";

/** What a channel says of itself, in one language. */
export function presentChannel(adapter: ChannelAdapter, language: Language, say: Say): ChannelAnswer {
  const { qr, code, password } = adapter.sessions?.howTo ?? {};
  const { oneWay } = adapter.capabilities;
  const sentences = (all: readonly Localised[]) => all.map((one) => one[language]);
  return {
    id: adapter.id,
    title: say(adapter.title),
    description: adapter.description[language],
    icon: { ...adapter.icon },
    ...(adapter.builtIn === true && { builtIn: true }),
    setup: adapter.setup.map((step) => presentStep(step, language)),
    sessions: adapter.sessions !== undefined,
    signIn: {
      ...(qr && { qr: sentences(qr) }),
      ...(code && { code: sentences(code) }),
      ...(password && { password: sentences(password) }),
    },
    capabilities: { ...adapter.capabilities, ...(oneWay !== undefined && { oneWay: say(oneWay) }) },
  };
}

function presentStep({ id, title, help, warning, consent, fields }: SetupStep, language: Language): SetupStepAnswer {
  return {
    id,
    title: title[language],
    help: help[language],
    fields: fields.map((field) => presentField(field, language)),
    ...(warning && { warning: warning[language] }),
    ...(consent !== undefined && { consent }),
  };
}

function presentField({ label, placeholder, choices, ...field }: SetupField, language: Language) {
  return {
    ...field,
    label: label[language],
    ...(placeholder !== undefined && { placeholder: inLanguage(placeholder, language) }),
    ...(choices && {
      choices: choices.map((choice) => ({ value: choice.value, label: inLanguage(choice.label, language) })),
    }),
  };
}
