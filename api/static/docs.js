// Renders the OpenAPI document: every operation with its parameters, shapes and a form to try it.
'use strict';

const methods = ['get', 'head', 'post', 'patch', 'delete'];
let schemas = {};

// node makes an element; text is never read as HTML, so nothing in the document can be a script.
function node(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function resolve(schema) {
  return schema && schema.$ref ? schemas[schema.$ref.split('/').pop()] : schema;
}

function typeName(schema) {
  const s = resolve(schema) || {};
  if (s.enum) return s.enum.join(' | ');
  if (s.type === 'array') return `list of ${typeName(s.items)}`;
  const type = Array.isArray(s.type) ? s.type.join(' or ') : s.type || 'anything';
  return s.format ? `${type} (${s.format})` : type;
}

// shape writes a schema as indented text, a line a field.
function shape(schema, indent = '') {
  const s = resolve(schema) || {};
  if (s.type === 'array') return `[\n${indent}  ${shape(s.items, indent + '  ')}, …\n${indent}]`;
  if (s.type !== 'object') return typeName(s);
  const required = new Set(s.required || []);
  const lines = Object.entries(s.properties || {}).map(([name, property]) => {
    const said = property.description || '';
    return `${indent}  "${name}"${required.has(name) ? '' : '?'}: ${shape(property, indent + '  ')}${said ? `   — ${said}` : ''}`;
  });
  const rest = s.additionalProperties;
  if (rest && typeof rest === 'object') lines.push(`${indent}  "…": ${shape(rest, indent + '  ')}`);
  return lines.length ? `{\n${lines.join('\n')}\n${indent}}` : '{}';
}

function parameterTable(parameters) {
  if (!parameters.length) return null;
  const row = (p) => node('tr', {},
    node('td', {}, node('code', { textContent: p.name }), p.required ? ' *' : ''),
    node('td', { textContent: p.in }),
    node('td', { textContent: typeName(p.schema) }),
    node('td', { textContent: p.description || '' }));
  return node('table', {},
    node('thead', {}, node('tr', {}, ...['Parameter', 'In', 'Type', 'Meaning'].map((t) => node('th', { scope: 'col', textContent: t })))),
    node('tbody', {}, ...parameters.map(row)));
}

function responses(operation) {
  return Object.entries(operation.responses || {}).map(([status, response]) => {
    const [media] = Object.values(response.content || {});
    const problem = 'application/problem+json' in (response.content || {});
    return node('div', {},
      node('h3', { textContent: `${status} ${response.description || ''}` }),
      media && !problem ? node('pre', { textContent: shape(media.schema) }) : null);
  });
}

// target puts the values of a form into a path. It is relative to this page, so that it works behind any prefix.
function target(path, parameters, form) {
  const query = new URLSearchParams();
  let filled = path.slice(1);
  for (const p of parameters) {
    const value = form.elements[`${p.in}.${p.name}`].value;
    if (p.in === 'path') filled = filled.replace(`{${p.name}}`, encodeURIComponent(value));
    else if (value !== '') query.append(p.name, value);
  }
  const text = query.toString();
  return text ? `${filled}?${text}` : filled;
}

async function send(method, path, parameters, form, out) {
  const options = { method: method.toUpperCase() };
  const body = form.elements.body;
  if (body && body.value.trim()) {
    options.body = body.value;
    options.headers = { 'Content-Type': 'application/json' };
  }
  const url = target(path, parameters, form);
  out.hidden = false;
  out.textContent = `${options.method} ${url} …`;
  try {
    const response = await fetch(url, options);
    const text = await response.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it is */ }
    out.textContent = `${options.method} ${url}\n${response.status} ${response.statusText}\n\n${shown}`;
  } catch {
    out.textContent = `${options.method} ${url}\nno answer: the server cannot be reached`;
  }
}

function tryForm(method, path, operation) {
  const parameters = operation.parameters || [];
  const out = node('pre', { hidden: true, role: 'status' });
  const example = (p) => (p.in === 'path' && p.schema.examples ? p.schema.examples[0] : '');
  const form = node('form', {},
    ...parameters.map((p) => node('label', {}, p.name,
      node('input', { name: `${p.in}.${p.name}`, required: p.in === 'path', value: example(p), autocomplete: 'off' }))),
    operation.requestBody ? node('label', {}, 'Body (JSON)', node('textarea', { name: 'body', spellcheck: false })) : null,
    node('button', { type: 'submit', textContent: 'Try it' }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(method, path, parameters, form, out);
  });
  return [form, out];
}

function operationDetails(method, path, operation) {
  const body = operation.requestBody && Object.values(operation.requestBody.content)[0];
  const details = node('details', { id: operation.operationId },
    node('summary', {},
      node('span', { className: 'method', textContent: method.toUpperCase() }),
      node('span', { className: 'path', textContent: path }),
      node('span', { className: 'says', textContent: operation.summary || '' })));
  details.addEventListener('toggle', () => { // a page of a hundred forms would be slow to open
    if (!details.open || details.children.length > 1) return;
    details.append(
      node('p', { textContent: operation.description || '' }),
      ...[parameterTable(operation.parameters || [])].filter(Boolean),
      ...(body ? [node('h3', { textContent: 'Body' }), node('pre', { textContent: shape(body.schema) })] : []),
      ...responses(operation),
      node('h3', { textContent: 'Try' }),
      ...tryForm(method, path, operation));
  });
  return details;
}

function render(spec) {
  schemas = spec.components.schemas;
  document.getElementById('about').textContent = spec.info.description;
  const main = document.getElementById('operations');
  main.replaceChildren();
  for (const tag of spec.tags) {
    main.append(node('h2', { textContent: tag.name }), node('p', { textContent: tag.description }));
    for (const [path, item] of Object.entries(spec.paths)) {
      for (const method of methods.filter((m) => item[m] && item[m].tags.includes(tag.name))) {
        main.append(operationDetails(method, path, item[method]));
      }
    }
  }
  const wanted = location.hash && document.getElementById(location.hash.slice(1));
  if (wanted) { wanted.open = true; wanted.scrollIntoView(); }
}

fetch('openapi.json')
  .then((response) => response.json())
  .then(render)
  .catch(() => { document.getElementById('operations').textContent = 'The OpenAPI document cannot be read.'; });
