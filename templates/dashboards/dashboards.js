// What the browser adds to pages that work without it: copy, print, sort, drafts, and telling of lost contact.
"use strict";
(() => {
  const told = document.getElementById("besked");
  const say = (words) => { if (told) { told.textContent = words; } };
  const copy = document.getElementById("kopiera");
  if (copy) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(location.href);
        say("Länken är kopierad.");
      } catch {
        say("Kopiera länken ur adressfältet: " + location.href);
      }
    });
  }
  const print = document.getElementById("skriv-ut");
  if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
  const errors = document.getElementById("fel");
  if (errors) { errors.focus(); }

  const sortable = (root) => { for (const table of root.querySelectorAll(".card table")) {
    const heads = table.tHead && table.tHead.rows[table.tHead.rows.length - 1];  // brackets stand above the names
    const head = heads && heads.cells[0];
    const body = table.tBodies[0];
    if (!head || !body || body.rows.length < 3 || body.querySelector(".row-group")) { continue; }
    const rows = [...body.rows], sums = rows.filter((row) => row.classList.contains("row-sum"));
    const plain = rows.filter((row) => !sums.includes(row));
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sorter";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    let turned = false;
    button.addEventListener("click", () => {
      plain.sort((a, b) => a.cells[0].textContent.localeCompare(b.cells[0].textContent, "sv", { numeric: true }));
      if (turned) { plain.reverse(); }
      head.setAttribute("aria-sort", turned ? "descending" : "ascending");
      say("Tabellen är sorterad efter " + button.textContent.trim() + (turned ? ", fallande." : ", stigande."));
      turned = !turned;
      body.append(...plain, ...sums);
    });
  } };
  const drafts = (root) => { for (const form of root.querySelectorAll("form[data-draft]")) {
    const key = "skolbanken:" + form.dataset.draft, state = form.querySelector(".draft");
    const fields = () => [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "submit");
    const keep = () => {
      const values = {};
      for (const one of fields()) {
        if (one.type === "radio") { if (one.checked) { values[one.name] = one.value; } } else { values[one.name] = one.value; }
      }
      try { sessionStorage.setItem(key, JSON.stringify(values)); } catch { return; }
      if (state) { state.textContent = "Utkastet är sparat i den här fliken."; }
    };
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(key)); } catch { kept = null; }
    if (document.body.querySelector(".told:not(:empty)") && !errors) { sessionStorage.removeItem(key); kept = null; }
    if (kept && !errors) {
      for (const one of fields()) {
        if (!(one.name in kept)) { continue; }
        if (one.type === "radio") { one.checked = kept[one.name] === one.value; } else { one.value = kept[one.name]; }
      }
      if (state) { state.textContent = "Ditt utkast är tillbaka. Det är inte sparat i registret ännu."; }
    }
    form.addEventListener("input", keep);
  } };
  sortable(document);
  drafts(document);
  window.skolbank = { say, sortable, drafts };
  if (!document.querySelector(".who")) {
    return;
  }
  document.querySelector(".who form").addEventListener("submit", () => sessionStorage.clear());
  window.addEventListener("offline", () => say("Ingen kontakt med Skolbänken. Det du skriver finns kvar här; försök spara igen om en stund."));
  window.addEventListener("online", () => say("Kontakten är tillbaka."));
})();
