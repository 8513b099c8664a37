// Loads the documents of the plan, several at a time, and does in each what a user
// may do.
const sleep = ms => new Promise(r => setTimeout(r, ms));
const framework = /^(data-)?(hx-on|x-|@|:|v-|ng-)/;

function use(w, again) {
  let d;
  try { d = w.document; } catch { return 0; }
  if (!d || !d.documentElement) return 0;
  w.__clicks = true;
  const all = [...d.querySelectorAll('*')];
  const ok = all.filter(e => e.localName === 'i' && e.className === 'ok').length;
  for (const e of all) {
    for (const a of [...(e.attributes || [])]) {
      const name = a.name.toLowerCase();
      if (name.startsWith('on')) {
        try { e.dispatchEvent(new w.Event(name.slice(2))); } catch {}
      } else if (framework.test(name)) {
        try { new w.Function('$event', a.value)(); } catch {}
        try { new w.Function('$event', 'return (' + a.value + ')')(); } catch {}
      }
    }
    const name = e.localName;
    if (['a', 'area', 'button', 'input', 'summary', 'math', 'maction', 'mi'].includes(name) || e.hasAttribute('href')) {
      try { e.dispatchEvent(new w.MouseEvent('click', {bubbles: true, cancelable: true, composed: true})); } catch {}
      if (w.HTMLElement && e instanceof w.HTMLElement) try { w.HTMLElement.prototype.click.call(e); } catch {}
    }
    if (name === 'form') try { w.HTMLFormElement.prototype.submit.call(e); } catch {}
  }
  for (let i = 0; i < w.frames.length; i++) use(w.frames[i], false);
  if (again && d.body) {
    // What an editor does: markup is read from the document and parsed once more.
    const copy = d.createElement('div');
    copy.innerHTML = d.body.innerHTML;
    d.body.append(copy);
  }
  return ok;
}

// frame makes a frame with an empty page of the site.
async function frame(src) {
  const f = document.createElement('iframe');
  f.width = 300;
  f.height = 150;
  const loaded = new Promise(r => { f.onload = r; setTimeout(r, 5000, 'late'); });
  f.src = src;
  document.body.append(f);
  f.late = await loaded === 'late';
  return f;
}

async function one(doc, place, again) {
  if (doc.load) {
    const f = await frame('/doc/' + doc.load);
    await sleep(5); // a refresh comes right behind the load
    const ok = f.late ? (use(f.contentWindow, again), -1) : use(f.contentWindow, again);
    await sleep(40);
    f.remove();
    return ok;
  }
  // Written into a frame a document is parsed as one from the network, and costs
  // the browser a fraction of it.
  if (!place.frame || ++place.uses > 20) {
    if (place.frame) place.frame.remove();
    place.frame = await frame('/blank');
    await sleep(0); // inside its load event another would not be told
    place.uses = 0;
  }
  const w = place.frame.contentWindow, d = w.document;
  w.__clicks = false;
  const done = new Promise(r => { place.frame.onload = r; setTimeout(r, 1500, 'late'); });
  d.open();
  d.write(doc.text);
  d.close();
  const late = await done === 'late';
  await sleep(0);
  const ok = late ? (use(w, again), -1) : use(w, again);
  await sleep(w.frames.length ? 40 : 10); // addresses of scripts are followed a little later
  return ok;
}

async function run(from, to, width, again) {
  const docs = await (await fetch(`/docs?from=${from}&to=${to}`)).json();
  const counts = [];
  let next = 0;
  const worker = async () => {
    const place = {};
    while (next < docs.length) {
      const n = next++;
      counts[n] = await one(docs[n], place, again && n % 4 === 0);
    }
  };
  await Promise.all(Array.from({length: width}, worker));
  return counts;
}
