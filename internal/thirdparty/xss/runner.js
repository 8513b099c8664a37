// Loads the documents of the plan, several at a time, and does in each what a user
// may do.
const sleep = ms => new Promise(r => setTimeout(r, ms));
// turn waits a little, and for an answer of the server: on a busy machine that takes as
// much longer as what is waited for does.
const turn = async ms => { await sleep(ms); await fetch('/turn'); };

// loaded waits for the load of a frame. It gives false when so many turns have not been
// enough: what is in the frame may never be loaded.
async function loaded(frame, turns) {
  let done = false;
  const load = new Promise(r => { frame.onload = () => { done = true; r(true); }; });
  const late = async () => {
    for (let n = 0; n < turns && !done; n++) await turn(20);
    return done;
  };
  return Promise.race([load, late()]);
}
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
  f.src = src;
  const load = loaded(f, 200);
  document.body.append(f);
  f.late = !await load;
  return f;
}

async function one(doc, place, again) {
  if (doc.load) {
    const f = await frame('/doc/' + doc.load);
    await turn(5); // a refresh comes right behind the load
    const ok = f.late ? (use(f.contentWindow, again), -1) : use(f.contentWindow, again);
    await turn(40);
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
  const load = loaded(place.frame, 60);
  d.open();
  d.write(doc.text);
  d.close();
  const late = !await load;
  await sleep(0);
  const ok = late ? (use(w, again), -1) : use(w, again);
  await turn(w.frames.length ? 40 : 10); // addresses of scripts are followed a little later
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
