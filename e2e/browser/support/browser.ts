import { Builder, logging, type WebDriver } from 'selenium-webdriver';
import chrome from 'selenium-webdriver/chrome.js';
import { programs } from './needs.ts';

/** A browser and what its console said since it was last asked. */
export interface Browser {
  driver: WebDriver;
  console: () => Promise<ConsoleLine[]>;
  quit: () => Promise<void>;
}

/** A line of the browser's console. */
export interface ConsoleLine {
  level: string;
  text: string;
}

/** Nothing is downloaded and no name but this machine's is resolved: neither by selenium's own manager nor by Chromium. */
const flags = [
  '--headless=new',
  '--no-sandbox', // root may not without
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
  '--enable-blink-features=ComputedAccessibilityInfo',
  // Tabs that are not in front would be slowed down, and two tabs cannot both be in front.
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
];

/** Starts a browser of its own, with a profile that nobody used. */
export async function startBrowser(): Promise<Browser> {
  const logs = new logging.Preferences();
  logs.setLevel(logging.Type.BROWSER, logging.Level.ALL);
  const options = new chrome.Options();
  options.setBinaryPath(programs.chromium);
  options.addArguments(...flags);
  options.setLoggingPrefs(logs);
  const driver = await new Builder()
    .forBrowser('chrome')
    .setChromeOptions(options)
    .setChromeService(new chrome.ServiceBuilder(programs.chromedriver))
    .build();
  return {
    driver,
    console: async () => {
      const entries = await driver.manage().logs().get(logging.Type.BROWSER);
      return entries.map(({ level, message }) => ({ level: level.name, text: message }));
    },
    quit: () => driver.quit(),
  };
}

/** Lines that no page may cause: errors of scripts, answers that failed, whatever the content security policy refused. */
export function unwanted(lines: readonly ConsoleLine[], expected: readonly RegExp[]): string[] {
  return lines
    .filter(({ level, text }) => level === 'SEVERE' || /content.security.policy/iu.test(text))
    .map(({ text }) => text)
    .filter((text) => !expected.some((each) => each.test(text)));
}
