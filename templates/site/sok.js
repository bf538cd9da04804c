/* Search in names and titles that the page has brought with it; nothing is asked of a server. */
(function () {
  var rows = window.SKOLBANK_INDEX || [], list = document.getElementById("traffar");
  var field = document.getElementById("sok"), told = document.getElementById("antal");
  var form = document.getElementById("sokform"), up = list.dataset.up;
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  function show() {
    var words = field.value.toLocaleLowerCase("sv").split(/\s+/).filter(Boolean);
    list.textContent = "";
    if (!words.length) { told.textContent = ""; return; }
    var found = rows.filter(function (row) {
      var text = row.t.toLocaleLowerCase("sv");
      return words.every(function (word) { return text.indexOf(word) >= 0; });
    });
    found.slice(0, 50).forEach(function (row) {
      var item = document.createElement("li"), link = document.createElement("a");
      link.href = up + row.h;
      link.textContent = row.t;
      item.appendChild(link);
      item.appendChild(document.createTextNode(" (" + row.s + ")"));
      list.appendChild(item);
    });
    told.textContent = found.length === 1 ? "1 träff" : found.length + " träffar";
  }
  field.addEventListener("input", show);
  var asked = new URLSearchParams(location.search).get("q");
  if (asked) { field.value = asked.slice(0, 100); }
  show();
})();
