"use strict";
(() => {
  const table = document.querySelector("table.packages");
  const form = document.getElementById("filters");
  const text = document.getElementById("text");
  const level = document.getElementById("level");
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");
  const bodies = Array.from(table.tBodies);
  const verdicts = ["invalid", "denied", "unverifiable", "verified", "skipped"];
  const levels = ["unproven", "registry-signature", "provenance", "trusted-publisher"];
  const collator = new Intl.Collator("en", { numeric: true });

  // What the row itself shows. It is read when it is first needed.
  const rows = new Map();
  const row = (body) => {
    let found = rows.get(body);
    if (!found) {
      const cells = Array.from(body.rows[0].cells, (cell) => cell.textContent.trim());
      const name = body.querySelector(".name").textContent;
      found = { name, version: cells[1], repository: cells[4], all: cells.join("\n").toLowerCase() };
      rows.set(body, found);
    }
    return found;
  };

  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdict = form.elements.verdict.value;
    let left = 0;
    for (const body of bodies) {
      const wanted =
        (!verdict || body.dataset.verdict === verdict) &&
        (!level.value || body.dataset.level === level.value) &&
        words.every((word) => row(body).all.includes(word));
      body.hidden = !wanted;
      left += wanted ? 1 : 0;
    }
    shown.textContent = left === bodies.length ? `${left} packages` : `${left} of ${bodies.length} packages`;
    nothing.hidden = left > 0 || bodies.length === 0;
  };

  // By precedence as semantic versioning has it; what is no version at all is compared as text.
  const version = (a, b) => {
    const [[coreA, preA], [coreB, preB]] = [a, b].map((v) => {
      const [whole] = v.split("+");
      const dash = whole.indexOf("-");
      return dash < 0 ? [whole, ""] : [whole.slice(0, dash), whole.slice(dash + 1)];
    });
    const byCore = collator.compare(coreA, coreB);
    if (byCore !== 0 || preA === preB) return byCore;
    if (preA === "" || preB === "") return preA === "" ? 1 : -1;
    return collator.compare(preA, preB);
  };
  // What is missing stands last.
  const repository = (a, b) => (a === "") - (b === "") || collator.compare(a, b);

  const orders = [
    (a, b) => collator.compare(row(a).name, row(b).name),
    (a, b) => version(row(a).version, row(b).version),
    (a, b) => verdicts.indexOf(a.dataset.verdict) - verdicts.indexOf(b.dataset.verdict),
    (a, b) => levels.indexOf(a.dataset.level) - levels.indexOf(b.dataset.level),
    (a, b) => repository(row(a).repository, row(b).repository),
  ];
  const heads = Array.from(table.tHead.rows[0].cells);
  const place = new Map(bodies.map((body, index) => [body, index]));

  const sort = (column) => {
    const descending = heads[column].getAttribute("aria-sort") === "ascending";
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
    const order = orders[column];
    bodies.sort((a, b) => (descending ? order(b, a) : order(a, b)) || place.get(a) - place.get(b));
    const sorted = document.createDocumentFragment();
    bodies.forEach((body) => sorted.append(body));
    table.append(sorted);
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(column));
    head.replaceChildren(button);
  });
  heads[2].setAttribute("aria-sort", "ascending");
  form.addEventListener("input", filter);
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
