import type { ChannelAnswer } from "../../../src/api/channels.ts";
import { fileProblem } from "./file-rules.ts";
import { t } from "./words.ts";

/** Why a channel will not take a file, in words; `undefined`: it will, as far as can be told here. */
export function fileSentence(channel: ChannelAnswer, file: File): string | undefined {
  const problem = fileProblem(channel.capabilities, file);
  if (problem === undefined) return undefined;
  return t(`file.${problem.kind}`, {
    channel: channel.title,
    limit: problem.kind === "too-large" ? problem.limit : 0,
  });
}
