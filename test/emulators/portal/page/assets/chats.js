/** Open Lines: the list of chats, one chat with its composer, and the customer beside it. */
import { computed, nextTick, onMounted, onUnmounted, reactive, ref, watch } from "vue";
import { companyTitle, contactName } from "./crm.js";
import { Avatar, ago, ChannelIcon, dayOf, FilePiece, Icon, RichText, timeOf } from "./parts.js";
import { act, chats, go, lastAt, openCard, store, userOf, viewer } from "./store.js";

const stateNames = { new: "Waiting", answered: "In progress", closed: "Closed" };

const ChatList = {
  components: { Avatar, ChannelIcon },
  props: ["chatId"],
  setup: () => ({ filter: ref("all") }),
  computed: {
    shown() {
      return chats.value.filter((chat) => this.filter === "all" || chat.state === this.filter);
    },
    counts() {
      const count = (state) => chats.value.filter((chat) => chat.state === state).length;
      return { all: chats.value.length, new: count("new"), answered: count("answered"), closed: count("closed") };
    },
    now() {
      return store.now;
    },
  },
  methods: {
    ago,
    go,
    lastAt,
    stateName: (state) => stateNames[state],
    preview(chat) {
      const last = chat.messages.at(-1);
      if (!last) return "";
      if (last.deleted) return "Message deleted";
      const text = last.text
        .replace(/^>>.*$/gm, "")
        .replace(/\[\/?[a-z]+(=[^\]]*)?\]/gi, " ")
        .trim();
      const lead = last.from === "operator" ? `${last.author.split(" ")[0]}: ` : "";
      return lead + (text || last.files[0]?.name || "");
    },
  },
  template: `
    <aside class="chat-list panel">
      <h1>Open Lines</h1>
      <div class="chips" role="group" aria-label="Filter">
        <button v-for="(name, key) in { all: 'All', new: 'Waiting', answered: 'Active', closed: 'Closed' }" :key="key" type="button"
          :aria-pressed="filter === key" @click="filter = key">{{ name }}<small>{{ counts[key] }}</small></button>
      </div>
      <ul>
        <li v-for="chat in shown" :key="chat.id">
          <button type="button" class="chat-row" :class="{ 'is-open': chat.id === chatId }" @click="go('chats/' + chat.id)">
            <span class="chat-face"><avatar :name="chat.customer.name" :size="44" /><channel-icon :src="chat.icon" :name="chat.connectorName" /></span>
            <span class="chat-row-text">
              <span class="chat-row-top"><b>{{ chat.customer.name }}</b><time>{{ ago(lastAt(chat), now) }}</time></span>
              <span class="chat-row-bottom"><span class="chat-row-preview">{{ preview(chat) }}</span><span v-if="chat.state !== 'answered'" class="state" :class="'is-' + chat.state">{{ stateName(chat.state) }}</span></span>
            </span>
          </button>
        </li>
        <li v-if="shown.length === 0" class="empty">No chats here. Write as a customer: “Customer's phone” in the top bar.</li>
      </ul>
    </aside>`,
};

const Bubble = {
  props: ["message", "mine"],
  emits: ["edit"],
  components: { Avatar, FilePiece, Icon, RichText },
  methods: {
    timeOf,
    remove() {
      return act("operator-delete", { messageId: this.message.id });
    },
  },
  template: `
    <li class="bubble-row" :class="'from-' + message.from" :data-message="message.id">
      <avatar v-if="message.from !== 'system'" :name="message.author" :size="32" />
      <div class="bubble" :class="{ 'is-deleted': message.deleted }">
        <b v-if="message.from !== 'system'" class="bubble-author">{{ message.author }}</b>
        <p v-if="message.deleted" class="bubble-gone">This message was deleted.</p>
        <template v-else>
          <file-piece v-for="file in message.files" :key="file.id" :file="file" />
          <rich-text v-if="message.text" :text="message.text" />
        </template>
        <span class="bubble-foot">
          <span v-if="message.edited && !message.deleted">edited</span>
          <time>{{ timeOf(message.at) }}</time>
          <span v-if="message.from === 'operator' && message.sending" class="tick is-sending" title="Sending"><icon name="clock" /></span>
          <span v-else-if="message.from === 'operator'" class="tick" title="Delivered"><icon name="check" /></span>
        </span>
        <span v-if="mine && !message.deleted" class="bubble-tools">
          <button type="button" title="Edit" @click="$emit('edit', message)"><icon name="edit" /></button>
          <button type="button" title="Delete" @click="remove"><icon name="bin" /></button>
        </span>
      </div>
    </li>`,
};

/** Base64 of a chosen file, without the data: prefix. */
function readFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("error", () => reject(reader.error));
    reader.addEventListener("load", () => resolve(String(reader.result).replace(/^[^,]*,/, "")));
    reader.readAsDataURL(file);
  });
}

const Composer = {
  props: ["chat", "editing"],
  emits: ["edited"],
  components: { Icon },
  setup(props, { emit }) {
    const draft = reactive({ text: "", files: [] });
    const field = ref(null);
    const picker = ref(null);
    watch(
      () => props.editing,
      async (message) => {
        draft.text = message ? message.text : "";
        await nextTick();
        field.value?.focus();
      },
    );
    async function send() {
      const text = draft.text.trim();
      const files = [...draft.files];
      if (text === "" && files.length === 0) return;
      draft.text = "";
      draft.files = [];
      if (props.editing) {
        const messageId = props.editing.id;
        emit("edited");
        await act("operator-edit", { messageId, text });
        return;
      }
      const content = await Promise.all(
        files.map(async (file) => ({
          name: file.name,
          type: file.type || "application/octet-stream",
          base64: await readFile(file),
        })),
      );
      await act("operator-write", { chatId: props.chat.id, userId: viewer.value.id, text, files: content });
    }
    function onKey(event) {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        return send();
      }
      if (event.key === "Escape" && props.editing) emit("edited");
      return undefined;
    }
    function onPick(event) {
      draft.files.push(...event.target.files);
      event.target.value = "";
    }
    return { draft, field, picker, send, onKey, onPick };
  },
  template: `
    <form class="composer" @submit.prevent="send">
      <p v-if="editing" class="composer-note"><icon name="edit" />Editing a message<button type="button" class="link" @click="$emit('edited')">Cancel</button></p>
      <ul v-if="draft.files.length > 0" class="composer-files">
        <li v-for="(file, at) in draft.files" :key="at"><icon name="file" />{{ file.name }}<button type="button" :aria-label="'Remove ' + file.name" @click="draft.files.splice(at, 1)"><icon name="close" /></button></li>
      </ul>
      <div class="composer-row">
        <button type="button" class="round" title="Attach a file" :disabled="Boolean(editing)" @click="picker.click()"><icon name="clip" /></button>
        <input ref="picker" type="file" multiple hidden @change="onPick">
        <textarea ref="field" v-model="draft.text" rows="1" aria-label="Message" placeholder="Write a message…" @keydown="onKey"></textarea>
        <button type="submit" class="round is-main" title="Send"><icon name="send" /></button>
      </div>
    </form>`,
};

const Conversation = {
  props: ["chat"],
  components: { Avatar, Bubble, ChannelIcon, Composer, Icon },
  setup(props) {
    const list = ref(null);
    const editing = ref(null);
    const days = computed(() => {
      const groups = [];
      for (const message of props.chat.messages) {
        const name = dayOf(message.at);
        if (groups.at(-1)?.name !== name) groups.push({ name, messages: [] });
        groups.at(-1).messages.push(message);
      }
      return groups;
    });
    const scrollDown = async () => {
      await nextTick();
      list.value?.scrollTo({ top: list.value.scrollHeight });
    };
    watch(() => [props.chat.id, props.chat.messages.length], scrollDown, { immediate: true });
    // Narrower bubbles are higher: what was at the end stays there.
    const resized = new ResizeObserver(scrollDown);
    onMounted(() => resized.observe(list.value));
    onUnmounted(() => resized.disconnect());
    watch(
      () => props.chat.id,
      () => {
        editing.value = null;
      },
    );
    return { list, editing, days, scrollDown };
  },
  computed: {
    viewerId: () => viewer.value.id,
    operator() {
      return userOf(this.chat.operatorId)?.name ?? "";
    },
  },
  methods: {
    go,
    stateName: (state) => stateNames[state],
    accept() {
      return act("accept", { chatId: this.chat.id, userId: this.viewerId });
    },
    finish() {
      return act("finish", { chatId: this.chat.id });
    },
  },
  template: `
    <section class="conversation panel">
      <header class="conversation-head">
        <button type="button" class="round narrow-only" title="Back" @click="go('chats')"><icon name="back" /></button>
        <span class="chat-face"><avatar :name="chat.customer.name" :size="40" /><channel-icon :src="chat.icon" :name="chat.connectorName" /></span>
        <div class="conversation-title">
          <h2>{{ chat.customer.name }}</h2>
          <p>{{ chat.connectorName }} · {{ chat.lineName }}<template v-if="chat.state === 'answered'"> · {{ operator }}</template></p>
        </div>
        <span class="state" :class="'is-' + chat.state">{{ stateName(chat.state) }}</span>
        <button v-if="chat.state === 'new'" type="button" class="button is-main" @click="accept">Accept</button>
        <button v-if="chat.state !== 'closed'" type="button" class="button" @click="finish">Finish</button>
      </header>
      <ol class="messages" ref="list" @load.capture="scrollDown">
        <template v-for="group in days" :key="group.name">
          <li class="day"><span>{{ group.name }}</span></li>
          <bubble v-for="message in group.messages" :key="message.id" :message="message"
            :mine="message.from === 'operator' && message.authorId === viewerId" @edit="editing = $event" />
        </template>
      </ol>
      <composer :key="chat.id" :chat="chat" :editing="editing" @edited="editing = null" />
    </section>`,
};

const Customer = {
  props: ["chat"],
  components: { Avatar, ChannelIcon, Icon },
  computed: {
    links() {
      const { deals, leads } = store.state.crm;
      const { deal, lead, contact, company } = this.chat.crm;
      const title = (items, id) => items.find((item) => item.id === id)?.title ?? `#${id}`;
      return [
        ...(deal > 0 ? [{ type: "deal", id: deal, label: "Deal", name: title(deals, deal) }] : []),
        ...(lead > 0 ? [{ type: "lead", id: lead, label: "Lead", name: title(leads, lead) }] : []),
        ...(contact > 0 ? [{ type: "contact", id: contact, label: "Contact", name: contactName(contact) }] : []),
        ...(company > 0 ? [{ type: "company", id: company, label: "Company", name: companyTitle(company) }] : []),
      ];
    },
    members() {
      return this.chat.members.map((id) => userOf(id)?.name).filter(Boolean);
    },
  },
  methods: { openCard },
  template: `
    <aside class="customer panel">
      <div class="customer-top"><avatar :name="chat.customer.name" :size="72" /><h2>{{ chat.customer.name }}</h2>
        <p><channel-icon :src="chat.icon" :name="chat.connectorName" />{{ chat.connectorName }}</p></div>
      <dl>
        <template v-if="chat.customer.phone"><dt>Phone</dt><dd>{{ chat.customer.phone }}</dd></template>
        <template v-if="chat.customer.email"><dt>E-mail</dt><dd>{{ chat.customer.email }}</dd></template>
        <dt>Line</dt><dd>{{ chat.lineName }}</dd>
        <dt>Sessions</dt><dd>{{ chat.sessions }}</dd>
        <dt>Agents</dt><dd>{{ members.join(', ') || '—' }}</dd>
      </dl>
      <h3>In the CRM</h3>
      <ul class="customer-links">
        <li v-for="link in links" :key="link.type"><button type="button" @click="openCard(link.type, link.id)"><small>{{ link.label }}</small><b>{{ link.name }}</b></button></li>
        <li v-if="links.length === 0" class="empty">Not linked to a card.</li>
      </ul>
    </aside>`,
};

export const ChatsView = {
  components: { ChatList, Conversation, Customer, Icon },
  computed: {
    chat() {
      const id = Number(store.route.id);
      return chats.value.find((chat) => chat.id === id);
    },
  },
  template: `
    <section class="chats" :class="{ 'has-chat': chat }">
      <chat-list :chat-id="chat?.id" />
      <template v-if="chat"><conversation :chat="chat" /><customer :chat="chat" /></template>
      <div v-else class="conversation panel nothing"><icon name="chats" /><p>Choose a chat</p></div>
    </section>`,
};
