/** Arrows anywhere on the page step through the strip: the first one goes there, and its cursor begins at the newest bar. */
export function toStrip(event: KeyboardEvent): void {
  const strip = document.querySelector<HTMLElement>('.contact-strip [role=slider]');
  if (strip === null || event.target === strip) return;
  strip.focus();
  strip.dispatchEvent(new globalThis.KeyboardEvent('keydown', { key: event.key, bubbles: true }));
}
