// The bar lives in a shadow root, so that neither the page's styles nor its scripts meet it.
(() => {
  const {debugBase: base, debugId: id, debugSummary: summary} = document.currentScript.dataset;
  const host = document.createElement("div");
  const root = host.attachShadow({mode: "closed"});
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host{all:initial}
    a{position:fixed;right:.5rem;bottom:.5rem;z-index:2147483647;padding:.3rem .7rem;border-radius:6px;
      background:#1e2329;color:#e6e9ec;font:12px/1.4 system-ui,sans-serif;text-decoration:none;opacity:.9;border:1px solid #5b6470}
    a:hover,a:focus{opacity:1;outline:2px solid #8ab4f8}
    @media print{a{display:none}}`);
  root.adoptedStyleSheets = [style];
  const link = document.createElement("a");
  link.href = base + id;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = summary;
  link.title = "What this request did (debug mode)";
  root.append(link);
  document.body.append(host);
})();
