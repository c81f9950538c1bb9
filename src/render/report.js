'use strict';
// Recounts the report's table for other dates, channels and products, sorts and filters it, and draws the issues
// picked. Everything it needs is in the page; without it the page is the same report, static.
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($('data-counts').textContent);
  const n = data.periods.length;
  const read = (text) => text.split(',').map((cell) => (cell === '' ? 0 : +cell));
  for (const s of data.series) for (const part of s.parts) part.counts = read(part.counts);

  // Numbers as the report writes them (halves to the even digit, as there).
  const fixed = (x, d) => {
    const y = x * 10 ** d, f = Math.floor(y);
    return y - f === 0.5 && f % 2 === 0 ? (f / 10 ** d).toFixed(d) : x.toFixed(d);
  };
  const count = (x) => String(Math.abs(Math.round(x))).replace(/\B(?=(\d{3})+$)/g, ',');
  const times = (x) => (x >= 9.95 || x === 0 ? count(x) : x >= 0.95 ? fixed(x, 1) : fixed(x, 2)) + '×';
  const percent = (x) => (x * 100 >= 9.95 || x === 0 ? fixed(x * 100, 0) : fixed(x * 100, 1)) + '\u00a0%';
  const NONE = '–';

  // The exact interval of a ratio of rates: given their sum, x1 is binomial (Przyborowski and Wilenski 1940), the
  // interval of its share Clopper and Pearson's (1934), by the regularised incomplete beta (Lentz's continued fraction).
  const lgamma = (z) => {
    const c = [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.001208650973866179, -0.000005395239384953];
    let sum = 1.000000000190015;
    for (let i = 0; i < 6; i++) sum += c[i] / (z + 1 + i);
    const t = z + 5.5;
    return (z + 0.5) * Math.log(t) - t + Math.log(2.5066282746310005 * sum / z);
  };
  const fraction = (x, a, b) => {
    let c = 1, d = 1 / (1 - ((a + b) * x) / (a + 1) || 1e-300), h = d;
    for (let m = 1; m < 500; m++) {
      for (const e of [(m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)), (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))]) {
        d = 1 / (1 + e * d || 1e-300);
        c = 1 + e / c || 1e-300;
        h *= d * c;
      }
      if (Math.abs(d * c - 1) < 1e-12) break;
    }
    return h;
  };
  const beta = (x, a, b) => {
    if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
    const front = Math.exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * Math.log(x) + b * Math.log(1 - x));
    return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
  };
  const quantile = (p, a, b) => {
    let low = 0, high = 1;
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (beta(middle, a, b) < p) low = middle; else high = middle;
    }
    return (low + high) / 2;
  };
  const change = (x1, n1, x2, n2) => {
    if (!(n1 > 0 && n2 > 0) || (x1 === 0 && x2 === 0)) return null;
    const odds = (t) => ((t / (1 - t)) * n2) / n1;
    return {
      ratio: x2 > 0 ? x1 / n1 / (x2 / n2) : null,
      low: x1 > 0 ? odds(quantile(0.025, x1, x2 + 1)) : 0,
      high: x2 > 0 ? odds(quantile(0.975, x1 + 1, x2)) : null,
    };
  };
  const said = (c) => {
    if (!c || (c.ratio === null && !(c.low > 0))) return NONE;
    const bare = (x) => times(x).replace('×', '');
    const interval = c.high !== null ? `(${bare(c.low)}–${bare(c.high)})` : `(≥ ${bare(c.low)})`;
    return c.ratio !== null ? `${times(c.ratio)} ${interval}` : `from 0 ${interval}`;
  };

  // What is chosen.
  const state = { from: data.judged, to: data.judged, rate: false, slice: '', status: '', words: '', only: false };
  const rows = [...document.querySelectorAll('.issues tbody tr')];
  const byId = new Map(data.series.map((s) => [s.anchor, s]));
  const issues = rows.map((row) => {
    const anchor = row.dataset.issue;
    return { row, anchor, series: byId.get(anchor), card: $(anchor), cells: row.querySelectorAll('td'), picked: false };
  });
  const still = issues.map((i) => [...i.cells].map((cell) => [...cell.childNodes].map((node) => node.cloneNode(true))));
  const total = data.series[0];

  // The parts of a series under the chosen channel or product.
  const parts = (series) => series.parts.filter((p) => p.slice === state.slice);
  const within = (counts, a, b) => { let s = 0; for (let i = a; i <= b; i++) s += counts[i]; return s; };
  // Sum from a to b over the groups allowed; null where nothing covers any of it.
  const sum = (series, a, b, groups) => {
    if (a < 0 || b >= n || !groups.length) return null;
    let s = 0;
    for (const p of parts(series)) if (groups.includes(p.group)) s += within(p.counts, a, b);
    return s;
  };
  const covering = (a, b) => data.groups.map((g, i) => i).filter((i) => data.groups[i].some.slice(a, b + 1).includes('1'));
  const whole = (a, b) => data.groups.map((g, i) => i).filter((i) => a >= 0 && !data.groups[i].whole.slice(a, b + 1).includes('0'));
  const days = (a, b) => within(data.days, a, b);
  const LEVELS = ['watch', 'alert', 'urgent'];
  const loudest = (series, a, b) => Math.max(-1, ...[...series.levels.slice(a, b + 1)].map((c) => 'wau'.indexOf(c)));

  const view = () => {
    const a = Math.min(state.from, state.to), b = Math.max(state.from, state.to), length = b - a + 1;
    const c = a - length, d = a - 1;
    const here = covering(a, b), both = whole(a, b).filter((g) => whole(c, d).includes(g));
    return { a, b, c, d, here, both, static: a === data.judged && b === data.judged && !state.slice };
  };

  const number = (series, v) => {
    const now = sum(series, v.a, v.b, v.here), all = sum(total, v.a, v.b, v.here);
    const alike = sum(series, v.a, v.b, v.both), before = sum(series, v.c, v.d, v.both);
    const allAlike = sum(total, v.a, v.b, v.both), allBefore = sum(total, v.c, v.d, v.both);
    const share = now !== null && all > 0 ? now / all : null;
    const compared = before === null ? null
      : state.rate ? change(alike, allAlike, before, allBefore)
      : change(alike, days(v.a, v.b), before, days(v.c, v.d));
    return { now, before, share, shareBefore: allBefore > 0 && before !== null ? before / allBefore : null, change: compared };
  };

  const badge = (level) => {
    const span = document.createElement('span');
    span.className = 'badge ' + level;
    span.textContent = level;
    return span;
  };

  const recount = () => {
    const v = view();
    for (const [i, issue] of issues.entries()) {
      const x = number(issue.series, v);
      issue.sort = [issue.series.name.toLowerCase(), state.rate ? x.share : x.now, state.rate ? x.shareBefore : x.before,
        x.change && x.change.ratio !== null ? x.change.ratio : x.change ? Infinity : null, x.share, null, loudest(issue.series, v.a, v.b)];
      const put = (at, text) => { issue.cells[at].textContent = text; };
      put(0, state.rate ? (x.share === null ? NONE : percent(x.share)) : x.now === null ? NONE : count(x.now));
      put(1, state.rate ? (x.shareBefore === null ? NONE : percent(x.shareBefore)) : x.before === null ? NONE : count(x.before));
      put(2, said(x.change));
      if (v.static) {
        for (const at of [3, 4, 5]) issue.cells[at].replaceChildren(...still[i][at].map((node) => node.cloneNode(true)));
        issue.sort[5] = issue.series.upper;
      } else {
        put(3, x.share === null ? NONE : percent(x.share));
        put(4, NONE);
        const level = state.slice ? -1 : issue.sort[6];
        issue.cells[5].replaceChildren(...(level >= 0 ? [badge(LEVELS[level])] : []));
      }
    }
    return v;
  };

  const label = (a, b) => (a === b ? data.periods[a] : `${data.periods[a]} to ${data.ends[b]}`);
  const filter = (v) => {
    let shown = 0;
    for (const issue of issues) {
      const words = state.words.toLowerCase();
      const fits = (!state.status || issue.series.status === state.status)
        && (!words || (issue.series.name + ' ' + issue.series.owner + ' ' + issue.series.words).toLowerCase().includes(words))
        && (!state.slice || parts(issue.series).some((p) => within(p.counts, Math.max(0, v.c), v.b) > 0))
        && (!state.only || issue.picked);
      issue.row.hidden = !fits;
      if (issue.card) issue.card.hidden = !fits;
      shown += fits;
    }
    const against = v.c < 0 ? 'there is nothing before it in the data'
      : !v.both.length ? 'no feed covers it and the period before' : 'against ' + label(v.c, v.d);
    const left = data.groups.flatMap((g, i) => (v.here.includes(i) && !v.both.includes(i) ? g.feeds : []));
    $('told').textContent = `${shown} of ${issues.length} issues. ${label(v.a, v.b)}, ${against}`
      + (left.length && v.both.length && v.c >= 0 ? `; not compared, for want of coverage: ${left.slice(0, 4).join(', ')}${left.length > 4 ? ' and others' : ''}` : '') + '.';
    $('head-now').textContent = (state.rate ? 'Share, ' : '') + (v.a === v.b ? 'this period' : 'these periods');
  };

  // The table's order.
  let order = { at: null, down: true };
  const sort = () => {
    const key = (i) => i.sort[order.at];
    const sorted = order.at === null ? issues : [...issues].sort((p, q) => {
      const [x, y] = [key(p), key(q)];
      if (x === y) return issues.indexOf(p) - issues.indexOf(q);
      if (x === null || y === null) return x === null ? 1 : -1;
      return (x < y ? -1 : 1) * (order.down ? -1 : 1);
    });
    const body = rows[0] && rows[0].parentNode;
    if (body) body.append(...sorted.map((i) => i.row));
  };
  document.querySelectorAll('.issues thead th[data-sort]').forEach((head) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const at = +head.dataset.sort;
      order = { at, down: order.at === at ? !order.down : at !== 0 };
      document.querySelectorAll('.issues thead th').forEach((h) => h.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', order.down ? 'descending' : 'ascending');
      sort();
    });
  });

  // The drawing of the issues picked, and its data.
  const svg = (name, attributes, text) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const line = (series) => data.periods.map((_, i) => {
    const here = covering(i, i);
    const x = sum(series, i, i, here);
    if (x === null || !state.rate) return x;
    const all = sum(total, i, i, here);
    return all > 0 ? x / all : null;
  });
  const nice = (top) => {
    if (!(top > 0)) return 1;
    const power = 10 ** Math.floor(Math.log10(top));
    return [1, 2, 5, 10].map((m) => m * power).find((m) => m >= top * 0.999999);
  };
  const draw = (v) => {
    const chosen = issues.filter((i) => i.picked).slice(0, 6);
    const [width, height, left, right, top, bottom] = [960, 300, 64, 230, 14, 34];
    const lines = chosen.map((i) => line(i.series));
    const most = nice(Math.max(0, ...lines.flat().filter((y) => y !== null)));
    const x = (i) => left + (n < 2 ? 0.5 : i / (n - 1)) * (width - left - right);
    const y = (value) => height - bottom - (value / most) * (height - top - bottom);
    const figure = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-labelledby': 'picked-caption' });
    const half = n < 2 ? 20 : (x(1) - x(0)) / 2;
    const shade = (a, b, name) => {
      const from = Math.max(left, x(a) - half), to = Math.min(width - right + half, x(b) + half);
      figure.append(svg('rect', { class: name, x: from, y: top, width: to - from, height: height - top - bottom }));
    };
    if (v.c >= 0) shade(v.c, v.d, 'past');
    shade(v.a, v.b, 'chosen');
    for (const tick of [0, most / 2, most]) {
      figure.append(svg('path', { class: tick ? 'grid' : 'axis', d: `M${left} ${y(tick)}H${width - right}` }));
      figure.append(svg('text', { x: left - 8, y: y(tick) + 4, 'text-anchor': 'end' }, state.rate ? percent(tick) : most < 2 && tick % 1 ? '' : count(tick)));
    }
    figure.append(svg('text', { x: left, y: height - 10 }, data.periods[0]));
    if (n > 1) figure.append(svg('text', { x: width - right, y: height - 10, 'text-anchor': 'end' }, data.periods[n - 1]));
    for (const [at, label] of data.events) {
      const mark = svg('path', { class: 'event', d: `M${x(at).toFixed(1)} ${top}V${height - bottom}` });
      mark.append(svg('title', {}, label));
      figure.append(mark);
    }
    const ends = lines.map((values, k) => {
      // What leads to or from a period that is not whole yet is drawn apart: it is no fall.
      let path = '', open = '';
      values.forEach((value, i) => {
        if (value === null) return;
        const here = `${x(i).toFixed(1)} ${y(value).toFixed(1)}`, before = i ? values[i - 1] : null;
        if (before === null) path += `M${here}h.1`;
        else if (data.partial[i] === '1' || data.partial[i - 1] === '1') open += `M${x(i - 1).toFixed(1)} ${y(before).toFixed(1)}L${here}`;
        else path += (i > 1 && values[i - 2] !== null && data.partial[i - 2] !== '1' ? '' : `M${x(i - 1).toFixed(1)} ${y(before).toFixed(1)}`) + `L${here}`;
      });
      figure.append(svg('path', { class: `line line${k}`, d: path }));
      if (open) figure.append(svg('path', { class: `line line${k} open`, d: open }));
      let last = n - 1;
      while (last >= 0 && (values[last] === null || data.partial[last] === '1')) last--;
      return { k, y: last < 0 ? height - bottom : y(values[last]), text: chosen[k].series.name + (last < 0 ? '' : ` ${state.rate ? percent(values[last]) : count(values[last])}`) };
    }).sort((p, q) => p.y - q.y);
    ends.forEach((end, i) => { if (i && end.y < ends[i - 1].y + 16) end.y = ends[i - 1].y + 16; });
    const over = ends.length ? ends[ends.length - 1].y - (height - bottom) : 0;
    if (over > 0) { let limit = height - bottom; for (const end of [...ends].reverse()) { end.y = Math.min(end.y, limit); limit = end.y - 16; } }
    for (const end of ends) {
      figure.append(svg('path', { class: `line line${end.k}`, d: `M${width - right + 10} ${end.y}h22` }));
      const cut = end.text.length > 26 ? end.text.slice(0, 18).trimEnd() + '…' + end.text.slice(end.text.lastIndexOf(' ')) : end.text;
      figure.append(svg('text', { class: 'name', x: width - right + 38, y: end.y + 4 }, cut));
    }
    $('picked-chart').replaceChildren(figure);
    $('picked-caption').textContent = chosen.length
      ? `${chosen.map((i) => i.series.name).join(', ')}: ${state.rate ? 'share of all counted records' : data.unit} per ${data.step}${issues.filter((i) => i.picked).length > 6 ? ' (the first six picked)' : ''}; the dates chosen are shaded, those before lighter${data.events.length ? `; dashed: ${data.events.map((e) => e[1]).join(', ')}` : ''}.`
      : 'Pick issues in the table to draw them here.';
    const table = document.createElement('table');
    const head = table.createTHead().insertRow(), body = table.createTBody();
    const cell = (row, tag, text, scope) => {
      const node = document.createElement(tag);
      node.textContent = text;
      if (scope) node.scope = scope;
      row.append(node);
      return node;
    };
    cell(head, 'th', 'Period from', 'col');
    chosen.forEach((i) => { cell(head, 'th', i.series.name, 'col').className = 'n'; });
    for (let i = 0; i < n; i++) {
      const row = body.insertRow();
      cell(row, 'th', data.periods[i] + (data.partial[i] === '1' ? ' (not whole)' : ''), 'row');
      lines.forEach((values) => cell(row, 'td', values[i] === null ? NONE : state.rate ? percent(values[i]) : count(values[i])));
    }
    $('picked-data').replaceChildren(table);
  };

  const update = () => { const v = recount(); filter(v); sort(); draw(v); };

  // The controls.
  const option = (select, value, text) => { const o = document.createElement('option'); o.value = value; o.textContent = text; select.append(o); return o; };
  for (const [id, names] of [['from', data.periods], ['to', data.ends]]) {
    names.forEach((name, i) => option($(id), i, name + (data.partial[i] === '1' ? ' (not whole)' : '')));
    $(id).value = data.judged;
    $(id).addEventListener('change', () => { state[id] = +$(id).value; update(); });
  }
  data.columns.forEach((column, c) => {
    const group = document.createElement('optgroup');
    group.label = column.name[0].toUpperCase() + column.name.slice(1);
    column.values.forEach((value, at) => option(group, `${c}:${at}`, value));
    $('slice').append(group);
  });
  $('slice').closest('label').hidden = !data.columns.length;
  const statuses = [...new Set(issues.map((i) => i.series.status))].sort();
  statuses.forEach((status) => option($('status'), status, status));
  $('status').closest('label').hidden = statuses.length < 2;
  for (const id of ['slice', 'status']) $(id).addEventListener('change', () => { state[id] = $(id).value; update(); });
  $('words').addEventListener('input', () => { state.words = $('words').value; filter(view()); });
  for (const id of ['as-count', 'as-rate']) $(id).addEventListener('change', () => { state.rate = $('as-rate').checked; update(); });
  $('only').addEventListener('change', () => { state.only = $('only').checked; filter(view()); });
  $('reset').addEventListener('click', () => {
    Object.assign(state, { from: data.judged, to: data.judged, rate: false, slice: '', status: '', words: '', only: false });
    for (const id of ['from', 'to']) $(id).value = data.judged;
    for (const id of ['slice', 'status', 'words']) $(id).value = '';
    $('as-count').checked = true;
    $('only').checked = false;
    update();
  });
  issues.forEach((issue, i) => {
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.setAttribute('aria-label', 'Draw ' + issue.series.name);
    box.checked = issue.picked = i < 3;
    box.addEventListener('change', () => { issue.picked = box.checked; const v = view(); if (state.only) filter(v); draw(v); });
    issue.row.querySelector('th').prepend(box);
  });
  const theme = $('theme');
  theme.addEventListener('change', () => {
    if (theme.value) document.documentElement.dataset.theme = theme.value;
    else delete document.documentElement.dataset.theme;
  });
  document.querySelectorAll('[data-live]').forEach((node) => { node.hidden = false; });
  update();
  document.documentElement.dataset.ready = '1';
})();
