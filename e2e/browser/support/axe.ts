import { AxeBuilder } from '@axe-core/webdriverjs';
import type { Page } from './page.ts';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** What axe finds wrong with the page as it stands, a sentence for each place. */
export async function violations(page: Page): Promise<string[]> {
  // Legacy mode injects into this page alone; else axe opens another tab for its result.
  const { violations: found, passes } = await new AxeBuilder(page.driver).withTags(tags).setLegacyMode(true).analyze();
  if (passes.length < 5) throw new Error('axe found next to nothing to look at: is there a page?');
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`),
  );
}
