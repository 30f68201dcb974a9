// The emulator's clock: its face in the head of a chat, and the panel that moves it on.
import { el } from "./dom.js";
import { dateOf, fullDateOf, say, timeOf } from "./words.js";

const HOUR_S = 3600;
const DAY_S = 86400;
const EVENING = 18;

// Seconds from `now` (unix seconds) to the next time that it is 18:00 where this browser is.
function toEvening(now) {
  const evening = new Date(now * 1000);
  evening.setHours(EVENING, 0, 0, 0);
  if (evening / 1000 <= now) evening.setDate(evening.getDate() + 1);
  return Math.ceil(evening / 1000 - now);
}

export class Clock {
  // `now()` and `shift()` in seconds; `advance(seconds)` asks the server.
  constructor({ now, shift, advance }) {
    this.model = { now, shift, advance };
    this.panel = el("div", { id: "clock", class: "clock-panel", popover: "auto", role: "dialog", "data-role": "clock-panel" });
    document.body.append(this.panel);
    this.build();
    setInterval(() => this.tick(), 1000);
  }

  // In the language of the page as it is now.
  build() {
    const move = (word, role, seconds) => el("button", {
      type: "button", "data-role": role, on: { click: () => this.model.advance(seconds()) },
    }, say(word));
    this.back = move("realTime", "real-time", () => -this.model.shift());
    this.time = el("b");
    this.date = el("span");
    // Said aloud when the clock was moved, not each time a minute passes.
    this.said = el("p", { class: "sr", role: "status" });
    this.panel.setAttribute("aria-label", say("clock"));
    this.panel.replaceChildren(
      el("p", { class: "reading" }, this.time, this.date), this.said,
      el("div", { class: "moves" },
        move("plusHour", "plus-hour", () => HOUR_S),
        move("plusDay", "plus-day", () => DAY_S),
        move("toEvening", "to-evening", () => toEvening(this.model.now())),
        this.back),
    );
    this.tick();
  }

  face() {
    const button = el("button", { type: "button", class: "clock", "data-role": "clock", popovertarget: "clock" }, el("span", { class: "sr" }), el("b"), el("small"));
    this.show(button);
    return button;
  }

  show(face) {
    const now = this.model.now();
    const [name, time, date] = face.children;
    name.textContent = `${say("clock")}: `;
    time.textContent = timeOf(now);
    date.textContent = dateOf(now);
  }

  tick() {
    for (const face of document.querySelectorAll("[data-role=clock]")) this.show(face);
    this.time.textContent = timeOf(this.model.now());
    this.date.textContent = fullDateOf(this.model.now());
    const real = !this.model.shift();
    // A button that goes away takes the focus along, so it is handed on first.
    if (real && this.back === document.activeElement) this.panel.querySelector("button").focus();
    this.back.hidden = real;
  }

  moved() {
    this.said.textContent = `${this.time.textContent}, ${this.date.textContent}`;
  }
}
