// Makes a page live: the same page, whose choices are answered by a kernel of one's own as soon as they are made.
"use strict";
(() => {
  const button = document.getElementById("utforska"), cards = document.getElementById("uppgifter");
  const filters = document.querySelector("form.filters"), word = document.querySelector(".who [name=_xsrf]");
  if (!button || !cards || !filters || !word || !window.skolbank || !window.WebSocket) { return; }
  const { say: tell, sortable, drafts } = window.skolbank;
  const CONTROL = "skolbank-control";
  const ENDED = {
    1006: "Kontakten med servern bröts. Sidan visar det senaste du såg. Tryck på Utforska för att fortsätta.",
    1001: "Servern startas om. Sidan visar det senaste du såg. Tryck på Utforska om en stund.",
    4401: "Du är utloggad eller sessionen är slut. Ladda om sidan och logga in igen; adressen minns dina val.",
    4403: "Dina rättigheter har ändrats. Ladda om sidan för att se det som är ditt nu.",
    4408: "Du har inte valt något på en stund, så utforskaren är avslutad. Tryck på Utforska för att fortsätta.",
    4410: "Utforskaren stannade. Siffrorna på sidan stämmer. Tryck på Utforska för att börja om.",
    4429: "Det blev för många val på kort tid. Vänta en stund och tryck på Utforska.",
    4500: "Servern startas om. Sidan visar det senaste du såg. Tryck på Utforska om en stund.",
  };
  let state = "still", socket = null, model = "", number = 0, waiting = null, busy = 0;
  let drawing = Promise.resolve(), vega = null, wanted = button.dataset.query;

  // What passes stands in the corner for a while, so that the page does not move; what ended stays at the top.
  const told = document.getElementById("besked");
  let passing = 0;
  const say = (words, stays = false) => {
    clearTimeout(passing);
    told.classList.toggle("passing", !stays);
    tell(words);
    if (!stays) { passing = setTimeout(() => tell(""), 6000); }
  };

  const send = (kind, content) => socket.send(JSON.stringify({
    header: { msg_type: kind, msg_id: Math.random().toString(36).slice(2) },
    parent_header: {}, metadata: {}, content, channel: "shell",
  }));
  const asked = () => new URLSearchParams([...new FormData(filters)].filter(([, value]) => value)).toString();

  const wait = () => {
    cards.setAttribute("aria-busy", "true");
    clearTimeout(busy);
    const since = Date.now();
    const count = () => {
      const seconds = Math.round((Date.now() - since) / 1000);
      const what = state === "starting" ? "Utforskaren startar" : "Räknar om";
      say(seconds < 3 ? what + " …" : what + " … " + seconds + " sekunder.");
      busy = setTimeout(count, seconds < 3 ? 3000 : 5000);
    };
    busy = setTimeout(count, 300);
  };
  const rest = () => { clearTimeout(busy); cards.removeAttribute("aria-busy"); };

  // The address without how tables are sorted: that is for the page itself.
  const settled = (search) => search.slice(1).split("&").filter((each) => each && !each.startsWith("sortering=")).join("&");

  const ask = (query, remember = true) => {
    wanted = query;
    number += 1;
    waiting = { number, query, remember };
    wait();
    if (state === "live") { go(); }
  };
  // A page of words has no kernel: the front door draws it, and it is put in the place of the one before.
  const hasKernel = button.dataset.live !== "";
  const options = (page) => [...page.querySelectorAll("form.filters select, form.filters input[type=text]")].map((field) => (
    { name: field.name, value: field.value, options: [...(field.options || [])].map((each) => [each.value, each.text]) }));
  const bring = async ({ number, query }) => {
    let answer = null;
    try { answer = await fetch(location.pathname + (query ? "?" + query : "")); } catch { over(1006); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("uppgifter");
    if (!fresh) { over(answer.status === 403 ? 4403 : answer.ok ? 4401 : 1006); return; }
    const drawn = new URL(page.getElementById("utforska") ? "?" + page.getElementById("utforska").dataset.query : "", location.href).search.slice(1);
    const place = page.title.split(" – ")[1] || "";
    await show({ number, query: drawn, place, choices: options(page), charts: {}, html: fresh.innerHTML, page });
  };
  const go = () => {
    if (!hasKernel) { const asking = waiting; drawing = drawing.then(() => bring(asking)); return; }
    send("comm_msg", { comm_id: model, data: { method: "update", state: { asked: { number: waiting.number, query: waiting.query } } } });
  };

  // Only what a card is made of: what else a message may hold is left out.
  const clean = (words) => {
    const page = new DOMParser().parseFromString(words, "text/html");
    for (const bad of page.querySelectorAll("script,style,link,meta,base,iframe,object,embed,form,input,textarea,template,foreignObject,use,animate,set")) { bad.remove(); }
    for (const one of page.body.querySelectorAll("*")) {
      for (const { name, value } of [...one.attributes]) {
        const leads = name === "href" || name === "src" || name.endsWith(":href") || name === "action" || name === "formaction";
        if (name.startsWith("on") || name === "style" || (leads && !/^(#|\/(?!\/))/.test(value))) { one.removeAttribute(name); }
      }
    }
    const kept = document.createDocumentFragment();
    kept.append(...page.body.childNodes);
    return kept;
  };

  const engine = () => {
    vega ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = button.dataset.vega;
      script.onload = () => done(window.vegaEmbed);
      script.onerror = failed;
      document.head.append(script);
    });
    return vega;
  };

  const tip = document.createElement("div");
  tip.className = "chart-tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  const point = (event, item) => {
    const words = item && item.datum && item.datum.tip;
    tip.hidden = !words;
    if (!words) { return; }
    tip.textContent = words;
    const left = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
    tip.style.setProperty("left", Math.max(8, left) + "px");
    tip.style.setProperty("top", (event.clientY + 18 + tip.offsetHeight > window.innerHeight ? event.clientY - tip.offsetHeight - 10 : event.clientY + 18) + "px");
  };
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") { tip.hidden = true; } });

  const HATCH = JSON.parse(button.dataset.hatches || "{}");
  const dress = (svg, spec, id) => {
    for (const one of svg.querySelectorAll("[role],[aria-label],[aria-roledescription],[aria-hidden]")) {
      for (const name of ["role", "aria-label", "aria-roledescription", "aria-hidden"]) { one.removeAttribute(name); }
    }
    for (const one of svg.querySelectorAll("path.background,path.foreground")) { one.remove(); }
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", spec.description || "");
    const space = "http://www.w3.org/2000/svg";
    const defs = document.createElementNS(space, "defs");
    for (const [colour, hatch] of Object.entries(HATCH)) {
      const filled = [...svg.querySelectorAll("[fill]")].filter((one) => one.getAttribute("fill").toLowerCase() === colour.toLowerCase());
      if (!filled.length) { continue; }
      const pattern = document.createElementNS(space, "pattern");
      for (const [name, value] of Object.entries({ id: id + "-" + hatch.name, width: hatch.side, height: hatch.side, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" })) { pattern.setAttribute(name, value); }
      const ground = document.createElementNS(space, "rect"), line = document.createElementNS(space, "path");
      for (const [name, value] of Object.entries({ width: hatch.side, height: hatch.side, fill: hatch.ground })) { ground.setAttribute(name, value); }
      for (const [name, value] of Object.entries({ d: "M0 0V" + hatch.side, stroke: hatch.line, "stroke-width": hatch.weight })) { line.setAttribute(name, value); }
      pattern.append(ground, line);
      defs.append(pattern);
      for (const one of filled) { one.setAttribute("fill", "url(#" + id + "-" + hatch.name + ")"); }
    }
    if (defs.childNodes.length) { svg.prepend(defs); }
  };
  let drawn = 0;
  const chart = async (place, charts) => {
    const [, key, width] = /^([0-9a-f]{16})-(wide|narrow)$/.exec(place.dataset.chart) || [];
    const spec = key && charts[key] && charts[key][width];
    if (!spec) { return; }
    const embed = await engine();
    const made = await embed(place, spec, {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: () => {}, mode: "vega-lite",
      loader: { http: { credentials: "omit" }, load: () => Promise.reject(new Error("nothing is loaded")) },
    });
    const svg = place.querySelector("svg");
    drawn += 1;
    dress(svg, spec, "levande-" + drawn);
    svg.removeAttribute("style");
    made.view.addEventListener("pointermove", point);
    svg.addEventListener("pointerleave", () => { tip.hidden = true; });
    place.replaceWith(svg);
  };

  const fill = (choices) => {
    for (const choice of choices) {
      const field = filters.elements[choice.name];
      if (!field) { continue; }
      if (field.options) {
        const there = [...field.options].map((each) => each.value + "\u0000" + each.text).join("\u0001");
        if (there !== choice.options.map(([value, text]) => value + "\u0000" + text).join("\u0001")) {
          field.replaceChildren(...choice.options.map(([value, text]) => new Option(text, value)));
        }
      }
      if (field.value !== choice.value) { field.value = choice.value; }
    }
  };
  const around = async (shown, remember) => {
    const path = location.pathname + (shown.query ? "?" + shown.query : "");
    const copy = document.getElementById("kopiera");
    if (copy) { copy.dataset.query = shown.query; }
    if (remember && location.pathname + "?" + settled(location.search) !== location.pathname + "?" + shown.query) { history.pushState(null, "", path); }
    const parts = document.title.split(" – ");
    document.title = [parts[0], shown.place, parts[parts.length - 1]].join(" – ");
    const chosen = shown.choices.filter((each) => each.name !== "unit" && each.options.length)
      .map((each) => " · " + (filters.querySelector("label[for='val-" + each.name + "']") || {}).textContent + ": " + (each.options.find(([value]) => value === each.value) || ["", ""])[1]);
    const printed = document.querySelector(".printed");
    if (printed) { printed.textContent = shown.place + chosen.join(""); }
    const unit = new URLSearchParams(shown.query).get("unit");
    for (const link of document.querySelectorAll(".rail nav a")) {
      const to = new URL(link.href);
      if (to.pathname === "/korningar") { continue; }
      if (unit) { to.searchParams.set("unit", unit); } else { to.searchParams.delete("unit"); }
      link.href = to.pathname + to.search;
    }
    for (const link of document.querySelectorAll("[data-follows]")) { link.search = shown.query ? "?" + shown.query : ""; }
    const forms = document.getElementById("formular");
    if (forms) {
      let page = shown.page;
      if (!page) {
        const answer = await fetch(path, { headers: { "X-Skolbank-Part": "forms" } });
        page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
      }
      const fresh = page && page.getElementById("formular");
      if (fresh) { forms.replaceChildren(...document.adoptNode(fresh).childNodes); drafts(forms); }
    }
  };
  const show = async (shown) => {
    if (!waiting || shown.number !== waiting.number) { return; }
    const { remember, quiet } = waiting;
    if (shown.fault) { rest(); waiting = null; say(shown.fault, true); return; }
    const fresh = document.createElement("div");
    fresh.append(clean(shown.html));
    for (const place of [...fresh.querySelectorAll(".chart-later")]) {
      try { await chart(place, shown.charts); } catch { place.textContent = "Diagrammet kunde inte ritas. Öppna Visa som tabell."; }
    }
    if (!waiting || shown.number !== waiting.number) { return; }
    waiting = null;
    const open = [...cards.querySelectorAll("details")].map((each) => each.open && (each.closest(".card") || {}).id + each.querySelector("summary").textContent);
    for (const each of fresh.querySelectorAll("details")) {
      each.open = open.includes((each.closest(".card") || {}).id + each.querySelector("summary").textContent);
    }
    const had = cards.contains(document.activeElement);
    cards.replaceChildren(...fresh.childNodes);
    sortable(cards);
    fill(shown.choices);
    rest();
    if (had) { document.getElementById("innehall").focus(); }
    await around(shown, remember && !quiet);
    say(quiet ? "Sidan är levande: det du väljer visas direkt." : "Visar " + shown.place + ". Siffrorna är omräknade.");
    document.body.dataset.live = shown.number;
  };

  const awake = () => {
    state = "live";
    document.body.dataset.state = "live";
    button.hidden = true;
    if ([document.body, button].includes(document.activeElement)) { filters.querySelector("select,input").focus({ preventScroll: true }); }
    if (!waiting) { ask(wanted, false); waiting.quiet = true; } else { go(); }
  };
  const heard = (event) => {
    const { header, content, channel } = JSON.parse(event.data);
    if (channel !== "iopub" || header.msg_type !== "comm_msg") { return; }
    const data = content.data || {};
    if (content.comm_id === CONTROL && data.method === "update_states") {
      const found = Object.entries(data.states).find(([, one]) => ((one.state || {})._dom_classes || []).includes("skolbank-live"));
      if (!found || model) { return; }
      model = found[0];
      awake();
    } else if (content.comm_id === model && data.method === "update" && data.state) {
      if ("shown" in data.state) { const shown = data.state.shown; drawing = drawing.then(() => show(shown)).catch(() => say("Sidan kunde inte ritas om. Ladda om sidan.")); }
    }
  };
  const over = (code) => {
    rest();
    waiting = null;
    model = "";
    state = "still";
    document.body.dataset.state = "still";
    button.hidden = false;
    button.disabled = false;
    say(ENDED[code] || ENDED[1006], true);
  };
  const begin = async () => {
    if (state !== "still") { return; }
    if (!hasKernel) { awake(); return; }
    state = "starting";
    button.disabled = true;
    wait();
    engine();
    let answer;
    try {
      answer = await fetch(button.dataset.live, { method: "POST", body: new URLSearchParams({ _xsrf: word.value, query: wanted }) });
    } catch { over(1006); return; }
    let reply = {};
    try { reply = await answer.json(); } catch { reply = {}; }
    if (!answer.ok) {
      over(answer.status === 401 ? 4401 : answer.status === 403 ? 4403 : 4410);
      if (reply.fault) { say(reply.fault, true); }
      return;
    }
    socket = new WebSocket((location.protocol === "https:" ? "wss://" : "ws://") + location.host + reply.socket);
    socket.addEventListener("message", heard);
    socket.addEventListener("close", (event) => over(event.code));
    socket.addEventListener("open", () => {
      send("comm_open", { comm_id: CONTROL, target_name: "jupyter.widget.control", data: {} });
      send("comm_msg", { comm_id: CONTROL, data: { method: "request_states" } });
    });
  };

  button.hidden = false;
  button.addEventListener("click", begin);
  const isOn = () => state !== "still";
  filters.addEventListener("change", () => { if (isOn()) { ask(asked()); } });
  filters.addEventListener("submit", (event) => { if (isOn()) { event.preventDefault(); ask(asked()); } });
  filters.querySelector(".reset").addEventListener("click", (event) => { if (isOn()) { event.preventDefault(); ask(""); } });
  cards.addEventListener("click", (event) => {
    const link = event.target.closest(".steps a");
    if (link && isOn() && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); ask(new URL(link.href).search.slice(1)); }
  });
  window.addEventListener("popstate", () => { if (isOn()) { ask(settled(location.search), false); } else { location.reload(); } });
})();
