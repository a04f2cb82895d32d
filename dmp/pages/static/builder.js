// The rule builder: conditions as native controls, the rule as the server reads it, people as they are counted.
"use strict";

const part = (id) => JSON.parse(document.getElementById(id).textContent);
const [offer, begun, said] = [part("offer"), part("state"), part("said")];
const KINDS = ["field", "tag", "score", "event", "segment"];
const WAIT = 400;

function made(tag, properties = {}, ...children) {
  const { label, ...own } = properties;
  const node = Object.assign(document.createElement(tag), own);
  if (label) node.setAttribute("aria-label", label);
  node.append(...children);
  return node;
}

const choice = (label, options, chosen) => {
  const node = made("select", { label });
  for (const { id, name } of options) node.append(new Option(name, id, false, id === chosen));
  return node;
};
const named = (ids) => ids.map((id) => ({ id, name: said[id] ?? id }));
const button = (text, label, act) => {
  const node = made("button", { type: "button", label }, text);
  node.addEventListener("click", act);
  return node;
};

// ---- One condition: controls that depend on what was chosen before, and what they say together.
function condition(node = { field: offer.field[0]?.id }) {
  const box = made("div", { className: "condition" });
  const kind = choice(said.kind, named(KINDS.filter((one) => offer[one].length)), KINDS.find((one) => one in node));
  const rest = made("span", { className: "condition" });
  const away = button("✕", said.remove, () => { const next = box.parentElement.closest("fieldset"); box.remove(); next.querySelector("button").focus(); changed(); });
  box.append(kind, rest, away);
  const show = (from) => {
    rest.replaceChildren();
    const what = choice(said[kind.value], offer[kind.value], from[kind.value]);
    rest.append(what);
    if (kind.value === "segment") box.read = () => ({ segment: what.value });
    else box.read = kind.value === "tag" ? readTag(rest, what, from) : compared(rest, kind.value, what, from);
  };
  kind.addEventListener("change", () => { show({}); changed(); });
  show(node);
  return box;
}

function readTag(rest, what, from) {
  const score = entry("number", said.min_score, from.min_score ?? "", { min: 0, max: 1, step: 0.05 });
  const days = entry("number", said.held_days, from.held_days ?? "", { min: 1, step: 1 });
  rest.append(...[[said.min_score, score], [said.held_days, days]].map(([text, node]) => made("label", {}, `${text} `, node)));
  return () => ({ tag: what.value, ...given("min_score", score), ...given("held_days", days) });
}

const given = (name, node) => (node.value === "" ? {} : { [name]: Number(node.value) });
const entry = (type, label, value, more = {}) => made("input", { type, label, value, autocomplete: "off", ...more });

function compared(rest, kind, what, from) {
  const place = made("span", { className: "condition" });
  const days = entry("number", said.within_days, from.within_days ?? "", { min: 1, step: 1 });
  rest.append(place);
  if (kind === "event") rest.append(made("label", {}, `${said.within_days} `, days));
  const type = () => (kind === "field" ? offer.field.find((one) => one.id === what.value).kind : "number");
  const operators = () => (kind === "field" ? [...offer.operators[type()], "is_known"] : offer.operators.count);
  let read = () => ({});
  const show = (start) => {
    const operator = choice(said.operator, named(operators()), operators().find((one) => one in start) ?? (kind === "event" ? "at_least" : undefined));
    const values = made("span", { className: "condition" });
    const ask = (value) => {
      const [nodes, told] = asked(operator.value, type(), value ?? (kind === "event" ? 1 : undefined));
      values.replaceChildren(...nodes);
      read = () => ({ [operator.value]: told() });
    };
    operator.addEventListener("change", () => ask());
    ask(start[operator.value]);
    place.replaceChildren(operator, values);
    const meaning = offer[kind].find((one) => one.id === what.value)?.meaning;
    if (meaning) place.append(made("small", {}, meaning));
  };
  what.addEventListener("change", () => show({}));
  show(from);
  return () => ({ [kind]: what.value, ...read(), ...(kind === "event" ? given("within_days", days) : {}) });
}

// What an operator compares with: its controls, and how they are read.
function asked(operator, type, value) {
  const plain = (text) => (type === "number" && text.trim() !== "" && !isNaN(text) ? Number(text) : text.trim());
  const control = { number: "number", day: "date" }[type] ?? "text";
  const typed = (label, start) => entry(control, label, start ?? "", control === "number" ? { step: "any" } : {});
  if (operator === "is_known" || type === "flag") {
    const node = choice(said.value, [{ id: "true", name: said.yes }, { id: "false", name: said.no }], String(value ?? true));
    return [[node], () => node.value === "true"];
  }
  if (operator === "between") {
    const [low, high] = [typed(said.low, value?.[0]), typed(said.high, value?.[1])];
    return [[low, high], () => [plain(low.value), plain(high.value)]];
  }
  if (operator === "one_of" || operator === "none_of") {
    const node = entry("text", said.values, (value ?? []).join(", "), { placeholder: said.values });
    return [[node], () => node.value.split(/[,，]/).filter((text) => text.trim()).map(plain)];
  }
  const node = typed(said.value, value);
  return [[node], () => plain(node.value)];
}

// ---- A group of conditions and groups.
function group(node, isOutermost = false) {
  const box = made("fieldset");
  const how = choice(said.operator_of_group, named(["all", "any", "none"]), "all");
  const parts = made("div");
  const add = (child) => { parts.append(child); changed(); child.querySelector("select").focus(); };
  box.append(made("legend", {}, isOutermost ? said.who : said.group), how, parts,
    button(said.add_condition, "", () => add(condition())), " ",
    button(said.add_group, "", () => add(group({ any: [] }))));
  if (!isOutermost) box.append(" ", button(said.remove_group, "", () => { box.remove(); changed(); }));
  const inside = node.not ? node.not.any ?? [node.not] : node.all ?? node.any ?? [node];
  how.value = node.not ? "none" : node.any ? "any" : "all";
  for (const one of inside) parts.append(one.all || one.any || one.not ? group(one) : condition(one));
  box.read = () => {
    const told = [...parts.children].map((child) => child.read());
    return how.value === "none" ? { not: { any: told } } : { [how.value]: told };
  };
  return box;
}

// ---- The rule: read, counted, shown, saved.
const who = group(begun?.who ?? { all: [] }, true);
const fields = [...document.querySelectorAll(".of-rule")];
document.getElementById("who").append(who);
for (const field of fields) if (begun?.[field.id]) field.value = begun[field.id];
if (!begun) document.getElementById("id").value = "new_segment";

function rule() {
  const told = Object.fromEntries(fields.map((field) => [field.id, field.value.trim()]));
  // Names may follow; people are counted before.
  for (const name of ["name_en", "name_zh", "owner"]) told[name] ||= told.id;
  return { ...told, who: who.read() };
}

function table(caption, heads, rows) {
  const head = made("tr", {}, ...heads.map((text) => made("th", { scope: "col" }, text)));
  const lines = rows.map((row) => made("tr", {}, ...row.map((cell, place) => made("td", { className: place ? "number" : "" }, String(cell)))));
  return made("table", {}, made("caption", {}, caption), made("thead", {}, head), made("tbody", {}, ...lines));
}

function show({ text, problem, found }) {
  document.getElementById("text").textContent = text ?? "";
  const place = document.getElementById("count");
  if (problem) return place.replaceChildren(made("p", { className: "message" }, problem));
  const number = (value) => value.toLocaleString(document.documentElement.lang);
  place.replaceChildren(
    made("p", {}, made("span", { className: "big" }, number(found.person_count)), ` ${said.people} (${said.of} ${number(found.people_count)})`),
    made("p", {}, `${number(found.consented_count)} ${said.consented} · ${found.as_of_date}`),
    table(said.alone, [said.condition, said.person_count], found.conditions.map((row) => [row.condition, number(row.person_count)])),
    table(said.overlap, [said.segment, said.shared_count, said.person_count],
      found.overlaps.filter((row) => row.shared_count).map((row) => [row.segment_id, number(row.shared_count), number(row.person_count)])));
}

let waiting, latest = 0;
async function count(turn) {
  const place = document.getElementById("count");
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("/builder/count", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(rule()) });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const found = await answer.json();
    if (turn === latest) show(found);
  } catch {
    if (turn === latest) place.replaceChildren(made("p", { className: "message" }, said.failed));
  }
  if (turn === latest) place.removeAttribute("aria-busy");
}

function changed() {
  clearTimeout(waiting);
  const turn = ++latest;
  if (who.querySelector(".condition")) waiting = setTimeout(() => count(turn), WAIT);
}

document.querySelector(".builder").addEventListener("input", changed);
document.getElementById("save")?.addEventListener("submit", (event) => { event.target.rule.value = JSON.stringify(rule()); });
document.getElementById("download").addEventListener("click", () => {
  const link = made("a", { href: URL.createObjectURL(new Blob([document.getElementById("text").textContent], { type: "application/yaml" })) });
  link.download = `${document.getElementById("id").value || "segment"}.yaml`;
  link.click();
  URL.revokeObjectURL(link.href);
});
changed();
