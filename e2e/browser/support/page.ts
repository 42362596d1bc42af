import { By, error, Key, type WebDriver, type WebElement } from 'selenium-webdriver';
import { found, type Wanted } from './found.ts';
import { type Row, readRows } from './rows.ts';

/** How long a promise may take to come true, in milliseconds. Far beyond what is promised: a busy machine fails no test; who works on a suite may want less. */
export const patience = Number(process.env['BROWSER_PATIENCE'] ?? 45) * 1000;

/** A name that is looked for: text is the whole of it, a pattern any part. */
export type Name = string | RegExp;

/** The page as somebody sees it who knows roles, names and text, and no markup. */
export class Page {
  readonly driver: WebDriver;
  readonly #base: () => string;

  constructor(driver: WebDriver, base: () => string) {
    this.driver = driver;
    this.#base = base;
  }

  /** Opens an address as if it was typed; a whole one leads to another server. */
  async open(path: string): Promise<void> {
    await this.driver.get(new URL(path, this.#base()).href);
  }

  /** Path and query of the address. */
  async path(): Promise<string> {
    const url = new URL(await this.driver.getCurrentUrl());
    return decodeURIComponent(url.pathname + url.search);
  }

  /** Waits until something is so and returns what it gave. What it looked at may be replaced meanwhile. */
  async until<T>(promised: string, ask: () => Promise<T | undefined | false>): Promise<T> {
    let last: unknown;
    const answer = await this.driver
      .wait(
        async () => {
          try {
            const value = await ask();
            last = value;
            return value === undefined || value === false ? undefined : { value };
          } catch (caught) {
            if (caught instanceof error.WebDriverError && !(caught instanceof error.NoSuchSessionError)) {
              last = caught.message;
              return undefined;
            }
            throw caught;
          }
        },
        patience,
        undefined,
        50,
      )
      .catch((caught: unknown) => {
        throw caught instanceof error.TimeoutError
          ? new Error(`waited ${patience / 1000} s until ${promised}; last: ${JSON.stringify(last)}`)
          : caught;
      });
    if (answer === undefined) throw new Error(`no answer to ${promised}`);
    return answer.value;
  }

  /** All visible elements of a role and name, at once. */
  async all(role: string, name?: Name, scope?: WebElement): Promise<WebElement[]> {
    const wanted: Wanted = { role };
    if (typeof name === 'string') wanted.name = name;
    else if (name) wanted.pattern = name.source;
    return this.driver.executeScript<WebElement[]>(found, wanted, ...(scope ? [scope] : []));
  }

  /** The visible element of a role and name; waits for it. */
  find(role: string, name?: Name, scope?: WebElement): Promise<WebElement> {
    return this.until(`there is a ${role} ${named(name)}`, async () => (await this.all(role, name, scope))[0]);
  }

  /** Waits until there is none. */
  async gone(role: string, name?: Name): Promise<void> {
    await this.until(`there is no ${role} ${named(name)}`, async () => (await this.all(role, name)).length === 0);
  }

  /** Clicks what is there once it can be clicked. */
  async click(role: string, name?: Name, scope?: WebElement): Promise<void> {
    await this.until(`${role} ${named(name)} can be clicked`, async () => {
      const element = (await this.all(role, name, scope))[0];
      await element?.click();
      return element !== undefined;
    });
  }

  /** Replaces what stands in a field. */
  async type(role: string, name: Name, text: string): Promise<void> {
    await this.until(`${role} ${named(name)} can be typed in`, async () => {
      const field = (await this.all(role, name))[0];
      await field?.sendKeys(Key.chord(Key.CONTROL, 'a'), text === '' ? Key.DELETE : text);
      return field !== undefined;
    });
  }

  /** Presses keys one after another, on whatever has focus. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.driver.actions().sendKeys(key).perform();
  }

  /** Presses a key together with Ctrl. */
  async pressCtrl(key: string): Promise<void> {
    await this.driver.actions().keyDown(Key.CONTROL).sendKeys(key).keyUp(Key.CONTROL).perform();
  }

  /** Role and name of what has focus. */
  async focused(): Promise<string> {
    return this.driver.executeScript<string>(() => {
      const at = document.activeElement;
      return at === null ? '' : `${at.computedRole} ${at.computedName.replace(/\s+/gu, ' ')}`.trim();
    });
  }

  /** Goes on by Tab until what has focus is so. Coming round to where it began twice is never getting there. */
  async tabTo(wanted: RegExp): Promise<void> {
    const passed: string[] = [];
    for (let i = 0; i < 120; i++) {
      const at = await this.focused();
      if (wanted.test(at)) return;
      passed.push(at);
      await this.press(Key.TAB);
    }
    throw new Error(`Tab does not lead to ${String(wanted)}, only to:\n${[...new Set(passed)].join('\n')}`);
  }

  /** All text that is visible, on one line. */
  async text(): Promise<string> {
    return this.driver.executeScript<string>(() => document.body.innerText.replace(/\s+/gu, ' '));
  }

  /** Waits until text is visible. */
  async see(text: Name): Promise<void> {
    await this.until(`${named(text)} is seen`, async () => holds(await this.text(), text));
  }

  /** Waits until text is not visible. */
  async notSee(text: Name): Promise<void> {
    await this.until(`${named(text)} is not seen`, async () => !holds(await this.text(), text));
  }

  /** The rows of a table in their order, by the names of its columns. */
  async rows(table: Name = 'Vehicles'): Promise<Row[]> {
    const at = (await this.all('table', table))[0];
    return at === undefined ? [] : this.driver.executeScript<Row[]>(readRows, at);
  }

  /** Waits until the list of vehicles shows just these plates, in any order unless told. */
  async untilPlates(plates: readonly string[], ordered = false): Promise<void> {
    const wanted = ordered ? [...plates] : plates.toSorted();
    await this.until(`the rows are ${wanted.join(' ')}`, async () => {
      const rows = (await this.rows()).map(({ Plate }) => Plate ?? '');
      const got = ordered ? rows : rows.toSorted();
      return got.join() === wanted.join();
    });
  }

  /** Chooses how pages look; it counts from the next address that is opened. */
  async theme(theme: 'light' | 'dark'): Promise<void> {
    const source = `localStorage.setItem('fleetbeat-theme', '${theme}')`;
    await this.command('Page.addScriptToEvaluateOnNewDocument', { source });
  }

  /** Asks the page to move nothing, as its user may have asked their system: colours are what they will stay, at once. */
  async still(): Promise<void> {
    const features = [{ name: 'prefers-reduced-motion', value: 'reduce' }];
    await this.command('Emulation.setEmulatedMedia', { features });
  }

  /** Gives the page another size, in CSS pixels. */
  async resize(width: number, height: number): Promise<void> {
    await this.command('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 640,
    });
  }

  /** Sends a command of the DevTools protocol, for what WebDriver has no words for. */
  async command(name: string, params: Record<string, unknown>): Promise<void> {
    const devtools = this.driver as unknown as { sendDevToolsCommand: (name: string, params: object) => Promise<void> };
    await devtools.sendDevToolsCommand(name, params);
  }

  /** The file field of the page, which is often hidden behind a button. */
  file(): Promise<WebElement> {
    return this.until('there is a field for files', async () => {
      const fields = await this.driver.findElements(By.css('input[type=file]'));
      return fields[0];
    });
  }
}

function holds(text: string, wanted: Name): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

function named(name: Name | undefined): string {
  return name === undefined ? '' : typeof name === 'string' ? `“${name}”` : String(name);
}
