import { expect, it } from 'vitest';
import { csvFile, wrongCsv } from '../support/screens.ts';
import { suite } from '../support/suite.ts';

const corrected = `vin,registration_number,customer,interval_seconds
YS2R4X20005400027,XYZ 791,Anna Åkeri AB,300
YS2R4X20305400030,XYZ 792,Anna Åkeri AB,
YS2R4X20605400047,XYZ 793,Anna Åkeri AB,60
YS2R4X20805400017,XYZ 794,Anna Åkeri AB,
`;

suite('a CSV import', {}, (world) => {
  it('names every problem by its line and stores nothing; corrected, it is stored whole', async () => {
    const { page, server } = world;
    await page.open('/customers');
    await page.click('link', /^Import CSV/u);
    await page.find('button', 'Choose a file');
    await (await page.file()).sendKeys(csvFile(server, 'fleet.csv', wrongCsv));
    await page.find('heading', '3 problems. Nothing has been stored.');
    await page.see('a VIN has 17 characters, this one has 16');
    await page.see('"soon" is not a whole number of seconds');
    const table = await page.find('table', 'Problems');
    const text = await table.getText();
    for (const line of ['3', '4', '5']) expect(text).toMatch(new RegExp(`(^|\\n|\\s)${line}(\\s|\\n)`, 'u'));
    expect((await server.api.vehicles()).total).toBe(0);

    await (await page.file()).sendKeys(csvFile(server, 'fleet.csv', corrected)); // of the same name, as people do
    await page.find('heading', '4 lines are in order. Nothing has been stored yet.');
    expect((await server.api.vehicles()).total).toBe(0);
    await page.click('button', 'Import 4 lines');
    await page.find('heading', 'fleet.csv is imported.');
    await page.open('/vehicles');
    await page.untilPlates(['XYZ 791', 'XYZ 792', 'XYZ 793', 'XYZ 794']);
    expect(
      (await page.rows()).every((row) => row['Customer'] === 'Anna Åkeri AB' && row['Status'] === 'Never seen'),
    ).toBe(true);
  });

  it('of the same file again says that all of it is stored', async () => {
    const { page, server } = world;
    await page.open('/customers/import');
    await page.find('button', 'Choose a file');
    await (await page.file()).sendKeys(csvFile(server, 'fleet.csv', corrected));
    await page.find('heading', 'Nothing to import: all of it is stored already.');
  });
});
