// For whoever builds the bot: troubles to be armed, and the log of raw updates and methods.
import { el, iconButton } from "./dom.js";
import { say, troubleName, exactTimeOf } from "./words.js";

const SHOWN = 300; // entries

export class Tools {
  // `people()`: those whose chats a trouble may be for; `post(act, body)` asks the server; `botId()`: whose troubles.
  constructor({ people, post, botId, changed }) {
    this.model = { people, post, botId, changed };
    this.troubles = { offered: [], armed: [] };
    this.entries = [];
    this.whose = "";
    this.source = null;
    this.node = el("aside", { id: "tools", hidden: true, "data-role": "tools" });
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    document.body.append(this.node);
    this.build();
  }

  get on() {
    return this.source !== null;
  }

  build() {
    const title = el("h2", {}, say("tools"));
    const close = iconButton("close", say("close"), "tools-close", () => this.close());
    this.node.setAttribute("aria-label", say("tools"));
    this.faults = el("section", { "aria-label": say("troubles"), "data-role": "troubles" });
    this.list = el("ol", { class: "entries", tabindex: "0", "aria-label": say("log"), "data-role": "log-entries" });
    const watch = el("input", { type: "checkbox", role: "switch", "data-role": "log-switch", on: { change: () => this.watch(watch.checked) } });
    watch.checked = this.on;
    const clear = el("button", { type: "button", class: "plain", "data-role": "log-clear", on: { click: () => this.show(this.entries = []) } }, say("clear"));
    const head = el("div", { class: "log-head" }, el("label", { class: "switch" }, watch, el("span", {}, say("log"))), clear);
    this.note = el("p", { class: "hint" });
    const log = el("section", { class: "raw", "aria-label": say("log") }, head, this.note, this.list);
    this.node.replaceChildren(el("header", {}, title, close), this.faults, log);
    this.showTroubles();
    this.show();
  }

  open(opener) {
    this.opener = opener;
    this.node.hidden = false;
    this.showTroubles();
    this.node.querySelector("[data-role=tools-close]").focus();
  }

  close() {
    this.node.hidden = true;
    if (this.opener?.checkVisibility({ visibilityProperty: true })) this.opener.focus();
    else document.querySelector("[data-role=open-people]:not([hidden])")?.focus();
  }

  take(troubles) {
    this.troubles = troubles;
    this.showTroubles();
  }

  armed(armed) {
    this.troubles.armed = armed;
    this.showTroubles();
  }

  showTroubles() {
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.trouble : undefined;
    const { offered, armed } = this.troubles;
    const whose = el("select", { "data-role": "trouble-whose", on: { change: () => { this.whose = whose.value; } } },
      el("option", { value: "" }, say("anyChat")),
      ...this.model.people().map(([id, name]) => el("option", { value: id, selected: String(id) === this.whose }, name)));
    const arm = (name) => () => this.model.post("arm", { name, bot_id: this.model.botId(), user_id: this.whose ? Number(this.whose) : null });
    const buttons = offered.map(({ name, title }) => el("button", { type: "button", "data-role": "trouble", "data-trouble": name, on: { click: arm(name) } }, troubleName(name, title)));
    const waiting = armed.map(({ text, times }) => el("li", {}, times > 1 ? `${text} × ${times}` : text));
    const disarm = el("button", { type: "button", class: "plain", "data-role": "disarm", hidden: !armed.length, on: { click: () => this.disarm() } }, say("disarm"));
    this.faults.replaceChildren(
      el("h3", {}, say("troubles")),
      el("label", { class: "field" }, el("span", {}, say("whose")), whose),
      el("div", { class: "moves" }, ...buttons),
      el("div", { class: "armed" }, el("p", { role: "status", "data-role": "armed" }, armed.length ? say("armed") : say("noneArmed")), el("ul", {}, ...waiting), disarm),
    );
    if (focused) this.faults.querySelector(`[data-trouble="${focused}"]`)?.focus();
    this.model.changed(armed.length);
  }

  async disarm() {
    await this.model.post("disarm");
    this.faults.querySelector("[data-role=trouble]")?.focus();
  }

  // Nothing is carried here while the log is off.
  async watch(on) {
    this.source?.close();
    this.source = null;
    if (on) {
      this.source = new EventSource("/control/events?only=traffic");
      this.source.onmessage = ({ data }) => this.add([JSON.parse(data).entry]);
      this.source.onopen = async () => this.add((await (await fetch("/control/traffic")).json()).entries);
    }
    this.show();
  }

  add(entries) {
    const known = new Set(this.entries.map((entry) => entry.number));
    this.entries = [...this.entries, ...entries.filter((entry) => !known.has(entry.number))].sort((one, other) => one.number - other.number).slice(-SHOWN);
    this.show();
  }

  show() {
    const stay = this.list.scrollTop > 40;
    const open = new Set([...this.list.querySelectorAll("details[open]")].map((node) => node.dataset.number));
    this.note.textContent = this.on ? (this.entries.length ? say("localOnly") : say("noEntries")) : say("logOff");
    // The newest first; a row keeps its node, so that what is read stays where it is.
    const rows = new Map([...this.list.children].map((node) => [node.firstChild.dataset.number, node]));
    const wanted = this.on ? this.entries.toReversed() : [];
    this.list.replaceChildren(...wanted.map((entry) => rows.get(String(entry.number)) || row(entry, open)));
    this.list.hidden = !wanted.length;
    if (!stay) this.list.scrollTop = 0;
  }
}

const pretty = (value) => JSON.stringify(unfolded(value), null, 2);

// Objects come as JSON in a form; shown as what they are.
function unfolded(value) {
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typeof item === "string" && /^[[{]/.test(item) ? parsed(item) : item]));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function outcome(entry) {
  if (entry.kind === "update") return entry.status === 200 ? ["good", "✓"] : ["bad", say("notTaken")];
  if (!entry.answer) return ["bad", say("noAnswer")];
  return entry.answer.ok ? ["good", "✓"] : ["bad", `${entry.answer.error_code} ${entry.answer.description}`];
}

function row(entry, open) {
  const [state, words] = outcome(entry);
  const arrow = entry.kind === "update" ? "→" : "←";
  const who = say(entry.kind === "update" ? "toBot" : "fromBot");
  const summary = el("summary", {},
    el("span", { class: "arrow", role: "img", "aria-label": who, title: who }, arrow),
    el("b", {}, entry.name), " ", el("time", {}, exactTimeOf(entry.at)), el("span", { class: state }, words));
  const details = el("details", { "data-role": "log-entry", "data-kind": entry.kind, "data-number": entry.number, open: open.has(String(entry.number)) }, summary);
  // Long bodies are set only when they are looked at.
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    details.append(el("pre", { tabindex: "0", "aria-label": say("sent") }, pretty(entry.sent)));
    if (entry.answer) details.append(el("pre", { tabindex: "0", "aria-label": say("answered") }, pretty(entry.answer.ok ? { result: entry.answer.result } : entry.answer)));
  });
  return el("li", {}, details);
}
