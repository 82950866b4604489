import { computed, type Ref, ref, shallowRef, watch } from "vue";
import type { ChannelAnswer } from "../../../src/api/channels.ts";
import type { ConversationAnswer, LineStateAnswer } from "../../../src/api/messages.ts";
import { deskOf } from "./desk.ts";
import { standingOf } from "./holding.ts";
import { type ReplyPlace, replyPlaces } from "./reply-places.ts";

export interface Answering {
  /** Through which an answer goes. */
  readonly answered: Readonly<Ref<ConversationAnswer>>;
  /** As it stands in its line, by what is newest. */
  readonly standing: Readonly<Ref<ConversationAnswer>>;
  readonly places: Readonly<Ref<readonly ReplyPlace[]>>;
  readonly channelOf: (conversation: ConversationAnswer) => ChannelAnswer | undefined;
  readonly labelOf: (conversation: string) => string;
  /** A conversation of the column by its id. */
  readonly find: (conversation: string) => ConversationAnswer | undefined;
  /** Answers go there from now on; what was begun goes along, unless something was begun there too. */
  through(conversation: string): void;
  /** How one of them stands in its line now. */
  tell(conversation: string, state: LineStateAnswer): void;
}

interface AnsweringDeps {
  /** At least one. */
  readonly conversations: () => readonly [ConversationAnswer, ...ConversationAnswer[]];
  readonly channels: () => readonly ChannelAnswer[];
  /** The one to answer through, as the page has chosen it. */
  readonly chosen: () => string;
  readonly switched: (conversation: string) => void;
}

/** Through which of a person's conversations an answer goes. One that has gone is left for the first that is there. */
export function useAnswering({ conversations, channels, chosen, switched }: AnsweringDeps): Answering {
  const id = ref(chosen());
  const told = shallowRef<ReadonlyMap<string, LineStateAnswer>>(new Map());
  watch(chosen, (now) => {
    id.value = now;
  });

  const find = (conversation: string) => conversations().find((one) => one.id === conversation);
  const answered = computed(() => find(id.value) ?? conversations()[0]);
  const places = computed(() => replyPlaces(conversations(), channels()));

  return {
    answered,
    standing: computed(() => standingOf(answered.value, told.value.get(answered.value.id))),
    places,
    channelOf: ({ channel }) => channels().find((one) => one.id === channel),
    labelOf: (conversation) => places.value.find((place) => place.id === conversation)?.label ?? "",
    find,
    through(conversation) {
      if (conversation === answered.value.id || !find(conversation)) return;
      moveDraft(answered.value.id, conversation);
      id.value = conversation;
      switched(conversation);
    },
    tell(conversation, state) {
      told.value = new Map([...told.value, [conversation, state]]);
    },
  };
}

/** Files stay: they were put beside the conversation that is left. */
function moveDraft(from: string, to: string): void {
  const [here, there] = [deskOf(from), deskOf(to)];
  const { text } = here.draft.value;
  if (text.trim() === "" || there.draft.value.text.trim() !== "") return;
  there.write({ text });
  here.write({ text: "" });
}
