declare global {
  interface Element {
    /** Chromium's own answer (--enable-blink-features=ComputedAccessibilityInfo): what a screen reader is told. */
    readonly computedRole: string;
    readonly computedName: string;
  }
}

/** What to look for: text is the whole name, a pattern any part of it. */
export interface Wanted {
  role: string;
  name?: string;
  pattern?: string;
}

/**
 * Finds what a user would, by role and name, among what is visible and not behind a modal dialog. It runs in the page, so it
 * may use nothing from outside of itself. Chromium computes a role in milliseconds, so only likely elements are asked.
 */
export function found(wanted: Wanted, scope?: Element): Element[] {
  const likely: Record<string, string> = {
    banner: 'header',
    button: 'button, summary, input[type=submit], input[type=button]',
    cell: 'td',
    checkbox: 'input[type=checkbox]',
    columnheader: 'th',
    combobox: 'input, select, button',
    complementary: 'aside',
    dialog: 'dialog',
    form: 'form',
    group: 'fieldset, details',
    heading: 'h1, h2, h3, h4, h5, h6',
    image: 'svg, img, [role=img]',
    link: 'a[href]',
    list: 'ul, ol',
    listitem: 'li',
    main: 'main',
    navigation: 'nav',
    radio: 'input[type=radio]',
    region: 'section',
    row: 'tr',
    searchbox: 'input[type=search]',
    spinbutton: 'input[type=number]',
    status: 'output',
    table: 'table',
    textbox: 'input, textarea',
    rowheader: 'th',
  };
  const also = likely[wanted.role];
  const selector = `[role=${wanted.role}]${also === undefined ? '' : `, ${also}`}`;
  const modals = document.querySelectorAll('dialog:modal');
  const top = modals[modals.length - 1];
  const pattern = wanted.pattern === undefined ? undefined : new RegExp(wanted.pattern, 'u');
  return [...(scope ?? document).querySelectorAll(selector)].filter((element) => {
    if (top && !top.contains(element)) return false;
    if (!element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) return false;
    if (element.computedRole !== wanted.role) return false;
    const name = element.computedName.replace(/\s+/gu, ' ').trim();
    if (pattern) return pattern.test(name);
    return wanted.name === undefined || name === wanted.name;
  });
}
