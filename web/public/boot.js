// Runs before the first paint: the theme that was chosen, else the system's, or a dark room would see a white flash.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('fleetbeat-theme');
  } catch {
    // storage is forbidden: the system decides
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
