/** A customer's phone with one chat: the emulated Telegram, seen from the other side. */
import { createApp, h, nextTick, reactive, ref, watch } from "vue";

const chosen = Number(new URLSearchParams(location.search).get("person"));
const phone = reactive({ state: null, person: Number.isInteger(chosen) && chosen > 0 ? chosen : null, problem: "" });
const isPanel = new URLSearchParams(location.search).has("panel");
let source;

function listen() {
  source?.close();
  source = new EventSource(`/phone/live${phone.person === null ? "" : `?person=${phone.person}`}`);
  source.addEventListener("message", (event) => {
    phone.state = JSON.parse(event.data);
    phone.person = phone.state.person;
  });
}

async function post(path, body) {
  const response = await fetch(`/phone/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  phone.problem = response.ok ? "" : (answer.error ?? `HTTP ${response.status}`);
  return answer;
}

const elements = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
};

/** Text with Telegram's formatting: ranges in UTF-16 units that nest or are disjoint. */
function format(text, entities, from = 0, to = text.length) {
  const nodes = [];
  let at = from;
  const inside = entities.filter((one) => one.offset >= from && one.offset + one.length <= to);
  for (const [place, one] of inside.entries()) {
    if (one.offset < at) continue;
    nodes.push(text.slice(at, one.offset));
    const end = one.offset + one.length;
    const children = format(text, inside.slice(place + 1), one.offset, end);
    nodes.push(wrap(one, text.slice(one.offset, end), children));
    at = end;
  }
  nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(entity, words, children) {
  const link = { text_link: entity.url, url: words, email: `mailto:${words}` }[entity.type];
  if (link !== undefined) return h("a", { href: link, target: "_blank", rel: "noreferrer" }, children);
  return h(elements[entity.type] ?? "span", children);
}

const FormattedText = (props) => h("span", { class: "text" }, format(props.text, props.entities));
FormattedText.props = ["text", "entities"];

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });

function readFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("error", () => reject(reader.error));
    reader.addEventListener("load", () => resolve(String(reader.result).replace(/^[^,]*,/, "")));
    reader.readAsDataURL(file);
  });
}

const kindOf = (type) => {
  if (/^image\/(jpeg|png|webp)$/.test(type)) return "photo";
  if (type.startsWith("audio/")) return "voice";
  return type.startsWith("video/") ? "video" : "document";
};

function useRecorder(send) {
  const recording = ref(false);
  let recorder;
  async function toggle() {
    if (recording.value) {
      recorder?.stop();
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const begun = Date.now();
      const parts = [];
      recorder = new MediaRecorder(stream);
      recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
      recorder.addEventListener("stop", async () => {
        recording.value = false;
        for (const track of stream.getTracks()) track.stop();
        const voice = new File(parts, "voice.ogg", { type: recorder.mimeType.split(";")[0] });
        await send(voice, Math.round((Date.now() - begun) / 1000));
      });
      recorder.start();
      recording.value = true;
    } catch {
      phone.problem = "No microphone here: attach an audio file instead, it goes as a voice message.";
    }
  }
  return { recording, toggle };
}

const Phone = {
  components: { FormattedText },
  setup() {
    const draft = reactive({ text: "", replyTo: null, quote: "", editing: null });
    const list = ref(null);
    const field = ref(null);
    const picker = ref(null);
    const open = ref(null);
    const naming = ref(false);
    const name = ref("");
    const down = async () => {
      await nextTick();
      list.value?.scrollTo({ top: list.value.scrollHeight });
    };
    watch(() => [phone.person, phone.state?.messages.length], down);

    const person = () => phone.person;
    const clear = () => Object.assign(draft, { text: "", replyTo: null, quote: "", editing: null });
    async function sendFile(file, duration) {
      const kind = kindOf(file.type);
      const base64 = await readFile(file);
      const text = draft.text.trim();
      const replyTo = draft.replyTo?.id;
      clear();
      await post("write", {
        person: person(),
        text,
        file: { kind, name: file.name, type: file.type || "application/octet-stream", base64, duration },
        replyTo,
      });
    }
    async function send() {
      const text = draft.text.trim();
      if (text === "") return;
      const { editing, replyTo, quote } = draft;
      clear();
      if (editing) {
        await post("edit", { person: person(), message: editing.id, text, isCaption: editing.files.length > 0 });
        return;
      }
      await post("write", { person: person(), text, replyTo: replyTo?.id, quote: quote === "" ? undefined : quote });
    }
    async function onPick(event) {
      for (const file of event.target.files) await sendFile(file);
      event.target.value = "";
    }
    function reply(message) {
      // A marked part of the bubble becomes the quote, as in the real app.
      const marked = String(window.getSelection() ?? "").trim();
      Object.assign(draft, {
        replyTo: message,
        quote: marked !== "" && message.text.includes(marked) ? marked : "",
        editing: null,
      });
      open.value = null;
      field.value?.focus();
    }
    function edit(message) {
      Object.assign(draft, { text: message.text, editing: message, replyTo: null, quote: "" });
      open.value = null;
      field.value?.focus();
    }
    function become(id) {
      phone.person = id;
      phone.state = null;
      clear();
      listen();
    }
    async function addPerson() {
      const [firstName = "", ...rest] = name.value.trim().split(/\s+/);
      if (firstName === "") return;
      const made = await post("people", { firstName, lastName: rest.join(" ") });
      naming.value = false;
      name.value = "";
      if (made.id !== undefined) become(made.id);
    }
    const { recording, toggle } = useRecorder(sendFile);
    const onKey = (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return undefined;
      event.preventDefault();
      return send();
    };
    return {
      phone,
      draft,
      list,
      field,
      picker,
      open,
      naming,
      name,
      isPanel,
      send,
      onPick,
      onKey,
      reply,
      edit,
      become,
      addPerson,
      clear,
      recording,
      toggle,
      down,
    };
  },
  methods: {
    time: (at) => clock.format(at),
    size: (bytes) => `${Math.max(1, Math.round(bytes / 1024))} KB`,
  },
  template: `
    <div class="phone" :class="{ 'is-panel': isPanel }">
      <div v-if="phone.state" class="screen">
        <header>
          <span class="face" aria-hidden="true">N</span>
          <div><b>{{ phone.state.bot }}</b><small>emulated Telegram</small></div>
          <select :value="phone.person" aria-label="Who holds this phone" @change="$event.target.value === 'new' ? (naming = true) : become(Number($event.target.value))">
            <option v-for="one in phone.state.people" :key="one.id" :value="one.id">{{ one.name }}</option>
            <option value="new">New customer…</option>
          </select>
        </header>
        <form v-if="naming" class="naming" @submit.prevent="addPerson"><input v-model="name" aria-label="Name of the new customer" placeholder="First and last name"><button type="submit">Add</button></form>
        <ol ref="list" class="log" @load.capture="down">
          <li v-if="phone.state.messages.length === 0" class="hint">Write something: it arrives in the portal.</li>
          <li v-for="message in phone.state.messages" :key="message.id" :class="{ mine: message.mine }">
            <div class="bubble" tabindex="0" @click="open = open === message.id ? null : message.id" @keydown.enter.self="open = open === message.id ? null : message.id">
              <p v-if="message.quote" class="quote"><b>{{ message.quote.author }}</b>{{ message.quote.text }}</p>
              <template v-for="file in message.files" :key="file.url">
                <img v-if="file.kind === 'photo' || file.kind === 'sticker'" :src="file.url" :alt="file.name">
                <audio v-else-if="file.kind === 'voice' || file.kind === 'audio'" controls preload="metadata" :src="file.url"></audio>
                <video v-else-if="file.kind === 'video' || file.kind === 'animation'" controls preload="metadata" :src="file.url"></video>
                <a v-else class="file" :href="file.url" :download="file.name" @click.stop><span aria-hidden="true">↓</span><span><b>{{ file.name }}</b><small>{{ size(file.size) }}</small></span></a>
              </template>
              <formatted-text v-if="message.text" :text="message.text" :entities="message.entities" />
              <span class="foot"><template v-if="message.edited">edited </template>{{ time(message.at) }}</span>
            </div>
            <p v-if="open === message.id" class="tools"><button type="button" @click="reply(message)">Reply</button><button v-if="message.mine" type="button" @click="edit(message)">Edit</button></p>
          </li>
        </ol>
        <p v-if="phone.problem" class="problem" role="alert">{{ phone.problem }}</p>
        <p v-if="draft.replyTo || draft.editing" class="context"><span><b>{{ draft.editing ? 'Edit message' : 'Reply' }}</b>{{ draft.quote || (draft.editing ?? draft.replyTo).text || 'File' }}</span><button type="button" aria-label="Cancel" @click="clear">×</button></p>
        <form class="compose" @submit.prevent="send">
          <button type="button" class="tool" title="Attach a photo, a voice message or a file" @click="picker.click()"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M17.500 11.500l-6 6a3.700 3.700 0 0 1-5.200-5.200l7-7a2.500 2.500 0 0 1 3.500 3.500l-7 7a1.200 1.200 0 0 1-1.700-1.700l6-6"/></svg></button>
          <input ref="picker" type="file" multiple hidden @change="onPick">
          <textarea ref="field" v-model="draft.text" rows="1" aria-label="Message" placeholder="Message" @keydown="onKey"></textarea>
          <button v-if="draft.text.trim() === ''" type="button" class="tool" :class="{ 'is-on': recording }" :title="recording ? 'Stop and send' : 'Record a voice message'" @click="toggle"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 15a3 3 0 0 0 3-3V7a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6.500 12a5.500 5.500 0 0 0 11 0M12 17.500V21"/></svg></button>
          <button v-else type="submit" class="tool is-main" title="Send"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 12l16-8-5 16-4-6zM11 14l9-10"/></svg></button>
        </form>
      </div>
      <p v-else class="hint">Switching on…</p>
    </div>`,
};

listen();
createApp(Phone).mount("#app");
