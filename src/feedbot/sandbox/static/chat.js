// The chat page: what the server knows is fetched as JSON, what changes arrives as events.

import { bubble, day, el, face, icon, plain, time } from "./render.js";
import { t, translatePage } from "./words.js";

const $ = (id) => document.getElementById(id);
const state = { users: [], chats: [], bot: null, commands: [], faults: [] };
const room = { id: null, messages: new Map(), notes: [], topic: null };
const drafts = new Map();
const waiting = new Map();
let me = Number(localStorage.getItem("sandbox-as")) || null;
let suggested = -1;

async function get(path) {
  const answer = await fetch(`api/${path}`);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(`api/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    toast(t("The sandbox cannot be reached"));
    return null;
  }
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    toast(content.error || t("Error {0}", answer.status));
    return null;
  }
  return content.result || {};
}

// the list

const chatOf = (id) => state.chats.find((one) => one.id === id);
const visible = () => state.chats.filter((one) => one.type !== "private" || one.user_id === me)
  .sort((a, b) => (b.last ? b.last.date : 0) - (a.last ? a.last.date : 0) || b.id - a.id);

function title(chat) {
  return chat.type === "private" ? (state.bot ? state.bot.first_name : t("The bot")) : chat.title;
}

function drawList() {
  const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.chat : null;
  $("chats").replaceChildren(...visible().map((chat) => {
    const last = chat.last;
    const author = last && last.from && (chat.type !== "private" || last.from.id === me)
      ? el("b", {}, last.from.id === me ? t("You: ") : `${last.from.first_name}: `) : null;
    return el("button", {
      class: "row", type: "button", "data-chat": chat.id, "aria-current": chat.id === room.id ? "true" : null,
      onclick: () => open(chat.id),
    },
    face(title(chat), chat.id, true),
    el("span", { class: "lines" },
      el("span", { class: "top" },
        chat.type === "private" ? null : icon(chat.type === "channel" ? "channel" : "people"),
        el("strong", {}, title(chat)),
        last ? el("time", {}, time(last.date)) : null),
      el("span", { class: "bottom" },
        el("span", { class: "last" }, author, last ? plain(last) : t("No messages yet")),
        chat.blocked ? icon("blocked", t("blocked")) : null,
        chat.unread ? el("span", { class: "badge", "aria-label": t("{0} unread", chat.unread) }, String(chat.unread)) : null)));
  }));
  if (focused) document.querySelector(`[data-chat="${focused}"]`)?.focus();
  const unread = visible().reduce((sum, one) => sum + one.unread, 0);
  document.title = (unread ? `(${unread}) ` : "") + t("Sandbox chats");
}

function drawPeople() {
  if (!state.users.some((one) => one.id === me)) me = state.users.length ? state.users[0].id : null;
  $("as").replaceChildren(...state.users.map((one) => el("option", { value: one.id, selected: one.id === me }, one.first_name)));
}

async function loadState() {
  Object.assign(state, await get("state"));
  drawPeople();
  drawList();
  drawFaults();
  if (room.id !== null) drawHead();
}

let due = null;
function reloadSoon() {
  if (due === null) due = setTimeout(() => { due = null; loadState().catch(() => {}); }, 60);
}

// the open chat

async function open(id, keep) {
  if (room.id !== null) drafts.set(room.id, $("text").value);
  const loaded = await get(`chats/${id}`).catch(() => null);
  if (!loaded) return;
  if (room.id !== id || !keep) room.topic = null;
  room.id = id;
  room.messages = new Map(loaded.messages.map((one) => [one.message_id, one]));
  room.notes = loaded.notes;
  $("nothing").hidden = true;
  $("chat").hidden = false;
  $("app").classList.add("opened");
  if (!keep) $("text").value = drafts.get(id) || "";
  history.replaceState(null, "", `#${id}`);
  drawHead();
  drawMessages();
  drawList();
  read();
  if (!keep && matchMedia("(min-width: 760px)").matches) $("text").focus();
}

function shut() {
  room.id = null;
  $("chat").hidden = true;
  $("nothing").hidden = false;
  $("app").classList.remove("opened");
  history.replaceState(null, "", location.pathname + location.search);
  drawList();
}

function read() {
  const chat = chatOf(room.id);
  if (chat && chat.unread && document.visibilityState === "visible") {
    chat.unread = 0;
    drawList();
    post("act", { chat_id: room.id, action: "read" });
  }
}

let typing = null;
function subtitle(chat) {
  if (typing) return t("typing…");
  if (chat.type === "private") return chat.blocked ? t("blocked") : `${t("bot")}${state.bot ? ` · @${state.bot.username}` : ""}`;
  const count = chat.members.filter(([, status]) => !["left", "kicked"].includes(status)).length;
  const bot = { administrator: "the bot is an administrator", member: "the bot is a member", left: "the bot is not in it", kicked: "the bot was thrown out" };
  return `${t(count === 1 ? "{0} person" : "{0} people", count)} · ${t(bot[chat.bot_status] || chat.bot_status)}`;
}

function drawHead() {
  const chat = chatOf(room.id);
  if (!chat) return shut();
  $("title").textContent = title(chat);
  $("subtitle").textContent = subtitle(chat);
  $("subtitle").classList.toggle("typing", Boolean(typing));
  const head = face(title(chat), chat.id);
  head.id = "face";
  $("face").replaceWith(head);
  const inside = ["administrator", "member", "creator"].includes(chat.bot_status);
  $("block").classList.toggle("danger", chat.type === "private" ? !chat.blocked : inside);
  $("block").textContent = chat.type === "private" ? t(chat.blocked ? "Unblock" : "Block") : t(inside ? "Kick the bot" : "Add the bot");
  $("topics").hidden = !chat.is_forum;
  if (chat.is_forum) drawTopics(chat);
  $("pinned").hidden = !chat.pinned;
  if (chat.pinned) $("pinned").lastElementChild.textContent = plain(chat.pinned);
  const fresh = chat.type === "private" && room.messages.size === 0;
  $("start").hidden = !fresh;
  $("form").hidden = fresh;
  const status = (chat.members.find(([id]) => id === me) || [])[1];
  const mute = chat.type === "channel" && !["creator", "administrator"].includes(status);
  $("text").disabled = mute;
  $("text").placeholder = t(mute ? "Only administrators write here" : chat.type === "channel" ? "Broadcast" : "Message");
  $("menu").hidden = commandsHere().length === 0;
  drawActs(chat, inside);
  return undefined;
}

function drawTopics(chat) {
  const tab = (id, name, closed) => el("button", {
    type: "button", role: "tab", "aria-selected": String(room.topic === id), class: "topic",
    onclick: () => { room.topic = id; drawHead(); drawMessages(); },
  }, closed ? icon("lock", t("closed")) : id === null ? null : "# ", name);
  $("topics").replaceChildren(tab(null, t("General"), false), ...chat.topics.map((one) => tab(one.id, one.name, one.closed)),
    el("button", { type: "button", class: "topic add", "aria-label": t("New topic"), onclick: newTopic }, "+"));
}

async function newTopic() {
  const name = prompt(t("Name of the topic"));
  if (!name) return;
  const made = await post("act", { chat_id: room.id, action: "open_topic", name });
  if (made) { await loadState(); room.topic = made.thread_id; drawHead(); drawMessages(); }
}

const inTopic = (message) => {
  const chat = chatOf(room.id);
  return !chat || !chat.is_forum || (message.message_thread_id || null) === room.topic;
};

function shown(message) {
  const chat = chatOf(room.id) || {};
  const from = message.from;
  const mine = from ? from.id === me : false;
  const name = chat.type !== "private" && !mine
    ? (from ? { text: from.first_name, id: from.id } : { text: chat.title, id: chat.id }) : null;
  return bubble(message, { mine, name, act });
}

function drawMessages() {
  const nodes = [];
  let last = null;
  const notes = [...room.notes];
  const flush = (before) => {
    while (notes.length && notes[0].after < before) nodes.push(el("div", { class: "service" }, el("span", {}, t(notes.shift().text))));
  };
  for (const message of room.messages.values()) {
    flush(message.message_id);
    if (!inTopic(message)) continue;
    if (day(message.date) !== last) {
      last = day(message.date);
      nodes.push(el("div", { class: "service day" }, el("span", {}, last)));
    }
    nodes.push(shown(message));
  }
  flush(Infinity);
  if (!nodes.length) nodes.push(el("div", { class: "service" }, el("span", {}, t("No messages here yet"))));
  $("messages").replaceChildren(...nodes);
  $("messages").dataset.day = last || "";
  toEnd();
}

const isAtEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 80;
let follow = true;
function toEnd() {
  $("scroll").scrollTop = $("scroll").scrollHeight;
  follow = true;
  $("down").hidden = true;
}

function put(message) {
  const known = room.messages.has(message.message_id);
  const first = room.messages.size === 0;
  room.messages.set(message.message_id, message);
  if (first) { drawHead(); drawMessages(); return; }
  if (!inTopic(message)) return;
  const old = $("messages").querySelector(`[data-id="${message.message_id}"]`);
  if (known && old) {
    old.replaceWith(shown(message));
    if (follow) toEnd();
    return;
  }
  if ($("messages").dataset.day !== day(message.date)) { drawMessages(); return; }
  const node = shown(message);
  node.classList.add("fresh");
  $("messages").append(node);
  if (follow || (message.from && message.from.id === me)) toEnd();
  else $("down").hidden = false;
}

const act = {
  say: (text) => say(text),
  file: (id) => `api/files/${encodeURIComponent(id)}`,
  grown: () => { if (follow) toEnd(); },
  react: (message) => post("react", {
    chat_id: room.id, message_id: message.message_id, user_id: me, emoji: (message.reactions || []).includes("❤") ? null : "❤",
  }),
  press: async (message, key, node) => {
    node.classList.add("busy");
    const done = await post("press", { chat_id: room.id, message_id: message.message_id, user_id: me, data: key.callback_data || key.text });
    if (!done) { node.classList.remove("busy"); return; }
    waiting.set(done.press_id, node);
    setTimeout(() => { if (waiting.delete(done.press_id)) node.classList.remove("busy"); }, 15000);
  },
};

function answered(answer) {
  if (answer.user_id !== me) return;
  const node = waiting.get(answer.press_id);
  waiting.delete(answer.press_id);
  if (node) node.classList.remove("busy");
  if (answer.url) window.open(answer.url, "_blank", "noopener");
  if (!answer.text) return;
  if (answer.show_alert) {
    $("alert-text").textContent = answer.text;
    if (!$("alert").open) $("alert").showModal();
  } else toast(answer.text);
}

// writing

async function say(text) {
  if (!text.trim() || room.id === null) return;
  const done = await post("say", { chat_id: room.id, user_id: me, text, thread_id: room.topic });
  if (done) { $("text").value = ""; grow(); }
}

function grow() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
}

function commandsHere() {
  const chat = chatOf(room.id);
  const sets = state.commands[0] || [];
  if (!chat) return [];
  const language = ((state.users.find((one) => one.id === me) || {}).language_code || "").split("-")[0];
  const scopes = chat.type === "private"
    ? [`chat:${chat.id}`, "all_private_chats", "default"]
    : [`chat_member:${chat.id}:${me}`, `chat_administrators:${chat.id}`, `chat:${chat.id}`, "all_chat_administrators", "all_group_chats", "default"];
  for (const scope of scopes) {
    for (const code of [language, ""]) {
      const found = sets.find((one) => one.scope === `${scope}|${code}`);
      if (found) return found.commands;
    }
  }
  return [];
}

function suggest(all) {
  const text = $("text").value;
  const wanted = all || /^\/\w*$/.test(text);
  const found = wanted ? commandsHere().filter((one) => all || `/${one.command}`.startsWith(text)) : [];
  suggested = -1;
  $("suggestions").hidden = found.length === 0;
  $("suggestions").replaceChildren(...found.map((one, index) => el("li", {
    role: "option", id: `option-${index}`, "aria-selected": "false", "data-command": one.command,
    onmousedown: (event) => { event.preventDefault(); choose(one.command); },
  }, el("b", {}, `/${one.command}`), el("span", {}, one.description))));
}

function choose(command) {
  $("suggestions").hidden = true;
  say(`/${command}`);
}

function move(step) {
  const options = [...$("suggestions").children];
  suggested = (suggested + step + options.length) % options.length;
  options.forEach((one, index) => one.setAttribute("aria-selected", String(index === suggested)));
  options[suggested].scrollIntoView({ block: "nearest" });
  $("text").setAttribute("aria-activedescendant", `option-${suggested}`);
}

$("text").addEventListener("input", () => { grow(); suggest(false); });
$("text").addEventListener("blur", () => { $("suggestions").hidden = true; });
$("text").addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const listed = !$("suggestions").hidden;
  if (listed && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (listed && event.key === "Tab" && !event.shiftKey) {
    event.preventDefault();
    $("text").value = `/${$("suggestions").children[Math.max(suggested, 0)].dataset.command} `;
    suggest(false);
  } else if (event.key === "Escape") {
    $("suggestions").hidden = true;
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (listed && suggested >= 0) choose($("suggestions").children[suggested].dataset.command);
    else { $("suggestions").hidden = true; say($("text").value); }
  }
});
$("form").addEventListener("submit", (event) => { event.preventDefault(); say($("text").value); });
$("menu").addEventListener("click", () => { if ($("suggestions").hidden) { suggest(true); $("text").focus(); } else $("suggestions").hidden = true; });
$("start").addEventListener("click", () => say("/start"));

// A link that starts this very bot is a command here.
document.addEventListener("click", (event) => {
  const anchor = event.target.closest && event.target.closest("a[href]");
  if (!anchor || !state.bot) return;
  const url = new URL(anchor.href);
  if (url.hostname === "t.me" && url.pathname.slice(1).toLowerCase() === state.bot.username.toLowerCase()) {
    event.preventDefault();
    const own = state.chats.find((one) => one.type === "private" && one.user_id === me);
    const payload = url.searchParams.get("start");
    if (own) open(own.id).then(() => say(payload ? `/start ${payload}` : "/start"));
  }
});

// what surrounds

let toasting = null;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toasting);
  toasting = setTimeout(() => { $("toast").hidden = true; }, 4000);
}

$("as").addEventListener("change", () => {
  me = Number($("as").value);
  localStorage.setItem("sandbox-as", String(me));
  const chat = chatOf(room.id);
  const own = visible().find((one) => one.type === "private");
  drawList();
  if (chat && chat.type !== "private") open(chat.id);
  else if (own) open(own.id);
});
$("back").addEventListener("click", shut);
$("down").addEventListener("click", toEnd);
$("pinned").addEventListener("click", () => {
  const chat = chatOf(room.id);
  $("messages").querySelector(`[data-id="${chat.pinned.message_id}"]`)?.scrollIntoView({ block: "center", behavior: "smooth" });
});
$("scroll").addEventListener("scroll", () => { follow = isAtEnd(); if (follow) $("down").hidden = true; });
new ResizeObserver(() => { if (follow) $("scroll").scrollTop = $("scroll").scrollHeight; }).observe($("scroll"));
document.addEventListener("visibilitychange", read);

$("block").addEventListener("click", () => {
  const chat = chatOf(room.id);
  const inside = ["administrator", "member", "creator"].includes(chat.bot_status);
  const action = chat.type === "private" ? (chat.blocked ? "unblock" : "block") : (inside ? "kicked" : "administrator");
  post("act", { chat_id: chat.id, action });
});

$("new").addEventListener("click", () => {
  const form = $("dialog-new").querySelector("form");
  form.reset();
  form.dispatchEvent(new Event("change"));
  $("dialog-new").returnValue = "";
  $("dialog-new").showModal();
});
$("dialog-new").querySelector("form").addEventListener("change", (event) => {
  const form = event.currentTarget;
  const person = form.elements.type.value === "user";
  form.querySelector(".language").hidden = !person;
  form.querySelector(".hint").hidden = person;
});
$("dialog-new").addEventListener("close", async () => {
  if ($("dialog-new").returnValue !== "ok") return;
  const { type, title: name, language } = $("dialog-new").querySelector("form").elements;
  if (type.value === "user") {
    const user = await post("users", { first_name: name.value, language_code: language.value });
    if (!user) return;
    me = user.id;
    localStorage.setItem("sandbox-as", String(me));
    await loadState();
    open(user.id);
  } else {
    const made = await post("chats", { type: type.value, title: name.value, user_id: me });
    if (!made) return;
    await loadState();
    open(made.chat_id);
  }
});

// developer tools

const FAULTS = {
  429: (wait) => ({ status: 429, description: `Too Many Requests: retry after ${wait}`, retry_after: wait }),
  403: () => ({ status: 403, description: "Forbidden: bot was blocked by the user" }),
  400: () => ({ status: 400, description: "Bad Request: chat not found" }),
  500: () => ({ status: 500, description: "Internal Server Error" }),
  drop: () => ({ drop: true, description: "broken connection" }),
  lost: () => ({ drop: true, accept: true, description: "broken connection after accepting" }),
  slow: () => ({ status: 200, delay: 5, description: "5 seconds late" }),
};

function showPanel(shownNow) {
  $("panel").hidden = !shownNow;
  $("tools").setAttribute("aria-expanded", String(shownNow));
  $("app").classList.toggle("paneled", shownNow);
}
$("tools").addEventListener("click", () => showPanel($("panel").hidden));
$("close").addEventListener("click", () => { showPanel(false); $("tools").focus(); });
$("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const { kind, place, method, times, retry_after: wait } = event.currentTarget.elements;
  post("faults", {
    ...FAULTS[kind.value](Number(wait.value) || 10), method: method.value, times: Number(times.value) || 1,
    chat_id: place.value === "chat" ? room.id : null,
  });
});
$("fault").addEventListener("change", (event) => {
  const form = event.currentTarget;
  form.elements.retry_after.disabled = form.elements.kind.value !== "429";
});
$("clear").addEventListener("click", () => post("faults", { clear: true }));

function drawFaults() {
  $("faults").replaceChildren(...state.faults.map((one) => {
    const chat = one.chat_id === null ? t("every chat") : chatOf(one.chat_id) ? title(chatOf(one.chat_id)) : String(one.chat_id);
    return el("li", {}, el("b", {}, one.drop ? t("drop") : String(one.status)), ` ${one.description}`, el("small", {}, `${one.times} × ${one.method || t("any")} · ${chat}`));
  }));
  if (!state.faults.length) $("faults").append(el("li", { class: "none" }, t("None: every call is answered.")));
  $("clear").hidden = !state.faults.length;
}

function drawActs(chat, inside) {
  const button = (text, action, more) => el("button", { type: "button", class: "text", onclick: () => post("act", { chat_id: chat.id, action, ...more }) }, text);
  const acts = [];
  if (chat.type !== "private" && inside) {
    acts.push(chat.bot_status === "administrator" ? button(t("Make it a plain member"), "member") : button(t("Make it an administrator"), "administrator"));
  }
  if (chat.type === "group") acts.push(button(t("Upgrade to a supergroup"), "migrate"));
  const topic = chat.topics.find((one) => one.id === room.topic);
  if (topic) acts.push(topic.closed ? button(t("Open this topic again"), "reopen_topic", { thread_id: topic.id }) : button(t("Close this topic"), "close_topic", { thread_id: topic.id }));
  $("acts").hidden = acts.length === 0;
  $("acts").querySelector(".acts").replaceChildren(...acts);
}

// The site's links carry what a link to the bot would: /sandbox/?start=c5 presses Start with that payload.
async function followLink() {
  const payload = new URLSearchParams(location.search).get("start");
  if (!payload) return;
  history.replaceState(null, "", location.pathname + location.hash);
  const chat = visible().find((one) => one.type === "private");
  if (!chat) return;
  if (room.id !== chat.id) await open(chat.id);
  await say(`/start ${payload}`);
}

// events

function listen() {
  const source = new EventSource("api/events");
  const on = (kind, handle) => source.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
  on("hello", async () => {
    $("link").textContent = "";
    await loadState().catch(() => {});
    const wanted = room.id !== null ? room.id : Number(location.hash.slice(1)) || null;
    const first = visible().find((one) => one.id === wanted) || (matchMedia("(min-width: 760px)").matches ? visible()[0] : null);
    if (first) await open(first.id, room.id === first.id);
    await followLink();
  });
  on("message", ({ chat_id: id, message, unread }) => {
    const chat = chatOf(id);
    if (!chat) { reloadSoon(); return; }
    if (!chat.last || message.message_id >= chat.last.message_id) chat.last = message;
    chat.unread = unread;
    if (id === room.id) {
      if (message.from && message.from.is_bot) { typing = null; drawHead(); }
      put(message);
      read();
    }
    drawList();
  });
  on("deleted", ({ chat_id: id, message_id: messageId }) => {
    if (id === room.id) {
      room.messages.delete(messageId);
      $("messages").querySelector(`[data-id="${messageId}"]`)?.remove();
    }
    reloadSoon();
  });
  on("chat", ({ chat_id: id }) => {
    reloadSoon();
    if (id === room.id) setTimeout(() => { if (room.id === id) open(id, true); }, 120);
  });
  on("action", ({ chat_id: id }) => {
    if (id !== room.id) return;
    clearTimeout(typing);
    typing = setTimeout(() => { typing = null; if (room.id !== null) drawHead(); }, 5000);
    drawHead();
  });
  on("answer", answered);
  for (const kind of ["users", "bot", "faults", "read"]) on(kind, reloadSoon);
  source.addEventListener("error", () => {
    $("link").textContent = t("Connection lost, trying again…");
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
}

translatePage();
listen();
