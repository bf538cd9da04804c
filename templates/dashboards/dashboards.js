// What the browser adds to pages that work without it: copy, print, sort, drafts, and telling of lost contact.
"use strict";
(() => {
  const told = document.getElementById("besked");
  const say = (words) => { if (told) { told.textContent = words; } };
  // The link holds everything that is shown, also what was chosen for the reader: another's usual page may be another.
  const copy = document.getElementById("kopiera");
  const ORDER = "sortering";
  const link = () => {
    const order = new URLSearchParams(location.search).get(ORDER);
    const query = [copy.dataset.query, order ? ORDER + "=" + order : ""].filter((each) => each).join("&");
    return location.origin + location.pathname + (query ? "?" + query : "");
  };
  if (copy) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(link());
        say("Länken är kopierad.");
      } catch {
        say("Kopiera länken härifrån: " + link());
      }
    });
  }
  const print = document.getElementById("skriv-ut");
  if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
  const menu = document.getElementById("ladda-ner");
  if (menu) {
    document.addEventListener("click", (event) => { if (!menu.contains(event.target) || event.target.closest("a,button")) { menu.open = false; } });
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
    });
  }
  // What was saved is told once: neither a copied link nor a reloaded page tells it again.
  const here = new URL(location.href);
  if (here.searchParams.has("told")) {
    here.searchParams.delete("told");
    history.replaceState(null, "", here.pathname + here.search + here.hash);
  }
  const errors = document.getElementById("fel");
  if (errors) { errors.focus(); }

  // Any column can be sorted: up, down, and back to the order that the table came in. Marks and empty cells stay last.
  const MONTHS = ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"];
  const words = (cell) => {
    const chip = cell && cell.querySelector(".chip"), mark = cell && cell.querySelector("abbr");
    const from = chip ? chip.lastChild : mark || cell;
    return from ? from.textContent.replace(/[\u00a0\u202f]/g, " ").trim() : "";
  };
  const isMark = (text) => ["", "..", ".", "\u00b7", "\u2013"].includes(text);
  const asDate = (text) => {
    const found = /^(\d{1,2}) ([a-z]+) (\d{4})$/.exec(text);
    return found && MONTHS.includes(found[2]) ? Number(found[3]) * 10000 + (MONTHS.indexOf(found[2]) + 1) * 100 + Number(found[1]) : null;
  };
  const asNumber = (text) => {
    const found = /^[~<]?([+\u2212-]?)(\d+(?: \d{3})*)(?:,(\d+))?(?![\d/:\u2013-])/.exec(text);
    return found && (found[1] === "" || found[1] === "+" ? 1 : -1) * Number(found[2].replace(/ /g, "") + "." + (found[3] || "0"));
  };
  const compare = (rows, column) => {
    const texts = rows.map((row) => words(row.cells[column])).filter((text) => !isMark(text));
    for (const read of [asDate, asNumber]) {
      if (texts.length && texts.every((text) => read(text) !== null)) { return (a, b) => read(a) - read(b); }
    }
    return (a, b) => a.localeCompare(b, "sv", { numeric: true });
  };
  const segments = (body) => {
    const found = [{ head: [], plain: [], sums: [] }];
    for (const row of body.rows) {
      if (row.classList.contains("row-group")) { found.push({ head: [row], plain: [], sums: [] }); continue; }
      found[found.length - 1][row.classList.contains("row-sum") ? "sums" : "plain"].push(row);
    }
    return found;
  };
  // Which tables are sorted stands in the address, as card.table.column.direction: the reader's own, and never sent anywhere else.
  const orders = () => (new URLSearchParams(location.search).get(ORDER) || "").split(",").filter((each) => each);
  const placed = (table) => {
    const card = table.closest(".card");
    return card.id.replace(/^kort-/, "") + "." + [...card.querySelectorAll("table")].indexOf(table) + ".";
  };
  const keepOrder = (place, order) => {
    const kept = [...orders().filter((each) => !each.startsWith(place)), ...(order ? [order] : [])].slice(-8);
    const rest = location.search.slice(1).split("&").filter((each) => each && !each.startsWith(ORDER + "="));
    const query = [...rest, ...(kept.length ? [ORDER + "=" + kept.join(",")] : [])].join("&");
    history.replaceState(null, "", location.pathname + (query ? "?" + query : "") + location.hash);
  };
  const sortable = (root) => { for (const table of root.querySelectorAll(".card table")) {
    const heads = table.tHead && table.tHead.rows[table.tHead.rows.length - 1];  // brackets stand above the names
    const body = table.tBodies[0];
    if (!heads || !body) { continue; }
    const parts = segments(body), every = parts.flatMap((part) => part.plain);
    if (every.length < 2) { continue; }
    table.classList.add("sortable");
    [...heads.cells].forEach((head, column) => {
      const name = head.textContent.trim();
      if (!name) { return; }
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sorter";
      button.textContent = name;
      head.replaceChildren(button);
      if (column && table.closest(".heat-frame")) {  // too narrow for a finger on a phone: only its name there
        const plain = document.createElement("span");
        plain.className = "unsorted";
        plain.textContent = name;
        head.append(plain);
      }
      const sort = (turn) => {
        for (const other of heads.cells) { other.removeAttribute("aria-sort"); }
        const order = compare(every, column);
        for (const part of parts) {
          const shown = part.plain.map((row) => [words(row.cells[column]), row]);
          if (turn) {
            shown.sort(([a], [b]) => isMark(a) - isMark(b) || (isMark(a) ? 0 : order(a, b) * (turn === "ascending" ? 1 : -1)));
          }
          body.append(...part.head, ...shown.map(([, row]) => row), ...part.sums);
        }
        if (turn) { head.setAttribute("aria-sort", turn); }
      };
      const place = placed(table), WORDS = { ascending: "stigande", descending: "fallande" };
      const asked = Object.keys(WORDS).find((turn) => orders().includes(place + column + "." + WORDS[turn]));
      if (asked) { sort(asked); }
      button.addEventListener("click", () => {
        const turn = { ascending: "descending", descending: "" }[head.getAttribute("aria-sort")] ?? "ascending";
        sort(turn);
        keepOrder(place, turn && place + column + "." + WORDS[turn]);
        say(turn ? "Tabellen är sorterad efter " + name + ", " + WORDS[turn] + "." : "Tabellen står i sin vanliga ordning.");
      });
    });
  } };
  // A draft is one person's, in one tab, and goes only when its own form has been saved. It remembers which version
  // was seen, so that what another has saved meanwhile is told as a conflict and never silently written over.
  const who = document.querySelector(".who"), OWN = "skolbanken:" + (who ? who.dataset.who : "") + ":", SENT = OWN + "sent";
  const stored = (key) => { try { return sessionStorage.getItem(key); } catch { return null; } };
  const forget = (key) => { try { sessionStorage.removeItem(key); } catch { /* nothing is kept here */ } };
  const sent = stored(SENT), isSaved = told && told.textContent.trim() !== "" && !errors;
  forget(SENT);
  if (sent && isSaved) { forget(sent); }
  const drafts = (root) => { for (const form of root.querySelectorAll("form[data-draft]")) {
    const key = OWN + form.dataset.draft, state = form.querySelector(".draft");
    const fields = () => [...form.elements].filter((one) => one.name && one.type !== "submit" && (one.type !== "hidden" || /^(expected|se(en|dd)[.])/.test(one.name)));
    const keep = () => {
      const values = {};
      for (const one of fields()) {
        if (one.type === "radio") { if (one.checked) { values[one.name] = one.value; } } else { values[one.name] = one.value; }
      }
      try { sessionStorage.setItem(key, JSON.stringify(values)); } catch { return; }
      if (state) { state.textContent = "Utkastet är sparat i den här fliken."; }
    };
    let kept = null;
    try { kept = JSON.parse(stored(key)); } catch { kept = null; }
    if (errors && key === sent) {
      keep();
    } else if (kept) {
      for (const one of fields()) {
        if (!(one.name in kept)) { continue; }
        if (one.type === "radio") { one.checked = kept[one.name] === one.value; } else { one.value = kept[one.name]; }
      }
      if (state) { state.textContent = "Ditt utkast är tillbaka. Det är inte sparat i registret ännu."; }
    }
    form.addEventListener("input", keep);
    let hasContact = false;
    form.addEventListener("submit", async (event) => {
      if (hasContact) { return; }
      event.preventDefault();
      try { await fetch(document.querySelector("script[src]").src, { cache: "no-store", redirect: "manual" }); } catch {
        say("Ingen kontakt med Skolbänken, så inget är sparat ännu. Det du skrev finns kvar här; tryck på knappen igen om en stund.");
        if (state) { state.textContent = "Inte sparat i registret: ingen kontakt med Skolbänken. Försök igen om en stund."; }
        return;
      }
      hasContact = true;
      try { sessionStorage.setItem(SENT, key); } catch { /* nothing is kept here */ }
      form.submit();
    });
  } };
  sortable(document);
  drafts(document);
  // What goes on is looked at again without loading the page anew: the focus, the choices and the reader's place stay.
  const watched = document.getElementById("uppgifter");
  const again = async () => {
    let page = null;
    try {
      const answer = await fetch(location.pathname + location.search, { redirect: "manual" });
      if (!answer.ok) { say("Du är utloggad eller har inte längre behörighet. Ladda om sidan."); return; }
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      say("Ingen kontakt med Skolbänken. Sidan försöker igen av sig själv; det som pågår påverkas inte.");
      setTimeout(again, 10000);
      return;
    }
    const isOver = !page.getElementById("uppgifter").dataset.again, mine = document.getElementById("formular");
    const fresh = [...page.getElementById("formular").children], names = fresh.map((card) => card.id);
    let last = null;
    for (const card of fresh) {
      const old = document.getElementById(card.id);
      if (old && (old.contains(document.activeElement) || (!isOver && old.querySelector("form")))) { last = old; continue; }
      if (old) { old.replaceWith(card); } else if (last) { last.after(card); } else { mine.prepend(card); }
      sortable(card);
      last = card;
    }
    for (const old of [...mine.children]) { if (!names.includes(old.id) && !old.contains(document.activeElement)) { old.remove(); } }
    if (!isOver) { setTimeout(again, Number(watched.dataset.again) * 1000); return; }
    say("Det som pågick är klart. Läget står i tabellen.");
  };
  if (watched && watched.dataset.again) { setTimeout(again, Number(watched.dataset.again) * 1000); }
  window.skolbank = { say, sortable, drafts };
  const unknown = orders().length && !document.querySelector("[aria-sort]");
  if (unknown) { say("Sorteringen i länken passar inte sidans tabeller, som står i sin vanliga ordning."); }
  if (!who) {
    return;
  }
  who.querySelector("form").addEventListener("submit", () => sessionStorage.clear());
  window.addEventListener("offline", () => say("Ingen kontakt med Skolbänken. Det du skriver finns kvar här; försök spara igen om en stund."));
  window.addEventListener("online", () => say("Kontakten är tillbaka."));
})();
