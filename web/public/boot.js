// Puts the theme on the page before the first paint; a file of its own because the content policy allows no inline script.
(() => {
  var prefs = {};
  try {
    prefs = JSON.parse(localStorage.getItem("tm.prefs") || "{}");
  } catch (_unreadable) {
    prefs = {};
  }
  var theme = prefs.theme || "system";
  if (theme === "system") theme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
})();
