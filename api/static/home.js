// The commands name this very server, wherever it is reached.
const base = new URL('.', location.href).href;
for (const id of ['ping', 'list']) {
  const code = document.getElementById(id);
  code.textContent = code.textContent.replace('http://localhost:8080/', base);
}
