// The chat page: keeps the state that the server tells, and turns clicks into acts of people.
import { avatar, choice, dialog, el, field, iconButton } from "./dom.js";
import { Clock } from "./clock.js";
import { asPhoto, base64, choose } from "./files.js";
import { Mailbox } from "./mail.js";
import { Tools } from "./tools.js";
import { currentLanguage, say, setLanguage } from "./words.js";
import { ChatView } from "./view.js";

const LANGUAGES = [["ru", "ru · Русский"], ["en", "en · English"], ["uz", "uz · Oʻzbekcha"], ["tg", "tg · Тоҷикӣ"],
  ["ky", "ky · Кыргызча"], ["kk", "kk · Қазақша"], ["uk", "uk · Українська"], ["de", "de · Deutsch"], ["ar", "ar · العربية"]];
const PLACES = [["55.75580,37.61730", "Москва · Moscow"], ["55.88900,37.44490", "Химки · Khimki"],
  ["55.91160,37.73080", "Мытищи · Mytishchi"], ["55.67800,37.27770", "Одинцово · Odintsovo"],
  ["55.43110,37.54510", "Подольск · Podolsk"], ["59.93860,30.31410", "Санкт-Петербург · Saint Petersburg"],
  ["55.03020,82.92040", "Новосибирск · Novosibirsk"]];
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
const TELEGRAM = ["t.me", "telegram.me"];
const LETS_IN = ["start", "open_link"];
const byId = (id) => document.getElementById(id);

const state = {
  bots: new Map(), people: new Map(), chats: new Map(), botId: null, open: [], skew: 0, shift: 0,
  showsDeleted: localStorage.getItem("hide-deleted") === null,
  link: new URLSearchParams(location.search).get("start"), // the payload of a deep link that waits for START
};
const views = new Map();

async function post(act, body = {}) {
  try {
    const answer = await fetch(`/control/${act}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const value = await answer.json();
    if (!value.ok) throw new Error(value.error);
    return value;
  } catch (error) {
    for (const view of views.values()) view.toast(`${say("failed")}: ${error.message}`);
    return null;
  }
}

const freshChat = () => ({ started: false, blocked: false, keyboard: null, messages: new Map(), busy: new Map() });

function chatOf(botId, userId) {
  const key = `${botId}:${userId}`;
  if (!state.chats.has(key)) state.chats.set(key, freshChat());
  return state.chats.get(key);
}

const model = {
  alive: true,
  now: () => Date.now() / 1000 + state.skew,
  bot: () => state.bots.get(state.botId),
  chat: (userId) => chatOf(state.botId, userId),
  link: () => state.link,
  clockFace: () => clock.face(),
  mailFace: () => mailbox.face(),
  armed: () => tools.troubles.armed.length,
  showsDeleted: () => state.showsDeleted,
  act: (act, userId, more = {}) => {
    if (state.botId === null) return views.get(userId)?.toast(say("offline"));
    if (model.chat(userId).blocked && !LETS_IN.includes(act)) return views.get(userId)?.toast(say("isBlocked"));
    return post(act, { bot_id: state.botId, user_id: userId, ...more });
  },
  async press(userId, messageId, data) {
    const chat = model.chat(userId);
    const key = `${messageId}:${data}`;
    chat.busy.set(key, null);
    views.get(userId)?.markBusy();
    const answer = await model.act("press", userId, { message_id: messageId, data });
    if (!answer) {
      chat.busy.delete(key);
      views.get(userId)?.markBusy();
    }
  },
  follow(userId, url, event) {
    const payload = payloadOf(url);
    if (!payload) return;
    event.preventDefault(); // a deep link to this very bot opens it here
    showLink(payload);
    views.get(userId)?.foot.querySelector("[data-role=start]")?.focus();
  },
  async openLink(userId) {
    const payload = state.link;
    showLink(null);
    if (!(await model.act("open_link", userId, { payload }))) showLink(payload);
  },
  dropLink: () => showLink(null),
  confirmContact(userId) {
    dialog({
      title: say("shareContact"), role: "contact-dialog", main: say("ok"),
      body: (form) => form.append(el("p", {}, say("askContact")), el("p", { class: "loud" }, state.people.get(userId).phone)),
      submit: () => model.act("contact", userId),
    });
  },
  askContact(userId) {
    const others = [...state.people.values()].filter((person) => person.id !== userId);
    const options = [["", `${say("own")} ${state.people.get(userId).phone}`],
      ...others.map((person) => [String(person.id), `${say("someone")}: ${nameOf(person)}`])];
    dialog({
      title: say("shareContact"), role: "contact-dialog", main: say("send"),
      body: (form) => form.append(choice(say("contact"), "of", options, ""), field(say("otherNumber"), "number", { type: "tel" })),
      submit: (data) => {
        const number = data.get("number").trim();
        const of = number || (data.get("of") ? Number(data.get("of")) : null);
        model.act("contact", userId, { of });
      },
    });
  },
  askLocation(userId) {
    dialog({
      title: say("shareLocation"), role: "location-dialog", main: say("send"),
      body: (form) => {
        const places = choice(say("place"), "place", PLACES, PLACES[0][0]);
        const [latitude, longitude] = PLACES[0][0].split(",");
        const number = { type: "number", step: "any", required: true };
        const lat = field(say("latitude"), "latitude", { ...number, min: "-90", max: "90", value: latitude });
        const lon = field(say("longitude"), "longitude", { ...number, min: "-180", max: "180", value: longitude });
        places.querySelector("select").addEventListener("change", (event) => {
          [lat.querySelector("input").value, lon.querySelector("input").value] = event.target.value.split(",");
        });
        form.append(places, el("div", { class: "pair" }, lat, lon));
      },
      submit: (data) => model.act("location", userId, { latitude: Number(data.get("latitude")), longitude: Number(data.get("longitude")) }),
    });
  },
  // `kind`: "photo" or "document", also the name of the act.
  async sendFile(userId, kind) {
    const chosen = await choose(kind === "photo" ? "image/*" : "");
    if (!chosen) return;
    const file = kind === "photo" ? await asPhoto(chosen).catch(() => null) : chosen;
    if (!file) return views.get(userId)?.toast(`${say("failed")}: ${chosen.name}`);
    const data = await base64(file);
    const shown = kind === "photo" ? el("img", { src: URL.createObjectURL(file), alt: chosen.name, class: "preview" }) : el("p", { class: "loud" }, chosen.name);
    dialog({
      title: say(kind === "photo" ? "photo" : "file"), role: "file-dialog", main: say("send"),
      body: (form) => form.append(shown, field(say("caption"), "caption", { maxlength: 1024 })),
      submit: (form) => model.act(kind, userId, { data, name: chosen.name, mime: chosen.type, caption: form.get("caption") }),
    });
  },
  editPerson(userId) {
    const person = state.people.get(userId);
    const chat = model.chat(userId);
    dialog({
      title: say("personSettings"), role: "person-dialog", main: say("save"),
      body: (form, box) => {
        personFields(form, person);
        if (chat.started && !chat.blocked) {
          const block = () => { box.close(); model.act("block", userId, { blocked: true }); };
          form.append(el("button", { type: "button", class: "danger", "data-role": "block", on: { click: block } }, say("block")));
        }
      },
      submit: (data) => post("edit-person", { user_id: userId, ...Object.fromEntries(data) }),
    });
  },
  openSide: () => showSide(true),
  closeChat(userId) {
    state.open = state.open.filter((id) => id !== userId);
    renderChats();
  },
};

// The payload of a deep link to this bot, in Telegram's forms or with this page's address; null for other links.
function payloadOf(url) {
  if (!URL.canParse(url)) return null;
  const link = new URL(url);
  const username = link.protocol === "tg:" ? link.searchParams.get("domain") : TELEGRAM.includes(link.host) ? link.pathname.slice(1) : null;
  const ours = username?.toLowerCase() === model.bot()?.username.toLowerCase();
  const here = link.port === location.port && link.pathname === "/" && [location.hostname, ...LOOPBACK].includes(link.hostname);
  return ours || here ? link.searchParams.get("start") : null;
}

function showLink(payload) {
  state.link = payload;
  // Off the address: loading the page again must not bring the link back.
  if (!payload) history.replaceState(null, "", location.pathname);
  for (const view of views.values()) view.renderFoot();
}

const nameOf = (person) => [person.first_name, person.last_name].filter(Boolean).join(" ");

function personFields(form, person) {
  const role = choice(say("role"), "role", Object.entries(say("roles")), person?.role || "");
  // A new person may be taken as offered, with a name that goes with the role.
  role.querySelector("select").addEventListener("change", ({ target }) => {
    const [first, last] = [form.elements.first_name, form.elements.last_name];
    const offered = Object.values(say("someNames")).some((name) => name.join() === [first.value, last.value].join());
    if (!person && (offered || !first.value)) [first.value, last.value] = say("someNames")[target.value] || ["", ""];
  });
  form.append(
    role,
    field(say("firstName"), "first_name", { required: true, maxlength: 64, value: person?.first_name || "" }),
    field(say("lastName"), "last_name", { maxlength: 64, value: person?.last_name || "" }),
    field(say("phone"), "phone", { type: "tel", value: person?.phone || "", placeholder: "+79161234567" }),
    choice(say("telegramLanguage"), "language_code", LANGUAGES, person?.language_code || currentLanguage()),
  );
}

function addPerson() {
  showSide(false);
  dialog({
    title: say("newPerson"), role: "person-dialog", main: say("create"),
    body: (form) => personFields(form, null),
    submit: async (data) => {
      const answer = await post("create-person", Object.fromEntries(data));
      if (!answer) return;
      state.people.set(answer.person.id, answer.person); // the event may come later than this answer
      openChat(answer.person.id);
    },
  });
}

function openChat(userId, beside = false) {
  const others = state.open.filter((id) => id !== userId);
  state.open = beside ? [...others, userId] : [userId];
  showSide(false);
  renderChats();
}

function renderChats() {
  const known = state.open.filter((id) => state.people.has(id));
  state.open = known.length ? known : [...state.people.keys()].slice(0, 1);
  localStorage.setItem("open-chats", JSON.stringify(state.open));
  for (const id of [...views.keys()]) if (!state.open.includes(id)) views.delete(id);
  for (const id of state.open) if (!views.has(id)) views.set(id, new ChatView(state.people.get(id), model));
  byId("chats").replaceChildren(...state.open.map((id) => views.get(id).node));
  byId("chats").classList.toggle("single", state.open.length < 2);
  for (const view of views.values()) view.toBottom();
  renderSide();
}

function lastLine(userId) {
  const last = [...model.chat(userId).messages.values()].findLast((message) => !message.deleted);
  if (!last) return "";
  const kind = ["venue", "location", "contact", "photo", "voice", "sticker"].find((name) => last[name]);
  return last.text || last.caption || last.venue?.title || last.document?.file_name || (kind ? say(kind) : "");
}

function renderSide() {
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = say(node.dataset.word);
  byId("people").replaceChildren(...[...state.people.values()].map((person) => {
    const role = person.role ? el("em", {}, say("roles")[person.role] || person.role) : null;
    const lines = el("span", { class: "names" }, el("b", {}, nameOf(person)), role, el("small", {}, lastLine(person.id)));
    const current = state.open.includes(person.id);
    const attributes = { type: "button", class: "person", "data-role": "person", "data-user-id": person.id, "aria-current": current ? "true" : undefined };
    const beside = iconButton("beside", `${say("beside")}: ${nameOf(person)}`, "beside", () => openChat(person.id, true));
    beside.classList.add("wide-only");
    return el("li", {}, el("button", { ...attributes, on: { click: () => openChat(person.id) } }, avatar(nameOf(person), person.id), lines), current ? null : beside);
  }));
  const select = byId("bot-select");
  byId("bot-choice").hidden = state.bots.size < 2;
  select.replaceChildren(...[...state.bots.values()].map((bot) => el("option", { value: bot.id, selected: bot.id === state.botId }, bot.name)));
  byId("page-language").value = currentLanguage();
  document.documentElement.lang = currentLanguage();
  document.title = model.bot()?.name || "Local Telegram";
}

function showSide(shown) {
  document.body.classList.toggle("side-open", shown);
  if (shown) byId("people").querySelector("button")?.focus();
}

// Without a choice of the person at the page, show a bot that is connected.
function chooseBot() {
  if (state.bots.has(state.botId) && (state.chosen || model.bot().connected)) return;
  const all = [...state.bots.values()];
  const next = (all.find((bot) => bot.connected) || all[0])?.id ?? null;
  if (next === state.botId) return;
  state.botId = next;
  for (const view of views.values()) view.build();
}

const clock = new Clock({
  now: model.now, shift: () => state.shift, advance: (seconds) => post("advance", { seconds }),
});

// A link in a message opens for the person whose chat stands first.
const mailbox = new Mailbox((url, event) => model.follow(state.open[0], url, event));

const tools = new Tools({
  post, botId: () => state.botId,
  people: () => [...state.people.values()].map((person) => [person.id, nameOf(person)]),
  changed: () => { for (const view of views.values()) view.renderHead(); },
});

function takeClock({ now, shift }) {
  state.skew = now - Date.now() / 1000;
  state.shift = shift;
  clock.tick();
}

function takeState(snapshot) {
  state.bots = new Map(snapshot.bots.map((bot) => [bot.id, bot]));
  state.people = new Map(snapshot.people.map((person) => [person.id, person]));
  state.chats = new Map();
  takeClock(snapshot);
  mailbox.take(snapshot.mail);
  tools.take(snapshot.troubles);
  for (const saved of snapshot.chats) {
    const chat = chatOf(saved.bot_id, saved.user_id);
    Object.assign(chat, { started: saved.started, blocked: saved.blocked, keyboard: saved.keyboard });
    for (const message of saved.messages) chat.messages.set(message.message_id, message);
    for (const press of saved.busy) chat.busy.set(`${press.message_id}:${press.data}`, press.query_id);
  }
  if (!state.open.length) state.open = JSON.parse(localStorage.getItem("open-chats") || "[]");
  chooseBot();
  for (const [id, view] of views) {
    if (!state.people.has(id)) continue;
    view.person = state.people.get(id);
    view.build();
  }
  renderChats();
  if (!state.people.size) {
    post("create-person", { first_name: say("you"), last_name: say("youLast"), language_code: currentLanguage(), role: "patient" });
  }
}

const EVENTS = {
  bot({ bot }) {
    state.bots.set(bot.id, bot);
    chooseBot();
    for (const view of views.values()) {
      view.renderHead();
      view.renderFoot();
    }
    renderSide();
  },
  person({ person }) {
    state.people.set(person.id, person);
    const view = views.get(person.id);
    if (view) {
      view.person = person;
      view.renderHead();
    }
    renderChats();
  },
  chat(event, view) {
    const chat = chatOf(event.bot_id, event.user_id);
    const before = JSON.stringify(chat.keyboard);
    Object.assign(chat, event.chat);
    if (view && JSON.stringify(chat.keyboard) !== before) view.showKeyboard();
    else view?.renderFoot();
  },
  message(event, view) {
    chatOf(event.bot_id, event.user_id).messages.set(event.message_id, event.message);
    view?.upsert(event.message);
    renderSide();
  },
  edit(event, view) {
    EVENTS.message(event, view);
  },
  delete(event, view) {
    const message = chatOf(event.bot_id, event.user_id).messages.get(event.message_id);
    if (!message) return;
    message.deleted = true;
    view?.remove(message);
    renderSide();
  },
  toast(event, view) {
    const { busy } = chatOf(event.bot_id, event.user_id);
    for (const key of busy.keys()) if (key.startsWith(`${event.message_id}:`)) busy.delete(key);
    view?.markBusy();
    if (!event.text || !view) return;
    if (!event.show_alert) view.toast(event.text);
    else dialog({ title: model.bot().name, role: "alert", main: say("ok"), cancel: false, body: (form) => form.append(el("p", { class: "loud" }, event.text)) });
  },
  mail({ mail }) {
    mailbox.add(mail);
    views.get(state.open[0])?.toast(`${say("newMail")}: ${mail.subject || say("noSubject")}`);
  },
  action(event, view) {
    view?.typing(undefined, event.action);
  },
  troubles({ armed }) {
    tools.armed(armed);
  },
  clock(event) {
    takeClock(event);
    clock.moved();
    for (const view of views.values()) view.renderLog(); // what was today may be yesterday
  },
};

function apply(event) {
  const here = event.bot_id === undefined || event.bot_id === state.botId;
  EVENTS[event.event]?.(event, here ? views.get(event.user_id) : undefined);
}

// Events that come while the snapshot is on its way are newer than it, so they wait for it.
function connect() {
  const source = new EventSource("/control/events");
  let waiting = [];
  source.onopen = async () => {
    waiting = waiting || [];
    const snapshot = await (await fetch("/control/state")).json();
    model.alive = true;
    takeState(snapshot);
    const late = waiting;
    waiting = null;
    late.forEach(apply);
  };
  source.onerror = () => {
    model.alive = false;
    waiting = [];
    for (const view of views.values()) view.renderHead();
  };
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (waiting) waiting.push(event);
    else apply(event);
  };
}

byId("add-person").addEventListener("click", addPerson);
byId("shade").addEventListener("click", () => showSide(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && showSide(false));
const closeSide = iconButton("close", say("close"), "close-people", () => showSide(false));
closeSide.classList.add("narrow-only");
byId("side-close").replaceWith(closeSide);
byId("bot-select").addEventListener("change", (event) => {
  state.botId = Number(event.target.value);
  state.chosen = true;
  for (const view of views.values()) view.build();
  renderSide();
});
byId("page-language").addEventListener("change", (event) => {
  setLanguage(event.target.value);
  clock.build();
  tools.build();
  for (const view of views.values()) view.build();
  renderSide();
});
byId("show-deleted").checked = state.showsDeleted;
byId("show-deleted").addEventListener("change", (event) => {
  state.showsDeleted = event.target.checked;
  if (state.showsDeleted) localStorage.removeItem("hide-deleted");
  else localStorage.setItem("hide-deleted", "");
  for (const view of views.values()) view.renderLog();
});
byId("open-tools").addEventListener("click", (event) => {
  showSide(false);
  tools.open(event.currentTarget);
});
renderSide();
connect();
