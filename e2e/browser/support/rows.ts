/** A row of a table: the text of its cells by the names of their columns, and the row's own text as `all`. */
export type Row = Record<string, string>;

/** Reads the rows of a table in their order, which in a virtual list is not the markup's. It runs in the page. */
export function readRows(table: Element): Row[] {
  const text = (element: Element) => (element as HTMLElement).innerText.replace(/\s+/gu, ' ').trim();
  const heads = [...table.querySelectorAll('[role=columnheader], thead th')].map((head) => head.textContent.trim());
  const rows = [...table.querySelectorAll('[role=row], tbody tr')].filter((row) =>
    row.querySelector('[role=cell], td'),
  );
  const place = (row: Element) => Number(row.getAttribute('aria-rowindex') ?? 0);
  return rows
    .toSorted((a, b) => place(a) - place(b))
    .map((row) => {
      const cells = [...row.querySelectorAll('[role=cell], [role=rowheader], td, th')];
      const named: Row = { all: text(row) };
      for (const [i, cell] of cells.entries()) named[heads[i] ?? String(i)] = text(cell);
      return named;
    });
}
