/** CRM lists: deals and leads as boards by stage, contacts and companies as tables. */
import { Avatar, ChannelIcon, Icon, money } from "./parts.js";
import { openCard, store, userOf } from "./store.js";

const boards = {
  deals: { type: "deal", entityId: "DEAL_STAGE", title: "Deals" },
  leads: { type: "lead", entityId: "STATUS", title: "Leads" },
};

/** Stages in the order of the process, each with its colour. */
export function stagesOf(entityId) {
  const colors = ["#5aa9f8", "#45c4cf", "#f2b84b"];
  const stages = store.state.crm.stages.filter((stage) => stage.entityId === entityId);
  return stages.map((stage, at) => {
    if (stage.semantics === "S") return { ...stage, color: "#5fbf6b" };
    return { ...stage, color: stage.semantics === "F" ? "#e8776f" : colors[at % colors.length] };
  });
}

/** The chat that is linked to a card: the one that was written in last. */
export function chatOfItem(type, id) {
  const linked = store.state.chats.filter((chat) => Number(chat.crm[type]) === Number(id));
  return linked.toSorted((a, b) => (b.messages.at(-1)?.at ?? 0) - (a.messages.at(-1)?.at ?? 0))[0];
}

export function contactName(id) {
  const contact = store.state.crm.contacts.find((item) => item.id === Number(id));
  return contact ? fullName(contact) : "";
}

export function fullName(item) {
  return [item.name, item.lastName].filter(Boolean).join(" ") || item.title || `#${item.id}`;
}

export function companyTitle(id) {
  return store.state.crm.companies.find((item) => item.id === Number(id))?.title ?? "";
}

export function multiField(item, typeId) {
  return (item.fm ?? []).filter((field) => field.typeId === typeId).map((field) => field.value);
}

const BoardCard = {
  props: ["item", "type"],
  components: { Avatar, ChannelIcon, Icon },
  computed: {
    chat() {
      return chatOfItem(this.type, this.item.id);
    },
    responsible() {
      return userOf(this.item.assignedById)?.name ?? "";
    },
    who() {
      return contactName(this.item.contactId) || fullName({ ...this.item, title: "" }).replace(/^#.*/, "");
    },
  },
  methods: { money, openCard, companyTitle },
  template: `
    <button class="board-card" type="button" @click="openCard(type, item.id)">
      <span class="board-card-title">{{ item.title }}</span>
      <span v-if="money(item)" class="board-card-money">{{ money(item) }}</span>
      <span v-if="who" class="board-card-who">{{ who }}<template v-if="companyTitle(item.companyId)"> · {{ companyTitle(item.companyId) }}</template></span>
      <span class="board-card-foot">
        <span v-if="chat" class="board-card-chat" :class="'is-' + chat.state">
          <channel-icon :src="chat.icon" :name="chat.connectorName" />{{ chat.state === 'new' ? 'Waiting' : chat.state === 'answered' ? 'In chat' : 'Chat closed' }}
        </span>
        <span v-else class="board-card-chat is-none"><icon name="plus" />Activity</span>
        <avatar :name="responsible" :size="24" :title="responsible" />
      </span>
    </button>`,
};

export const BoardView = {
  props: { view: { type: String, required: true } },
  components: { BoardCard },
  computed: {
    board() {
      return boards[this.view];
    },
    columns() {
      const items = store.state.crm[this.view];
      return stagesOf(this.board.entityId).map((stage) => {
        const inside = items.filter((item) => item.stageId === stage.statusId).reverse();
        const sum = inside.reduce((total, item) => total + Number(item.opportunity ?? 0), 0);
        return { ...stage, items: inside, sum };
      });
    },
  },
  methods: { money },
  template: `
    <section class="page">
      <header class="page-head"><h1>{{ board.title }}</h1></header>
      <div class="board">
        <div v-for="column in columns" :key="column.statusId" class="board-column" :style="{ '--stage': column.color }">
          <h2><span>{{ column.name }}</span><small>{{ column.items.length }}</small></h2>
          <p class="board-sum">{{ column.sum > 0 ? money({ opportunity: column.sum, currencyId: 'USD' }) : '\u00a0' }}</p>
          <board-card v-for="item in column.items" :key="item.id" :item="item" :type="board.type" />
        </div>
      </div>
    </section>`,
};

export const TableView = {
  props: { view: { type: String, required: true } },
  components: { Avatar },
  computed: {
    type() {
      return this.view === "contacts" ? "contact" : "company";
    },
    title() {
      return this.view === "contacts" ? "Contacts" : "Companies";
    },
    rows() {
      return store.state.crm[this.view].map((item) => ({
        id: item.id,
        name: this.view === "contacts" ? fullName({ ...item, title: "" }) : item.title,
        phone: multiField(item, "PHONE").join(", "),
        email: multiField(item, "EMAIL").join(", "),
        company: companyTitle(item.companyId),
        responsible: userOf(item.assignedById)?.name ?? "",
      }));
    },
  },
  methods: { openCard },
  template: `
    <section class="page">
      <header class="page-head"><h1>{{ title }}</h1></header>
      <div class="panel table-panel">
        <table>
          <thead><tr><th>Name</th><th v-if="type === 'contact'">Company</th><th>Phone</th><th>E-mail</th><th>Responsible</th></tr></thead>
          <tbody>
            <tr v-for="row in rows" :key="row.id">
              <td><button type="button" class="link name-cell" @click="openCard(type, row.id)"><avatar :name="row.name" :size="28" />{{ row.name }}</button></td>
              <td v-if="type === 'contact'">{{ row.company }}</td><td>{{ row.phone }}</td><td>{{ row.email }}</td><td>{{ row.responsible }}</td>
            </tr>
            <tr v-if="rows.length === 0"><td class="empty" colspan="5">Nothing here yet.</td></tr>
          </tbody>
        </table>
      </div>
    </section>`,
};
